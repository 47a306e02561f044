package dev.gossamer.node.mesh.sim;

import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The machines, one per member, numbered from 1 on; on each at most one process runs. */
final class Hosts {
    /** Every fault brings about some; this many come of members that undo each other's. */
    private static final int TOPOLOGIES_MAX = 400;

    private final World world;
    private final Network network;
    private final Bugs bugs;
    private final Detector detector;
    private final NodeBuilder builder;
    private final LogCheck logs;
    private final Setup setup;
    private final List<Host> all = new ArrayList<>();
    private final Map<Long, Topology> agreed = new HashMap<>();
    private final List<Learned> learned = new ArrayList<>();

    private record Learned(long atNanos, int number, long epoch) {}

    Hosts(World world, Setup setup) {
        this.world = world;
        this.setup = setup;
        this.network = new Network(world, setup.hosts());
        this.bugs = new Bugs(world, setup.bug());
        this.detector = new Detector(world, network, setup.blindDetector());
        this.builder = new NodeBuilder(setup);
        this.logs = new LogCheck(world);
        for (int number = 1; number <= setup.hosts(); number++) {
            all.add(new Host(number, clock()));
        }
    }

    private HostClock clock() {
        double rate = 1 + setup.clockRateSpread() * (2 * world.random().nextDouble() - 1);
        long spread = setup.wallSpreadMillis();
        return new HostClock(world, rate, world.between(-spread, spread + 1));
    }

    /** A machine and what outlives its processes. */
    final class Host {
        private final int number;
        private final HostClock clock;
        private Disk disk = new Disk(setup.disk());
        private int disks;
        private @Nullable SimProcess process;
        private @Nullable SimProcess stopping;
        private long lastIncarnation;
        private int starts;

        Host(int number, HostClock clock) {
            this.number = number;
            this.clock = clock;
        }

        int number() {
            return number;
        }

        HostClock clock() {
            return clock;
        }

        @Nullable SimProcess processOrNull() {
            return process;
        }

        boolean isUp() {
            return process != null;
        }

        /** Whether what runs here has been told to stop. */
        boolean isStopping() {
            return process != null && process == stopping;
        }

        void start() {
            if (process != null) {
                return;
            }
            forget();
            lastIncarnation = Math.max(lastIncarnation + 1, clock.wallMillis());
            Member member =
                    new Member(
                                    Names.idOf(number, disks),
                                    "m" + number,
                                    "zone",
                                    Member.WEIGHT_DEFAULT,
                                    "127.0.0.1",
                                    new Member.Ports(0, 0, 0, 0, 10_000 + number))
                            .withIncarnation(lastIncarnation);
            world.note(number, "start", "incarnation " + lastIncarnation);
            SimProcess started = new SimProcess(Hosts.this, member, clock, disk, setup.lanes());
            process = started;
            started.start();
            starts++;
        }

        /** Another machine with the same id. */
        void replace() {
            disk.forgetClock();
            disk.forgetWord();
            disk.forgetEntries();
            start();
        }

        private void forget() {
            if (bugs.is(Bugs.Bug.CLOCK_FORGOTTEN)) {
                disk.forgetClock();
            }
            if (bugs.is(Bugs.Bug.WORD_FORGOTTEN)) {
                disk.forgetWord();
            }
            if (bugs.is(Bugs.Bug.PAST_FORGOTTEN)) {
                disk.forgetPast();
            }
            if (bugs.is(Bugs.Bug.TAGS_FORGOTTEN)) {
                disk.forgetTags();
            }
        }

        void kill() {
            SimProcess running = process;
            if (running != null) {
                world.note(number, "kill", "");
                process = null;
                disk.killed(running.keyspace(), running.recentlyChanged());
                running.kill();
            }
        }

        /** With all others, so that what the disk keeps is all that is left. */
        void killWithAll() {
            SimProcess running = process;
            kill();
            boolean isBehind = bugs.is(Bugs.Bug.DISK_BEHIND_PAST);
            if (running != null && disk.kind() == Disk.Kind.OLD && !isBehind) {
                disk.stopped(running.keyspace());
            }
        }

        /** What the machine kept is gone: who starts on it next is a new member. */
        void replaceDisk() {
            world.note(number, "replaced", "the disk");
            disk = new Disk(setup.disk());
            disks++;
        }

        /** SIGTERM: the node closes by itself, then the process is over. */
        void stop() {
            SimProcess running = process;
            if (running == null) {
                return;
            }
            world.note(number, "stop", "");
            stopping = running;
            running.spawn("stop", () -> close(running, () -> {}));
        }

