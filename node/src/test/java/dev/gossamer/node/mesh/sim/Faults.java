package dev.gossamer.node.mesh.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Makes things go wrong at random: each run draws some kinds of fault and mixes them (swarm
 * testing: Groce et al., 2012). Every fault ends by itself after a while, or at the end at the
 * latest. Before the mesh is whole again, never more than R − 1 members are killed or kept from the
 * others long enough to be left out, for whoever is left out counts as dead: more is beyond the
 * contract. Nor does anybody go who may act for the smaller side of a partition: what such a side
 * acknowledges has as many copies as it has members.
 */
final class Faults {
    enum Kind {
        KILL,
        /** A machine is lost with its disk, and another takes its place. */
        REPLACE,
        PAUSE,
        PARTITION,
        ISOLATE,
        ONE_WAY,
        PAIR,
        RESET,
        CLOCK_STEP,
        DATAGRAM_LOSS,
        SLOW,
        JOIN,
        LEAVE,
        /**
         * A member stops in order, and comes back with what it has: soon, or later than it said.
         */
        RESTART,
        /**
         * The power fails: all end at once and start again. What is in memory is lost, as contract
         * has it; versions, removals and the agreement must not go back.
         */
        ALL_AT_ONCE
    }

    /** Those that cost nothing that was acknowledged; restarts in order have runs of their own. */
    static final Set<Kind> SURVIVED =
            EnumSet.complementOf(EnumSet.of(Kind.ALL_AT_ONCE, Kind.RESTART));

    private static final long MILLI = 1_000_000;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final Set<Kind> PARTITIONS =
            EnumSet.of(Kind.PARTITION, Kind.ISOLATE, Kind.ONE_WAY, Kind.PAIR, Kind.PAUSE);

    private final World world;
    private final Hosts hosts;
    private final Setup setup;
    private final List<Kind> kinds;
    private final BooleanSupplier isWhole;
    private final Runnable everythingIsLost;
    private final List<String> plan = new ArrayList<>();
    private long untilNanos;

    /** How many members may still lose their memory until the mesh is whole again. */
    private int mayBeLost;

    /** Faults under way that keep members from one another. */
    private int separations;

    /**
     * @param everythingIsLost told when nothing that was in memory is left anywhere
     */
    Faults(
            World world,
            Hosts hosts,
            Setup setup,
            Set<Kind> kinds,
            BooleanSupplier isWhole,
            Runnable everythingIsLost) {
        this.world = world;
        this.hosts = hosts;
        this.setup = setup;
        this.kinds = kinds.stream().sorted().toList();
        this.isWhole = isWhole;
        this.everythingIsLost = everythingIsLost;
    }

    static boolean separates(Kind kind) {
        return PARTITIONS.contains(kind);
    }

    List<String> plan() {
        return plan;
    }

    void start(long until) {
        untilNanos = until;
        next();
    }

    private void next() {
        world.after(
                world.between(100 * MILLI, 1_500 * MILLI),
                () -> {
                    if (world.nowNanos() < untilNanos) {
                        strike(kinds.get(world.random().nextInt(kinds.size())));
                        next();
                    }
                });
    }

    private void did(String what) {
        plan.add(
                String.format(
                        Locale.ROOT, "%9.3f s  %s", world.nowNanos() / NANOS_PER_SECOND, what));
    }

    private int someHost() {
        return 1 + world.random().nextInt(setup.hosts());
    }

    private long aWhile() {
        return world.between(50 * MILLI, 5_000 * MILLI);
    }

    private void strike(Kind kind) {
        switch (kind) {
            case KILL -> kill(someHost());
            case REPLACE -> replace(someHost());
            case PAUSE -> pause(someHost());
            case PARTITION -> partition();
            case ISOLATE -> isolate(someHost());
            case ONE_WAY -> oneWay(someHost(), someHost());
            case PAIR -> pair(someHost(), someHost());
            case RESET -> reset(someHost(), someHost());
            case CLOCK_STEP -> stepClock(someHost());
            case DATAGRAM_LOSS -> loseDatagrams();
            case SLOW -> slow();
            case JOIN -> join();
            case LEAVE -> leave(someHost());
            case RESTART -> restart(someHost());
            case ALL_AT_ONCE -> allAtOnce();
        }
    }

