package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.RecentOperation;
import dev.gossamer.node.mesh.link.SyncReply;
import dev.gossamer.node.mesh.link.SyncReply.Verdict;
import dev.gossamer.node.mesh.link.SyncRequest;
import dev.gossamer.node.mesh.link.SyncRequest.Digest;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Topology;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes this node hold of some slots what their primaries hold. It asks each primary whether the
 * digests agree; for the slots in which they do not, it compares versions and copies what differs
 * ({@link MirrorJob}). This is the only way in which entries come to a member that has not got them
 * with their writes, so nothing older survives it (C8), and a member that returns with what it had
 * transfers what has changed since (C10).
 *
 * <p><b>Bounds.</b> As many jobs at once as the settings say, each with one page under way; bytes
 * are paid for before the next page is asked for.
 *
 * <p><b>Threads.</b> The lane of the errand.
 */
final class Mirror {
    private static final int SLOTS_PER_QUESTION = 512;
    private static final int SLOTS_PER_JOB = 64;

    private final Errand errand;
    private final Holding holding;
    private final Keyspace keyspace;
    private final SettledClocks settled;
    private final int pageBytes;
    private final int jobsMax;
    private final Source.Toll toll;
    private final Listener listener;
    private final Map<Member, Deque<Integer>> differing = new LinkedHashMap<>();
    private int jobs;

    /** Hears how it goes. */
    interface Listener {
        /**
         * A slot holds something else than the primary's.
         *
         * @param bytes about how many it takes to copy it, as far as that can be told
         * @return whether it is to be copied now
         */
        boolean differs(int slot, long bytes);

        /**
         * The primary cannot say: it does not serve the slot yet, or has lost some of it.
         *
         * @return whether it is to be asked again, a little later
         */
        boolean unknown(int slot);

        /**
         * The slot holds what the primary holds.
         *
         * @param changed whether it did not before
         */
        void alike(int slot, boolean changed);
    }

    Mirror(
            Errand errand,
            SettledClocks settled,
            int pageBytes,
            int jobsMax,
            Source.Toll toll,
            Listener listener) {
        this.errand = errand;
        this.holding = errand.holding;
        this.keyspace = errand.keyspace;
        this.settled = settled;
        this.pageBytes = pageBytes;
        this.jobsMax = jobsMax;
        this.toll = toll;
        this.listener = listener;
    }

    /** Begins with these slots; none of them may be this node's own. */
    void start(List<Integer> slots) {
        start(slots, 0);
    }

    /**
     * @param vain how often the primaries could not say
     */
    private void start(List<Integer> slots, int vain) {
        Topology topology = holding.topology();
        Map<Integer, List<Integer>> byPrimary = new LinkedHashMap<>();
        for (Integer slot : slots) {
            byPrimary
                    .computeIfAbsent(topology.ownerIndex(slot, 0), _ -> new ArrayList<>())
                    .add(slot);
        }
        byPrimary.forEach((index, all) -> {
            Member primary = topology.members().get(index);
            for (int i = 0; i < all.size(); i += SLOTS_PER_QUESTION) {
                ask(primary, all.subList(i, Math.min(all.size(), i + SLOTS_PER_QUESTION)), vain);
            }
        });
    }

    private void ask(Member primary, List<Integer> slots, int vain) {
        Map<Integer, List<RecentOperation>> known = new HashMap<>();
        int[] lost = slots.stream().mapToInt(keyspace.tiers().losses()::of).toArray();
        List<Digest> digests = new ArrayList<>(slots.size());
        for (Integer slot : slots) {
            int rank = holding.rankToKeep(slot);
            digests.add(new Digest(slot, rank, keyspace.digest(slot, rank)));
            if (holding.role(slot) == Role.COPYING) {
                known.put(slot, keyspace.recentOperations(slot));
            }
        }
        errand.ask(
                primary,
                new SyncRequest.Compare(digests, keyspace.clock(), !known.isEmpty()),
                SyncReply.Compared.class,
                reply -> {
                    if (reply.slots().size() == slots.size()) {
                        compared(primary, slots, vain, known, reply);
                        madeGood(slots, lost, reply);
                    } else {
                        again(slots, primary.name() + " answers for other slots");
                    }
                },
                why -> again(slots, why));
    }

    private void again(List<Integer> slots, String why) {
        errand.retry(slots.size(), why, () -> start(slots));
    }

    /** Who has what the primary has, lacks nothing. */
    private void madeGood(List<Integer> slots, int[] lost, SyncReply.Compared reply) {
        for (int i = 0; i < slots.size(); i++) {
            if (reply.slots().get(i).likeness() == SyncReply.Likeness.SAME) {
                keyspace.tiers().losses().madeGood(slots.get(i), lost[i]);
            }
        }
    }

    private void compared(
            Member primary,
            List<Integer> slots,
            int vain,
            Map<Integer, List<RecentOperation>> known,
            SyncReply.Compared reply) {
        var operations = Takeover.bySlot(reply.operations());
        List<Integer> unknown = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            int slot = slots.get(i);
            Verdict verdict = reply.slots().get(i);
            switch (verdict.likeness()) {
                case UNKNOWN -> {
                    if (listener.unknown(slot)) {
                        unknown.add(slot);
                    }
                }
                case SAME -> {
                    settle(slot, verdict.settled());
                    listener.alike(slot, false);
                }
                case DIFFERENT -> {
                    long entries =
                            Math.max(0, verdict.entries() - keyspace.tiers().liveCount(slot));
                    if (listener.differs(slot, entries * reply.entryBytes())) {
                        differing.computeIfAbsent(primary, _ -> new ArrayDeque<>()).add(slot);
                    }
                }
            }
            List<RecentOperation> before = known.get(slot);
            if (before != null && verdict.likeness() != SyncReply.Likeness.UNKNOWN) {
                keyspace.mirrorOperations(slot, before, operations.getOrDefault(slot, List.of()));
            }
        }
        if (!unknown.isEmpty()) {
            String why = primary.name() + " does not serve them, or has lost some of them";
            errand.retry(unknown.size(), why, vain, () -> start(unknown, vain + 1));
        }
        runSome();
    }

    /** What the sides of a partition wrote is not known to the others. */
    private void settle(int slot, long clock) {
        if (!holding.topology().isProvisional()) {
            settled.raise(slot, clock);
        }
    }

    private void runSome() {
        while (jobs < jobsMax && !differing.isEmpty()) {
            var first = differing.entrySet().iterator().next();
            Member primary = first.getKey();
            Deque<Integer> waiting = first.getValue();
            List<Integer> slots = new ArrayList<>();
            while (slots.size() < SLOTS_PER_JOB && !waiting.isEmpty()) {
                slots.add(waiting.remove());
            }
            differing.remove(primary);
            if (!waiting.isEmpty()) {
                // Behind the others: every primary gives in turn.
                differing.put(primary, waiting);
            }
            jobs++;
            run(primary, slots);
        }
    }

    private void run(Member primary, List<Integer> slots) {
        Source source = new Source(errand, primary, pageBytes, toll);
        new MirrorJob(
                        errand,
                        source,
                        slots,
                        (slot, changed, asOf) -> {
                            settle(slot, asOf);
                            listener.alike(slot, changed);
                        },
                        (left, why) -> {
                            jobs--;
                            if (!left.isEmpty()) {
                                again(left, why);
                            }
                            runSome();
                        })
                .start();
    }
}
