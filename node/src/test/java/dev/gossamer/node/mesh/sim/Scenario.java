package dev.gossamer.node.mesh.sim;

import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A story that is told command by command, on a simulated mesh; each command answers with a line.
 * Members are called m1, m2 …; after {@code roles k} also {@code primary}, {@code backup} and
 * {@code other}, which stay who they were then.
 *
 * <pre>
 * mesh 3 of 5 copies 2     five machines, three run; waits until all is copied; with "disks" at
 *                          the end entries outlive a process
 * roles KEY                who is what for a key now
 * put KEY VALUE via M      one call, and what came of it; also remove KEY, get KEY
 * take KEY as NAME via M   asks for a lease; fill KEY VALUE under NAME via M
 * begin put KEY VALUE via M; end      the same, with other commands in between
 * insist put KEY VALUE via M          again and again until it is done, as clients do
 * near KEY within 200 ms via M        a read that a near copy may answer, and which tier did
 * lose datagrams, lose nothing        on all ways; what travels on links arrives
 * kill M, start M, pause M, resume M, stop M
 * replace M                starts it with an empty disk, and its id
 * flush via M              everything is removed
 * evict KEY at M           capacity takes it there
 * cut M from N             both ways; cut M to N one way; heal everything
 * wait 500 ms, wait whole
 * owners KEY               what each owner keeps
 * </pre>
 */
final class Scenario {
    private static final long MILLI = 1_000_000;
    private static final long CALL_PATIENCE = 10_000 * MILLI;
    private static final long WHOLE_PATIENCE = 20_000 * MILLI;
    private static final long LOOK = 20 * MILLI;

    private final long seed;
    private final Map<String, Integer> roles = new LinkedHashMap<>();

    /** By the names that the story gives them. */
    private final Map<String, Call> leases = new HashMap<>();

    private @Nullable Simulation simulation;
    private @Nullable Call begun;

    Scenario(long seed) {
        this.seed = seed;
    }

    private Simulation mesh() {
        return Objects.requireNonNull(simulation, "a story begins with: mesh");
    }

    private World world() {
        return mesh().world();
    }

    /** Does what a line says. @return what came of it */
    String tell(String line) {
        String[] words = line.trim().split(" +");
        return switch (words[0]) {
            case "mesh" -> found(words);
            case "roles" -> roles(words[1]);
            case "put", "remove", "get" -> finish(begin(words));
            case "take" -> take(words);
            case "fill" -> fill(words);
            case "begin" -> {
                begun = begin(line.substring("begin ".length()).trim().split(" +"));
                yield "begun";
            }
            case "near" -> near(words);
            case "lose" -> lose(words[1]);
            case "insist" -> insist(line.substring("insist ".length()).trim().split(" +"));
            case "end" -> finish(Objects.requireNonNull(begun));
            case "kill", "start", "replace", "pause", "resume", "stop" ->
                    does(words[0], number(words[1]));
            case "flush" -> flush(process(words[2]));
            case "evict" -> evict(words[1], process(words[3]));
            case "cut" -> cut(words);
            case "heal" -> heal();
            case "wait" -> waits(words);
            case "owners" -> owners(words[1]);
            default -> throw new IllegalArgumentException("what is '" + line + "'?");
        };
    }

    private String found(String[] words) {
        int running = Integer.parseInt(words[1]);
        int machines = Integer.parseInt(words[3]);
        int copies = Integer.parseInt(words[5]);
        Disk.Kind disk = words.length > 6 ? Disk.Kind.WHOLE : Disk.Kind.NONE;
        Setup setup =
                new Setup(machines, running, copies, 1, 0, 0, true, 0, 0, disk, Bugs.Bug.NONE);
        simulation = Simulation.quiet(seed, setup);
        for (int number = 1; number <= running; number++) {
            mesh().hosts().get(number).start();
        }
        return whole();
    }

    private int number(String name) {
        Integer role = roles.get(name);
        return role != null ? role : Integer.parseInt(name.substring(1));
    }

    private SimProcess process(String name) {
        return Objects.requireNonNull(
                mesh().hosts().runningOrNull(number(name)), name + " does not run");
    }

    private Topology topology() {
        return mesh().hosts().running().getFirst().node().topology();
    }

    private String roles(String key) {
        List<Member> owners = topology().owners(Bytes.utf8(key).slotIndex());
        roles.put("primary", numberOf(owners.get(0)));
        roles.put("backup", numberOf(owners.get(1)));
        topology().members().stream()
                .filter(member -> !owners.contains(member))
                .findFirst()
                .ifPresent(member -> roles.put("other", numberOf(member)));
        return "known";
    }

    private static int numberOf(Member member) {
        return Names.numberOf(member.id());
    }

    private Call begin(String[] words) {
        Call.Kind kind =
                switch (words[0]) {
                    case "put" -> Call.Kind.PUT;
                    case "remove" -> Call.Kind.REMOVE;
                    case "get" -> Call.Kind.GET;
                    default -> throw new IllegalArgumentException("no call: " + words[0]);
                };
        String value = kind == Call.Kind.PUT ? words[2] : "";
        return mesh().clients().call(kind, words[1], value, process(words[words.length - 1]));
    }