    private void kill(int number) {
        Hosts.Host host = hosts.get(number);
        if (!host.isUp() || maySpeakForFew(number) || !mayLose(1)) {
            return;
        }
        long away = aWhile();
        did("kill m" + number + ", start it again after " + away / MILLI + " ms");
        host.kill();
        world.after(away, host::start);
    }

    /** Of a mesh of three or more that is whole: the votes of most members must stay. */
    private void replace(int number) {
        Hosts.Host host = hosts.get(number);
        boolean most = hosts.running().size() >= 3 && isWhole.getAsBoolean() && !isAnybodyLeaving();
        if (!host.isUp() || !most || maySpeakForFew(number) || !mayLose(1)) {
            return;
        }
        long away = aWhile();
        did(
                "lose m"
                        + number
                        + " and its disk, another takes its place after "
                        + away / MILLI
                        + " ms");
        host.kill();
        host.replaceDisk();
        world.after(away, host::start);
    }

    /** Whether this one sees no majority, and may come to serve without it. */
    private boolean maySpeakForFew(int number) {
        int seen = 1;
        for (Hosts.Host other : hosts.all()) {
            boolean sees = hosts.network().isOpenBothWays(number, other.number());
            seen += other.number() != number && other.isUp() && sees ? 1 : 0;
        }
        SimProcess process = hosts.runningOrNull(number);
        return 2 * seen <= setup.hosts()
                || (process != null && process.node().topology().isProvisional());
    }

    private boolean isAnybodyLeaving() {
        return hosts.all().stream().anyMatch(Hosts.Host::isStopping);
    }

    /**
     * Whether the mesh stands the loss of so many more: who leaves may be lost until it is gone.
     */
    private boolean mayLose(int members) {
        boolean calm = separations == 0 && !isAnybodyLeaving() && !hosts.detector().isTorn();
        if (calm && isWhole.getAsBoolean()) {
            mayBeLost = Math.min(setup.replication(), hosts.running().size()) - 1;
        }
        if (mayBeLost < members) {
            return false;
        }
        mayBeLost -= members;
        return true;
    }

    private void separate(long nanos, Runnable begin, Runnable end) {
        separations++;
        begin.run();
        world.after(
                nanos,
                () -> {
                    separations--;
                    end.run();
                });
    }

    private void pause(int number) {
        Hosts.Host host = hosts.get(number);
        if (host.isUp() && mayLose(1)) {
            long away = aWhile();
            did("pause m" + number + " for " + away / MILLI + " ms");
            separate(away, host::pause, host::resume);
        }
    }

    private void partition() {
        int side = 1 + world.random().nextInt((1 << setup.hosts()) - 2);
        int smaller = Math.min(Integer.bitCount(side), setup.hosts() - Integer.bitCount(side));
        if (isAnybodyLeaving() || !mayLose(smaller)) {
            return;
        }
        long away = aWhile();
        did("partition, one side " + side(side) + ", for " + away / MILLI + " ms");
        for (int one = 1; one <= setup.hosts(); one++) {
            for (int other = 1; other <= setup.hosts(); other++) {
                if (isIn(side, one) && !isIn(side, other)) {
                    cutBoth(one, other, away);
                }
            }
        }
    }

    private static boolean isIn(int side, int number) {
        return (side & (1 << (number - 1))) != 0;
    }

    private String side(int side) {
        List<String> names = new ArrayList<>();
        for (int number = 1; number <= setup.hosts(); number++) {
            if (isIn(side, number)) {
                names.add("m" + number);
            }
        }
        return names.toString();
    }

    private void isolate(int number) {
        if (hosts.get(number).isStopping() || !mayLose(1)) {
            return;
        }
        long away = aWhile();
        did("isolate m" + number + " for " + away / MILLI + " ms");
        for (int other = 1; other <= setup.hosts(); other++) {
            if (other != number) {
                cutBoth(number, other, away);
            }
        }
    }

    private void cutBoth(int one, int other, long away) {
        cutOneWay(one, other, away);
        cutOneWay(other, one, away);
    }

    private void cutOneWay(int from, int to, long away) {
        separate(away, () -> hosts.cut(from, to), () -> hosts.heal(from, to));
    }

    private void oneWay(int from, int to) {
        if (from != to && mayLose(1)) {
            long away = aWhile();
            did("nothing gets from m" + from + " to m" + to + " for " + away / MILLI + " ms");
            cutOneWay(from, to, away);
        }
    }

    private void pair(int one, int other) {
        if (one != other && mayLose(1)) {
            long away = aWhile();
            did("cut m" + one + " from m" + other + " for " + away / MILLI + " ms");
            cutBoth(one, other, away);
        }
    }