        private void close(SimProcess running, Runnable then) {
            running.node().close();
            world.after(
                    1,
                    () -> {
                        if (process == running) {
                            world.note(number, "stopped", "");
                            process = null;
                            disk.stopped(running.keyspace());
                            running.exit();
                            then.run();
                        }
                    });
        }

        /**
         * SIGTERM of a node that is going to be back: it asks to be let go, waits for that as long
         * as it has patience, and stops; later it starts again.
         *
         * @param backWithin what it tells the others
         */
        void restart(long patienceNanos, Duration backWithin, long awayNanos) {
            SimProcess running = process;
            if (running == null) {
                return;
            }
            world.note(number, "restart", "back within " + backWithin.toMillis() + " ms");
            stopping = running;
            running.spawn(
                    "restart",
                    () -> {
                        CompletableFuture<@Nullable Void> left =
                                running.node().leaveForRestart(backWithin);
                        CompletableFuture<@Nullable Void> enough = new CompletableFuture<>();
                        world.after(patienceNanos, () -> enough.complete(null));
                        CompletableFuture.anyOf(left, enough).handle((_, _) -> true).join();
                        world.note(number, left.isDone() ? "let go" : "not let go", "");
                        close(running, () -> world.after(awayNanos, this::start));
                    });
        }

        void pause() {
            SimProcess running = process;
            if (running != null && !running.life().isPaused()) {
                world.note(number, "pause", "");
                running.life().pause();
                tellDetector();
            }
        }

        void resume() {
            SimProcess running = process;
            if (running != null && running.life().isPaused()) {
                world.note(number, "resume", "");
                running.life().resume();
                tellDetector();
            }
        }

        private void tellDetector() {
            for (Host other : all) {
                if (other != this) {
                    detector.changed(number, other.number);
                }
            }
        }
    }

    World world() {
        return world;
    }

    LogCheck logs() {
        return logs;
    }

    Network network() {
        return network;
    }

    /** Each agreed epoch has one topology for ever. */
    void learned(int number, Topology topology) {
        logs.look();
        learned.add(new Learned(world.nowNanos(), number, topology.epoch()));
        Topology known = agreed.putIfAbsent(topology.epoch(), topology);
        if (known != null && !topology.isProvisional() && !known.equals(topology)) {
            world.fail(
                    "two topologies of one epoch: " + Names.of(known) + ", " + Names.of(topology),
                    null);
        }
        if (agreed.size() > TOPOLOGIES_MAX) {
            world.fail("more than " + TOPOLOGIES_MAX + " topologies: the mesh never settles", null);
        }
    }

    /** When the first of those that went by a provisional topology went by an agreed one again. */
    long backAfter(long provisional) {
        return learned.stream()
                .filter(each -> each.epoch() == provisional)
                .mapToLong(each -> backAfter(each.number(), provisional))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private long backAfter(int number, long provisional) {
        return learned.stream()
                .filter(each -> each.number() == number)
                .dropWhile(each -> each.epoch() != provisional)
                .filter(each -> !Epoch.isProvisional(each.epoch()))
                .mapToLong(Learned::atNanos)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    Bugs bugs() {
        return bugs;
    }

    Detector detector() {
        return detector;
    }

    NodeBuilder builder() {
        return builder;
    }

    List<Host> all() {
        return all;
    }

    Host get(int number) {
        return all.get(number - 1);
    }

    /** The process that runs on a machine now, or null. */
    @Nullable SimProcess runningOrNull(int number) {
        return get(number).processOrNull();
    }

    /** Whether each machine still runs the process that it began with. */
    boolean noneEnded() {
        return all.stream().allMatch(host -> host.isUp() && host.starts == 1);
    }

    List<SimProcess> running() {
        List<SimProcess> running = new ArrayList<>();
        for (Host host : all) {
            SimProcess process = host.processOrNull();
            if (process != null) {
                running.add(process);
            }
        }
        return running;
    }

    void cut(int from, int to) {
        world.note(from, "cut", "to m" + to);
        network.cut(from, to);
        detector.changed(from, to);
    }

    void heal(int from, int to) {
        world.note(from, "heal", "to m" + to);
        network.heal(from, to);
        detector.changed(from, to);
    }

    /** The connections between two members break. */
    void reset(int one, int other) {
        world.note(one, "reset", "with m" + other);
        for (int number : new int[] {one, other}) {
            SimProcess process = runningOrNull(number);
            if (process != null) {
                process.lanes().resetWith(one == number ? other : one);
            }
        }
    }
}
