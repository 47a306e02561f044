package dev.gossamer.node.mesh.sim;

import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * One run: a mesh comes up, clients call, things go wrong, everything is healed, the mesh is whole
 * again, everything is read; then what was seen is checked against the contract.
 */
final class Simulation {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final long START_PATIENCE = 20 * SECOND;
    private static final long HEAL_PATIENCE = 15 * SECOND;
    private static final long LOOK = 200 * MILLI;

    /** Views may still change for so long after everything is healed. */
    private static final long QUIET = 7 * SECOND;

    private final long seed;
    private final Setup setup;
    private final Set<Faults.Kind> kinds;
    private final long troubleNanos;
    private final World world;
    private final Hosts hosts;
    private final Clients clients;
    private final Faults faults;
    private final TagClients tagClients;

    Simulation(long seed, Setup setup, Set<Faults.Kind> kinds, long troubleNanos) {
        this.seed = seed;
        this.setup = setup;
        this.kinds = kinds;
        this.troubleNanos = troubleNanos;
        this.world = new World(seed);
        this.hosts = new Hosts(world, setup);
        this.clients = new Clients(world, hosts, setup);
        this.tagClients = new TagClients(world, hosts, clients);
        this.faults =
                new Faults(world, hosts, setup, kinds, this::isWhole, clients::everythingIsLost);
    }

    /** A run that is drawn as a whole from its seed. */
    static Simulation drawn(long seed, Set<Faults.Kind> possible) {
        return drawn(seed, possible, Bugs.Bug.NONE);
    }

    /** The same with a bug in all members. */
    static Simulation drawn(long seed, Set<Faults.Kind> possible, Bugs.Bug bug) {
        SplittableRandom random = new SplittableRandom(seed * 31 + 7);
        int hosts = List.of(3, 3, 3, 5, 5, 9).get(random.nextInt(6));
        int replication = hosts == 3 ? 2 + random.nextInt(2) : 3;
        Set<Faults.Kind> kinds = EnumSet.noneOf(Faults.Kind.class);
        possible.forEach(kind -> {
            if (random.nextInt(3) == 0) {
                kinds.add(kind);
            }
        });
        if (kinds.isEmpty() && !possible.isEmpty()) {
            kinds.add(List.copyOf(EnumSet.copyOf(possible)).get(random.nextInt(possible.size())));
        }
        int founders = kinds.contains(Faults.Kind.JOIN) ? hosts - 1 : hosts;
        Setup setup =
                new Setup(
                        hosts,
                        founders,
                        replication,
                        1 + random.nextInt(2),
                        3 + random.nextInt(3),
                        4 + random.nextInt(16),
                        random.nextBoolean(),
                        0.01 * random.nextInt(3),
                        random.nextInt(4) * 500L,
                        disk(seed, bug),
                        bug);
        return new Simulation(seed, setup, kinds, (3 + random.nextInt(8)) * SECOND);
    }

    /** Bugs that show without disks are found without them. */
    private static Disk.Kind disk(long seed, Bugs.Bug bug) {
        Disk.Kind[] kinds = Disk.Kind.values();
        return switch (bug) {
            case NONE -> kinds[new SplittableRandom(seed * 31 + 11).nextInt(kinds.length)];
            case PAST_FORGOTTEN, TAGS_FORGOTTEN -> Disk.Kind.WHOLE;
            case DISK_BEHIND_PAST -> Disk.Kind.OLD;
            default -> Disk.Kind.NONE;
        };
    }

    /** A mesh in which nothing happens by itself. */
    static Simulation quiet(long seed, Setup setup) {
        return new Simulation(seed, setup, Set.of(), 0);
    }

    World world() {
        return world;
    }

    Hosts hosts() {
        return hosts;
    }

    Clients clients() {
        return clients;
    }

    Faults faults() {
        return faults;
    }

