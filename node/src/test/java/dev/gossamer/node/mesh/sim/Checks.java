package dev.gossamer.node.mesh.sim;

import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the contract promises, looked for in what the clients saw and in what the members keep. */
final class Checks {
    private static final long READ_PATIENCE = 8_000_000_000L;

    private final World world;
    private final Setup setup;
    private final Hosts hosts;
    private final Clients clients;
    private final boolean separated;

    Checks(World world, Setup setup, Hosts hosts, Clients clients, Set<Faults.Kind> kinds) {
        this.world = world;
        this.setup = setup;
        this.hosts = hosts;
        this.clients = clients;
        this.separated = kinds.stream().anyMatch(Faults::separates);
    }

    /** Each key through each member. */
    void readEverything() {
        List<Call> reads = new ArrayList<>();
        for (SimProcess process : hosts.running()) {
            for (int key = 0; key < setup.keys(); key++) {
                reads.add(clients.read(Clients.key(key), process));
            }
        }
        world.runUntil(world.nowNanos() + READ_PATIENCE);
        for (Call read : reads) {
            if (!world.isOver() && read.status != Call.Status.OK) {
                throw new AssertionError("a read failed in a whole mesh: " + read);
            }
        }
    }

    void run() {
        if (world.isOver()) {
            return;
        }
        ledgers();
        AuditCheck.run(hosts.running());
        for (int number = 0; number < setup.keys(); number++) {
            String key = Clients.key(number);
            List<Call> calls =
                    clients.history().stream().filter(call -> call.key.equals(key)).toList();
            boolean linear = !separated || Clients.isConsistent(key);
            if (linear) {
                new BoundCheck(setup, orderOf(key)).run(key, calls);
            }
            calls = calls.stream().filter(call -> call.kind != Call.Kind.NEAR).toList();
            versionsGrow(key, calls, linear);
            nothingAcknowledgedIsLost(key, calls);
            ownersAgree(key);
            if (linear) {
                new LeaseChecks(key, calls).run();
            }
            if (linear && !Linearizability.holds(calls)) {
                throw failure("calls for " + key + " are not linearizable (C5)", calls);
            }
        }
    }

    private void ledgers() {
        LedgerCheck ledgers = new LedgerCheck(hosts, clients.history());
        if (!separated) {
            ledgers.nothingIsListed();
        } else if (hosts.noneEnded()) {
            ledgers.run();
        }
    }

    private static AssertionError failure(String what, List<Call> calls) {
        return new AssertionError(
                what
                        + ":\n  "
                        + calls.stream().map(Call::toString).collect(Collectors.joining("\n  ")));
    }

    /** C1: no version twice; and a write that begins after another was acknowledged is later. */
    private void versionsGrow(String key, List<Call> calls, boolean linear) {
        List<Call> writes =
                calls.stream()
                        .filter(call -> call.isAcknowledgedWrite() && call.version != null)
                        .toList();
        List<Call> byEnd = new ArrayList<>(writes);
        byEnd.sort(Comparator.comparingLong(call -> call.endNanos));
        for (Call later : writes) {
            for (Call earlier : byEnd) {
                if (earlier == later) {
                    continue;
                }
                if (later.version.equals(earlier.version)) {
                    throw failure(
                            "two writes of " + key + " got one version (C1)",
                            List.of(earlier, later));
                }
                boolean after = earlier.endNanos < later.startNanos;
                if (after && linear && orderOf(key).compare(later.version, earlier.version) < 0) {
                    throw failure(
                            "the versions of " + key + " went back (C1)", List.of(earlier, later));
                }
            }
        }
    }

    /** C2, C8, C9: what is kept in the end is no older than anything acknowledged. */
    private void nothingAcknowledgedIsLost(String key, List<Call> calls) {
        Version kept = Version.NONE;
        for (Member owner : ownersOf(key)) {
            Entry entry = keptByOrNull(key, owner);
            Version version = entry == null ? Version.NONE : entry.version();
            kept = orderOf(key).compare(version, kept) > 0 ? version : kept;
        }
        for (Call call : calls) {
            if (call.isAcknowledgedWrite()
                    && call.version != null
                    && call.startNanos > clients.lostNanos()
                    && orderOf(key).compare(call.version, kept) > 0) {
                throw failure(
                        "an acknowledged write of " + key + " is lost (C2): kept is " + kept,
                        calls);
            }
        }
    }

    private static Comparator<Version> orderOf(String key) {
        return Clients.isConsistent(key) ? Version.EPOCH_FIRST : Version.CLOCK_FIRST;
    }

    private List<Member> ownersOf(String key) {
        return hosts.running().getFirst().node().topology().owners(Bytes.utf8(key).slotIndex());
    }

    private @Nullable Entry keptByOrNull(String key, Member owner) {
        SimProcess process = hosts.runningOrNull(Names.numberOf(owner.id()));
        return process == null ? null : process.keyspace().peekOrNull(Bytes.utf8(key));
    }

    private void ownersAgree(String key) {
        List<String> kept = new ArrayList<>();
        for (Member owner : ownersOf(key)) {
            Entry entry = keptByOrNull(key, owner);
            kept.add(owner.name() + " " + (entry == null ? "nothing" : entry.version()));
        }
        long distinct =
                kept.stream().map(text -> text.substring(text.indexOf(" ") + 1)).distinct().count();
        if (distinct > 1) {
            throw new AssertionError("the owners of " + key + " differ: " + kept);
        }
    }
}