    /** {@code take KEY as NAME via MEMBER}. */
    private String take(String[] words) {
        Call take = leaseCall(Call.Kind.TAKE, words, "", null);
        leases.put(words[3], take);
        String answer = finish(take);
        return take.token == null ? answer : "lease";
    }

    /** {@code fill KEY VALUE under NAME via MEMBER}. */
    private String fill(String[] words) {
        return finish(leaseCall(Call.Kind.FILL, words, words[2], leases.get(words[4])));
    }

    private Call leaseCall(Call.Kind kind, String[] words, String value, @Nullable Call lease) {
        SimProcess at = process(words[words.length - 1]);
        Call call = new Call(0, kind, words[1], value, at.number(), world().nowNanos());
        call.lease = lease;
        mesh().clients().call(call, at, () -> {});
        return call;
    }

    private String finish(Call call) {
        long end = world().nowNanos() + CALL_PATIENCE;
        while (call.status == Call.Status.OPEN && world().nowNanos() < end) {
            world().runUntil(world().nowNanos() + MILLI);
        }
        String code = call.note.replaceFirst(" .*", "");
        return switch (call.status) {
            case OK -> !call.isRead() ? "ok" : call.found == null ? "-" : call.found;
            case REFUSED -> "refused " + code;
            case OPEN, UNKNOWN -> "unknown " + code;
        };
    }

    private String near(String[] words) {
        long bound = Long.parseLong(words[3]) * MILLI;
        Call call = mesh().clients().near(words[1], bound, process(words[6]));
        String found = finish(call);
        return call.status == Call.Status.OK
                ? call.found + " from " + call.note.substring(0, 2)
                : found;
    }

    private String lose(String what) {
        mesh().hosts().network().unreliable(what.equals("datagrams") ? 1 : 0, 0);
        return "done";
    }

    private String insist(String[] words) {
        long end = world().nowNanos() + CALL_PATIENCE;
        String answer = finish(begin(words));
        while (!answer.equals("ok") && world().nowNanos() < end) {
            world().runUntil(world().nowNanos() + LOOK);
            answer = finish(begin(words));
        }
        return answer;
    }

    private String does(String what, int number) {
        Hosts.Host host = mesh().hosts().get(number);
        switch (what) {
            case "kill" -> host.kill();
            case "start" -> host.start();
            case "replace" -> host.replace();
            case "pause" -> host.pause();
            case "resume" -> host.resume();
            default -> host.stop();
        }
        return "done";
    }

    private String flush(SimProcess at) {
        String[] answer = {"unknown"};
        at.spawn(
                "flush",
                () -> {
                    at.node().flush(Mesh.Scope.MESH).join();
                    answer[0] = "ok";
                });
        long end = world().nowNanos() + CALL_PATIENCE;
        while (!answer[0].equals("ok") && world().nowNanos() < end) {
            world().runUntil(world().nowNanos() + MILLI);
        }
        return answer[0];
    }

    private static String evict(String key, SimProcess at) {
        var forever = new Version(Long.MAX_VALUE, Long.MAX_VALUE, at.member().id());
        return at.keyspace().dropUnlessLater(Bytes.utf8(key), forever) ? "evicted" : "not there";
    }

    private String cut(String[] words) {
        int one = number(words[1]);
        int other = number(words[3]);
        mesh().hosts().cut(one, other);
        if (words[2].equals("from")) {
            mesh().hosts().cut(other, one);
        }
        return "done";
    }

    private String heal() {
        mesh().faults().heal();
        return "done";
    }

    private String waits(String[] words) {
        if (words[1].equals("whole")) {
            return whole();
        }
        world().runUntil(world().nowNanos() + Long.parseLong(words[1]) * MILLI);
        return "waited";
    }

    private String whole() {
        long end = world().nowNanos() + WHOLE_PATIENCE;
        // Whoever was just started is not asked yet whether it is whole.
        world().runUntil(world().nowNanos() + 50 * LOOK);
        while (!mesh().isWhole()) {
            if (world().nowNanos() > end || world().isOver()) {
                return "not whole";
            }
            world().runUntil(world().nowNanos() + LOOK);
        }
        return "whole " + Names.of(topology().members());
    }

    private String owners(String key) {
        List<String> kept = new ArrayList<>();
        for (Member owner : topology().owners(Bytes.utf8(key).slotIndex())) {
            var entry = process("m" + numberOf(owner)).keyspace().peekOrNull(Bytes.utf8(key));
            kept.add(
                    entry == null
                            ? "nothing"
                            : entry.isTombstone() ? "removed" : Bytes.wrap(entry.value()).toUtf8());
        }
        return String.join(", ", kept);
    }

    /** What happened, for when the story went otherwise. */
    String trace() {
        AssertionError failure = world().failureOrNull();
        return (failure == null ? "" : failure + "\n") + world().trace().text();
    }
}
