package dev.gossamer.node.cli.chaos;

import dev.gossamer.client.Gossamer;
import dev.gossamer.node.cli.chaos.check.Checks;
import dev.gossamer.node.cli.chaos.check.Findings;
import dev.gossamer.node.cli.chaos.fault.FaultPlan;
import dev.gossamer.node.cli.chaos.fault.Round;
import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.Circumstances;
import dev.gossamer.node.cli.chaos.history.History;
import dev.gossamer.node.cli.chaos.history.Period;
import dev.gossamer.node.cli.chaos.history.Recorder;
import dev.gossamer.node.cli.chaos.load.Crowd;
import dev.gossamer.node.cli.chaos.load.KeySet;
import dev.gossamer.node.cli.chaos.load.Session;
import dev.gossamer.node.cli.chaos.mesh.Members;
import dev.gossamer.node.cli.chaos.mesh.MeshPlan;
import dev.gossamer.node.cli.chaos.mesh.Network;
import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Progress;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A campaign from its first process to its findings: start a mesh, let clients work, hurt it round
 * by round, heal it, read every key once more, and check all that was seen.
 *
 * <p>For one thread, which waits. The processes end with this process, whatever happens to it.
 */
public final class Campaign {
    private static final Duration START_PATIENCE = Duration.ofSeconds(90);
    private static final Duration CALM = Duration.ofSeconds(3);
    private static final long WATCH_NANOS = 500_000_000;
    private static final int FINAL_READS_MAX = 10;

    private final CampaignPlan plan;
    private final Members members;
    private final Network network;
    private final Terminal terminal;
    private final KeySet keys;
    private final Recorder recorder;
    private final Wholeness wholeness;
    private final List<Injected> injected = new ArrayList<>();
    private final List<Duration> settlings = new ArrayList<>();
    private final List<String> troubles = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    public Campaign(CampaignPlan plan, Members members, Network network, Terminal terminal) {
        this.plan = plan;
        this.members = members;
        this.network = network;
        this.terminal = terminal;
        this.keys = new KeySet(List.copyOf(MeshPlan.CACHES.keySet()), plan.keys());
        this.recorder = new Recorder(plan.historyBytesMax());
        this.wholeness = new Wholeness(members, plan.patience(), System::nanoTime);
    }

    /**
     * Runs it.
     *
     * @throws CliException when the mesh did not even start, or a fault could not be injected
     */
    public CampaignResult run() throws InterruptedException {
        long begin = System.nanoTime();
        startMesh();
        hurt();
        heal();
        readAll();
        Duration time = Duration.ofNanos(System.nanoTime() - begin);
        members.endAll();
        History history = new History(circumstances(), recorder.calls());
        return new CampaignResult(
                plan, time, history, injected, settlings, check(history), troubles, notes);
    }

    private void startMesh() {
        terminal.note("Starting " + plan.mesh().members() + " members …");
        for (int member = 0; member < plan.mesh().members(); member++) {
            members.start(member);
        }
        Wholeness start = new Wholeness(members, START_PATIENCE, System::nanoTime);
        Duration took =
                start.await(() -> {})
                        .orElseThrow(() ->
                                new CliException(
                                        "the mesh was not whole "
                                                + Figures.elapsed(START_PATIENCE)
                                                + " after its start: "
                                                + trouble()));
        terminal.note("The mesh is whole after " + Figures.elapsed(took) + ".");
    }

    private String trouble() {
        List<String> ended = members.endedByThemselves();
        return String.join("; ", ended.isEmpty() ? members.accounts() : ended);
    }

    private void hurt() throws InterruptedException {
        Crowd.Plan load =
                new Crowd.Plan(
                        plan.mesh().clientUri(),
                        plan.clients(),
                        keys,
                        plan.ratePerSecond(),
                        plan.seed());
        try (Crowd crowd = new Crowd(load, recorder, System::nanoTime);
                Gossamer observer = Gossamer.connect(plan.mesh().clientUri())) {
            crowd.start();
            rounds(crowd, observer);
        }
    }