    private void reset(int one, int other) {
        if (one != other) {
            did("connections between m" + one + " and m" + other + " break");
            hosts.reset(one, other);
        }
    }

    private void stepClock(int number) {
        long millis = world.between(-5_000, 5_000);
        did("the clock of m" + number + " is set by " + millis + " ms");
        hosts.get(number).clock().step(millis);
    }

    private void loseDatagrams() {
        double loss = world.random().nextDouble() * 0.3;
        double duplication = world.random().nextDouble() * 0.2;
        did(String.format(Locale.ROOT, "datagrams: loss %.2f, doubled %.2f", loss, duplication));
        hosts.network().unreliable(loss, duplication);
        world.after(aWhile(), () -> hosts.network().unreliable(0, 0));
    }

    private void slow() {
        long delay = world.between(MILLI, 80 * MILLI);
        did("the network takes up to " + delay / MILLI + " ms");
        hosts.network().slow(delay);
        world.after(aWhile(), () -> hosts.network().slow(MILLI / 2));
    }

    private void join() {
        for (Hosts.Host host : hosts.all()) {
            if (!host.isUp()) {
                did("m" + host.number() + " joins");
                host.start();
                return;
            }
        }
    }

    /**
     * Of three only while all are well: with one of them lost for good, one alone would be left.
     */
    private void leave(int number) {
        boolean enough = setup.hosts() > 3 ? hosts.running().size() > 1 : isWhole.getAsBoolean();
        if (hosts.get(number).isUp() && enough && !maySpeakForFew(number) && mayLose(1)) {
            long away = aWhile();
            did("m" + number + " leaves, comes back after " + away / MILLI + " ms");
            hosts.get(number).stop();
            world.after(away, () -> hosts.get(number).start());
        }
    }

    private void restart(int number) {
        boolean enough = setup.hosts() > 3 ? hosts.running().size() > 1 : isWhole.getAsBoolean();
        if (hosts.get(number).isUp() && enough && !maySpeakForFew(number) && mayLose(1)) {
            long away = aWhile();
            Duration within = Duration.ofNanos(aWhile());
            did(
                    "m"
                            + number
                            + " restarts, comes back after "
                            + away / MILLI
                            + " ms, says within "
                            + within.toMillis());
            hosts.get(number).restart(aWhile(), within, away);
        }
    }

    /** Of a whole mesh, so that nobody who is away keeps what all others have lost. */
    private void allAtOnce() {
        boolean together = hosts.running().size() == setup.hosts() && separations == 0;
        if (!together || isAnybodyLeaving() || !isWhole.getAsBoolean()) {
            return;
        }
        boolean hasDisks = setup.disk() != Disk.Kind.NONE;
        if (hasDisks && setup.hosts() > 2 && world.chance(0.4)) {
            killAllButOneThatIsAway();
        } else {
            killAll("all are killed, and start again");
        }
    }

    private void killAll(String what) {
        did(what);
        mayBeLost = 0;
        hosts.all().forEach(Hosts.Host::killWithAll);
        if (setup.disk() == Disk.Kind.NONE || setup.disk() == Disk.Kind.LOSSY) {
            everythingIsLost.run();
        }
        for (Hosts.Host host : hosts.all()) {
            world.after(world.between(50 * MILLI, 1_000 * MILLI), host::start);
        }
    }

    /** What it comes back with is older than what the others have, who all begin anew with it. */
    private void killAllButOneThatIsAway() {
        int away = someHost();
        did("kill m" + away + ", later all others; then all start again");
        mayBeLost = 0;
        hosts.get(away).kill();
        world.after(
                world.between(MILLI, 4_000 * MILLI),
                () -> {
                    boolean others = hosts.running().size() == setup.hosts() - 1;
                    if (others && separations == 0 && !isAnybodyLeaving()) {
                        killAll("all others are killed");
                    } else {
                        hosts.get(away).start();
                    }
                });
    }

    /** Everything works again, and everybody who was ever here runs. */
    void heal() {
        did("everything is healed");
        hosts.network().healAll();
        for (Hosts.Host host : hosts.all()) {
            host.resume();
        }
        for (int one = 1; one <= setup.hosts(); one++) {
            for (int other = one + 1; other <= setup.hosts(); other++) {
                hosts.detector().changed(one, other);
            }
        }
    }
}
