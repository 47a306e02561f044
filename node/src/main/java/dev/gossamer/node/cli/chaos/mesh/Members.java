package dev.gossamer.node.cli.chaos.mesh;

import dev.gossamer.node.cli.admin.AdminApi;
import dev.gossamer.node.cli.admin.MeshReport;
import dev.gossamer.node.cli.admin.Password;
import dev.gossamer.node.cli.local.MeshFolder;
import dev.gossamer.node.cli.local.NodeProcess;
import dev.gossamer.node.cli.terminal.CliException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The processes of a campaign's mesh: started, killed, paused, ended.
 *
 * <p><b>Threads.</b> Any; two that act on one member at a time must not contradict each other.
 */
public final class Members {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration END_PATIENCE = Duration.ofSeconds(30);

    private final MeshPlan plan;
    private final MeshFolder folder;
    private final Network network;
    private final NodeProcess launch;
    private final Map<Integer, Process> running = new ConcurrentHashMap<>();

    public Members(MeshPlan plan, MeshFolder folder, Network network, NodeProcess launch) {
        this.plan = plan;
        this.folder = folder;
        this.network = network;
        this.launch = launch;
    }

    /**
     * Starts a member's process; its data is what its last one left.
     *
     * @throws CliException when it cannot be started
     */
    public void start(int member) {
        String name = plan.nameOf(member);
        try {
            Files.createDirectories(folder.node(name));
            Files.writeString(
                    folder.configuration(name),
                    plan.yaml(member, folder.node(name), folder.log(name)));
            running.put(
                    member,
                    launch.startWithin(
                            network.onMember(member), folder, name, plan.memoryBytesMax()));
        } catch (IOException e) {
            throw new CliException(name + " could not be started: " + e.getMessage(), e);
        }
    }

    /** Ends the processes at the same instant, without a word; returns when they are gone. */
    public void kill(Collection<Integer> members) {
        List<Process> victims = members.stream().map(running::remove).toList();
        victims.forEach(Process::destroyForcibly);
        victims.forEach(Members::awaitEnd);
    }

    /** Stops the processes as by a debugger. */
    public void pause(Collection<Integer> members) {
        signal("STOP", members);
    }

    /** Lets paused processes go on. */
    public void resume(Collection<Integer> members) {
        signal("CONT", members);
    }

    /** Makes sure that a member runs, whatever was done to it. */
    public void revive(int member) {
        Process process = running.get(member);
        if (process == null || !process.isAlive()) {
            start(member);
        } else {
            resume(List.of(member));
        }
    }

    private void signal(String name, Collection<Integer> members) {
        String pids =
                String.join(
                        " ",
                        members.stream()
                                .map(running::get)
                                .map(process -> String.valueOf(process.pid()))
                                .toList());
        Shell.run(List.of("bash", "-c", "kill -" + name + " " + pids), "");
    }

    /**
     * Tells a member to end and waits until it has.
     *
     * @return whether it did so by itself within 30 s; otherwise it was killed
     */
    public boolean end(int member) {
        Process process = running.remove(member);
        if (process == null) {
            return true;
        }
        process.destroy();
        if (endsWithin(process, END_PATIENCE)) {
            return true;
        }
        process.destroyForcibly();
        awaitEnd(process);
        return false;
    }

    private static void awaitEnd(Process process) {
        if (!endsWithin(process, END_PATIENCE)) {
            throw new CliException("process " + process.pid() + " survived kill -9");
        }
    }

    private static boolean endsWithin(Process process, Duration patience) {
        try {
            return process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted while a member ended", e);
        }
    }

    /** Members whose process has ended although nobody told it to. */
    public List<String> endedByThemselves() {
        return running.entrySet().stream()
                .filter(member -> !member.getValue().isAlive())
                .map(member ->
                        plan.nameOf(member.getKey())
                                + " (exit code "
                                + member.getValue().exitValue()
                                + ", log "
                                + folder.log(plan.nameOf(member.getKey()))
                                + ")")
                .sorted()
                .toList();
    }

    /**
     * Whether all that run agree on one mesh of exactly themselves, in which nothing is missing.
     */
    public boolean whole() {
        Optional<Long> epoch = Optional.empty();
        for (int member : running.keySet()) {
            Optional<MeshReport> report = reportOf(member);
            if (report.isEmpty()
                    || !report.get().complete()
                    || report.get().members().size() != running.size()
                    || epoch.filter(other -> other != report.get().epoch()).isPresent()) {
                return false;
            }
            epoch = Optional.of(report.get().epoch());
        }
        return epoch.isPresent();
    }

    private Optional<MeshReport> reportOf(int member) {
        try {
            URI address = URI.create(plan.adminOf(member));
            return Optional.of(new AdminApi(address, ASK_TIMEOUT, Password.ofEnvironment()).mesh());
        } catch (IOException _) {
            return Optional.empty(); // it starts, it is paused, or it is gone
        }
    }

    /** What each running member says of the mesh, for a report that it is not whole. */
    public List<String> accounts() {
        return running.keySet().stream()
                .sorted()
                .map(member -> plan.nameOf(member) + ": " + account(member))
                .toList();
    }

    private String account(int member) {
        return reportOf(member)
                .map(report ->
                        "epoch "
                                + report.epoch()
                                + ", "
                                + report.members().size()
                                + " members, "
                                + report.slotsCovered()
                                + " slots covered, "
                                + report.missingCopies()
                                + " copies missing"
                                + (report.settled() ? "" : ", not settled"))
                .orElse("does not answer");
    }

    /** Ends all processes, whatever state they are in. */
    public void endAll() {
        List<Process> all = List.copyOf(running.values());
        running.clear();
        all.forEach(Process::destroyForcibly);
        all.forEach(process -> endsWithin(process, END_PATIENCE));
    }
}