    private void rounds(Crowd crowd, Gossamer observer) throws InterruptedException {
        long begin = System.nanoTime();
        long end = begin + plan.time().toNanos();
        FaultPlan faults =
                new FaultPlan(
                        plan.mesh().members(),
                        plan.downMax(),
                        plan.faults(),
                        new SplittableRandom(plan.seed()));
        Injector injector =
                new Injector(
                        plan.mesh(),
                        members,
                        network,
                        wholeness,
                        victims -> keysOf(victims, observer.topology()),
                        System::nanoTime);
        Progress progress = new Progress(terminal, "Chaos", System::nanoTime);
        Watch watch = new Watch(crowd, progress, begin, end);
        boolean going = true;
        while (going && System.nanoTime() < end) {
            calm(watch);
            going = !crowd.ended() && round(faults.next(), injector, watch);
        }
        progress.done();
        crowd.defect().ifPresent(defect -> troubles.add("a client failed: " + defect));
        if (crowd.ended() && crowd.defect().isEmpty()) {
            notes.add("the faults ended early: there was no room for more calls");
        }
    }

    /** What the progress line shows. */
    private record Watch(Crowd crowd, Progress progress, long beginNanos, long endNanos) {
        void show(String now) {
            progress.at(
                    Math.min(endNanos, System.nanoTime()) - beginNanos,
                    endNanos - beginNanos,
                    Figures.count(crowd.served())
                            + " calls answered, "
                            + Figures.count(crowd.failed())
                            + " not; "
                            + now);
        }
    }

    private static void calm(Watch watch) throws InterruptedException {
        long until = System.nanoTime() + CALM.toNanos();
        while (System.nanoTime() < until) {
            watch.show("calm");
            TimeUnit.NANOSECONDS.sleep(WATCH_NANOS);
        }
    }

    /** Whether the mesh was whole again, so that the next round may come. */
    private boolean round(Round round, Injector injector, Watch watch) throws InterruptedException {
        try {
            injected.addAll(injector.run(round, () -> watch.show(round.inWords())));
        } catch (CliException e) {
            troubles.add(e.getMessage() + "; so the faults ended");
            return false;
        }
        Optional<Duration> settled = wholeness.await(() -> watch.show("after " + round.inWords()));
        settled.ifPresentOrElse(
                settlings::add,
                () ->
                        troubles.add(
                                "the mesh was not whole within "
                                        + Figures.elapsed(plan.patience())
                                        + " after "
                                        + round.inWords()
                                        + " (round "
                                        + (settlings.size() + 1)
                                        + "), so the faults ended: "
                                        + trouble()));
        return settled.isPresent();
    }

    private Set<String> keysOf(Set<Integer> victims, Topology topology) {
        Set<String> names = victims.stream().map(plan.mesh()::nameOf).collect(Collectors.toSet());
        Set<String> hit = new HashSet<>();
        if (!topology.isEmpty()) {
            for (String key : keys.all()) {
                if (names.contains(topology.primary(Bytes.utf8(key).slotIndex()).name())) {
                    hit.add(key);
                }
            }
        }
        return hit;
    }

    /** Most faults are undone already; this is for what a failed one may have left behind. */
    private void heal() {
        network.heal();
        for (int member = 0; member < plan.mesh().members(); member++) {
            members.revive(member);
        }
        if (troubles.isEmpty() && wholeness.await(() -> {}).isEmpty()) {
            troubles.add("the mesh was not whole in the end: " + trouble());
        }
    }

    private void readAll() {
        terminal.note("Reading every key once more …");
        try (Session auditor =
                new Session(plan.auditor(), plan.mesh().clientUri(), 0, System::nanoTime)) {
            for (String key : keys.all()) {
                readFinally(auditor, key);
            }
        }
    }

    /** Asks until it is answered; only what is recorded counts, failed tries included. */
    private void readFinally(Session auditor, String key) {
        for (int tries = 0; tries < FINAL_READS_MAX; tries++) {
            Call call = auditor.call(Action.GET, key);
            boolean room = recorder.record(call);
            if (!room) {
                notes.add("there was no room to record the last read of " + key);
            }
            if (call.answered() || !room) {
                return;
            }
        }
    }

    private Circumstances circumstances() {
        List<Period> apart =
                injected.stream()
                        .filter(fault -> fault.fault().kind().cutsNetwork())
                        .map(Injected::apart)
                        .toList();
        return new Circumstances(plan.seed(), plan.auditor(), MeshPlan.CACHES, apart);
    }

    private Findings check(History history) {
        Progress progress = new Progress(terminal, "Checking", System::nanoTime);
        int total = keys.all().size();
        Findings findings = Checks.of(history, done -> progress.at(done, total, "keys"));
        progress.done();
        return findings;
    }
}