    /**
     * @throws AssertionError when a promise was broken; the message says which, what went wrong
     *     before, and how to see it again
     */
    void run() {
        try {
            live();
        } catch (AssertionError e) {
            throw new AssertionError(report(String.valueOf(e.getMessage())), e);
        }
        AssertionError failure = world.failureOrNull();
        if (failure != null) {
            throw new AssertionError(report(String.valueOf(failure.getMessage())), failure);
        }
    }

    private void live() {
        for (int number = 1; number <= setup.founders(); number++) {
            Hosts.Host host = hosts.get(number);
            world.after(world.between(0, 300 * MILLI), host::start);
        }
        world.runUntil(400 * MILLI);
        awaitWhole(START_PATIENCE, "the mesh did not come up");
        long until = world.nowNanos() + troubleNanos;
        clients.start(until + SECOND);
        tagClients.start(until + SECOND);
        if (!kinds.isEmpty()) {
            faults.start(until);
        }
        world.runUntil(until + SECOND);
        faults.heal();
        startAll();
        world.runUntil(world.nowNanos() + QUIET);
        awaitWhole(HEAL_PATIENCE - QUIET, "the mesh was not whole again in time (C9)");
        Checks checks = new Checks(world, setup, hosts, clients, kinds);
        checks.readEverything();
        tagClients.readEverything();
        checks.run();
        tagClients.check();
    }

    private void startAll() {
        for (Hosts.Host host : hosts.all()) {
            host.start();
        }
    }

    private void awaitWhole(long patience, String otherwise) {
        long end = world.nowNanos() + patience;
        while (!world.isOver() && !isWhole()) {
            if (world.nowNanos() >= end) {
                throw new AssertionError(otherwise + ": " + standing());
            }
            world.runUntil(world.nowNanos() + LOOK);
        }
    }

    private String standing() {
        StringBuilder text = new StringBuilder();
        for (SimProcess process : hosts.running()) {
            Mesh.MeshStatus status = process.node().status();
            text.append("\n  m")
                    .append(process.number())
                    .append(": epoch ")
                    .append(Epoch.text(status.epoch()))
                    .append(' ')
                    .append(process.node().topology().phase())
                    .append(' ')
                    .append(Names.of(process.node().topology().members()))
                    .append(", missing copies ")
                    .append(status.missingCopies())
                    .append(status.settled() ? ", settled" : ", not settled");
        }
        return text.toString();
    }

    /** Whether its members are these: one who has not joined yet is no substitute for another. */
    private static boolean isOf(Topology topology, Set<MemberId> here) {
        return topology.members().size() == here.size()
                && topology.members().stream().allMatch(member -> here.contains(member.id()));
    }

    /** Whether every running member goes by the same topology of all, with all copies. */
    boolean isWhole() {
        List<SimProcess> running = hosts.running();
        Set<MemberId> here =
                running.stream()
                        .map(process -> process.node().self().id())
                        .collect(Collectors.toSet());
        int copies = Math.min(setup.replication(), running.size());
        int missing = Slot.COUNT * (setup.replication() - copies);
        long epoch = -1;
        for (SimProcess process : running) {
            if (process.life().isPaused() || !isOf(process.node().topology(), here)) {
                return false;
            }
            Topology topology = process.node().topology();
            if (topology.isProvisional() || topology.phase() != Topology.Phase.STEADY) {
                return false;
            }
            long itsEpoch = topology.epoch();
            if (epoch >= 0 && itsEpoch != epoch) {
                return false;
            }
            epoch = itsEpoch;
        }
        for (SimProcess process : running) {
            Mesh.MeshStatus status = process.node().status();
            if (!status.settled() || status.missingCopies() != missing) {
                return false;
            }
        }
        return true;
    }

    long traceHash() {
        return world.trace().hash();
    }

    List<Call> history() {
        return clients.history();
    }

    private String report(String what) {
        return "seed "
                + seed
                + ": "
                + what
                + "\nrepeat it with -Dseed="
                + seed
                + "\n"
                + setup
                + "\nfaults:\n  "
                + String.join("\n  ", faults.plan())
                + "\nthe last that happened:\n"
                + world.trace().text();
    }
}
