package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.RecentOperation;
import dev.gossamer.node.mesh.Claim.Witness;
import dev.gossamer.node.mesh.link.SyncReply;
import dev.gossamer.node.mesh.link.SyncReply.Kept;
import dev.gossamer.node.mesh.link.SyncRequest;
import dev.gossamer.node.mesh.link.SyncRequest.Mark;
import dev.gossamer.node.mesh.link.SyncRequest.Operated;
import dev.gossamer.protocol.Member;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Makes this node serve the slots that it has become the primary of.
 *
 * <p><b>What has to be true before it serves.</b> Everything acknowledged is here already: that is
 * what being an owner means ({@link Holding}). But a write that was under way when the primary
 * before went may stand at some holders and not at others, its caller waiting still. Let it be here
 * only: a reader sees it, this node dies, and the next primary has never heard of it. Let it be
 * elsewhere only: its caller repeats it here and is refused, for the state it asks for is not this;
 * then this node dies, and the next primary has it. So before anything is answered, (1) what any
 * holder has and this node has not is adopted: the greatest version of each key wins, and with it
 * comes the id of the operation that wrote it, so that the caller's repetition gets the first
 * outcome; (2) what this node has then is given to every holder that has it not; (3) the clock here
 * is later than that of each holder, so that what is written next is later than all of it (C1).
 * Whatever the old primary sends from now on is refused, as every holder goes by the new epoch by
 * the time it answers.
 *
 * <p><b>What it costs.</b> One question to each holder, about all slots at once; where the digests
 * agree, nothing else. Digests also differ for what one holder has evicted and the other has not,
 * which may be gigabytes. That need not be settled: eviction is a way for an entry to leave. Up to
 * the earlier of two holders' {@link SettledClocks}, what one has the other had, so just later
 * versions are compared and moved. Adopting a version below that would be right, too, but slow.
 * Caches with fewer copies than the mesh are compared as far as the holder vouches for them.
 *
 * <p><b>Threads.</b> The lane of the errand.
 */
final class Takeover {
    private static final int SLOTS_PER_SURVEY = 2048;
    private static final int SLOTS_PER_SETTLEMENT = 64;
    private static final int SETTLEMENTS_MAX = 4;

    private final Errand errand;
    private final Holding holding;
    private final Keyspace keyspace;
    private final CompletableFuture<?> known;
    private final SettledClocks settled;
    private final int pageBytes;
    private final Source.Toll toll;
    private final Runnable progressed;
    private final Map<Integer, Claim> open = new HashMap<>();
    private final Deque<Claim> differing = new ArrayDeque<>();
    private int settlements;

    /**
     * @param known when what is here may be compared with what others have; a slot that nobody else
     *     has is served without
     * @param toll counts bytes; nothing here waits for it to be paid
     * @param progressed told when slots have become served
     */
    Takeover(
            Errand errand,
            CompletableFuture<?> known,
            SettledClocks settled,
            int pageBytes,
            Source.Toll toll,
            Runnable progressed) {
        this.errand = errand;
        this.holding = errand.holding;
        this.keyspace = errand.keyspace;
        this.known = known;
        this.settled = settled;
        this.pageBytes = pageBytes;
        this.toll = toll;
        this.progressed = progressed;
    }

    void start() {
        claim(holding.toTakeOver());
    }

    /** Slots that are not served yet. */
    int left() {
        return open.size();
    }

    private void claim(List<Integer> slots) {
        Map<Member, List<Integer>> byHolder = new LinkedHashMap<>();
        List<Integer> alone = new ArrayList<>();
        for (Integer slot : slots) {
            List<Member> holders = holding.coOwners(slot);
            open.put(slot, new Claim(slot, holders.size()));
            holders.forEach(
                    each -> byHolder.computeIfAbsent(each, _ -> new ArrayList<>()).add(slot));
            if (holders.isEmpty()) {
                alone.add(slot);
            }
        }
        serve(alone);
        if (!byHolder.isEmpty()) {
            errand.after(known, () -> survey(byHolder));
        }
    }

    private void survey(Map<Member, List<Integer>> byHolder) {
        byHolder.forEach((holder, all) -> {
            for (int i = 0; i < all.size(); i += SLOTS_PER_SURVEY) {
                survey(holder, all.subList(i, Math.min(all.size(), i + SLOTS_PER_SURVEY)));
            }
        });
    }

    private void survey(Member holder, List<Integer> slots) {
        List<Mark> marks = slots.stream().map(this::mark).toList();
        errand.ask(
                holder,
                new SyncRequest.Survey(marks, keyspace.clock()),
                SyncReply.Surveyed.class,
                reply -> {
                    if (reply.slots().size() == slots.size()) {
                        compare(holder, slots, reply);
                    } else {
                        again(holder, slots, holder.name() + " answers for other slots");
                    }
                },
                why -> again(holder, slots, why));
    }

    private Mark mark(int slot) {
        return new Mark(slot, holding.inheritedRank(slot) > 0 ? 0 : settled.of(slot));
    }

    private void again(Member holder, List<Integer> slots, String why) {
        errand.retry(slots.size(), why, () -> survey(holder, slots));
    }

    /** What is here of these slots changes by nothing but this takeover, so a worker may look. */
    private void compare(Member holder, List<Integer> slots, SyncReply.Surveyed reply) {
        errand.work(
                () -> {
                    keyspace.witness(reply.clock());
                    Map<Integer, List<RecentOperation>> theirs = bySlot(reply.operations());
                    List<Comparison> comparisons = new ArrayList<>(slots.size());
                    for (int i = 0; i < slots.size(); i++) {
                        int slot = slots.get(i);
                        List<RecentOperation> known = theirs.getOrDefault(slot, List.of());
                        comparisons.add(compareOne(holder, slot, reply.slots().get(i), known));
                    }
                    return comparisons;
                },
                comparisons -> {
                    hear(comparisons);
                    settleSome();
                },
                why -> again(holder, slots, why));
    }

    /** What came of comparing one slot with one holder. */
    private record Comparison(
            int slot, Kept kept, Witness witness, boolean differs, List<RecentOperation> known) {}

    private Comparison compareOne(Member holder, int slot, Kept kept, List<RecentOperation> known) {
        // What this node has not held and the holder has may be of any age.
        boolean knowsLess = holding.inheritedRank(slot) > kept.rank();
        long after = knowsLess ? 0 : Math.min(settled.of(slot), kept.settled());
        Set<?> here = Claim.ids(Claim.later(keyspace.recentOperations(slot), after));
        Witness witness = new Witness(holder, kept.rank(), after, Claim.ids(known));
        boolean differs =
                kept.rank() != Kept.NOTHING
                        && (kept.digest() != keyspace.digest(slot, kept.rank())
                                || !here.equals(witness.operations()));
        return new Comparison(slot, kept, witness, differs, known);
    }

    static Map<Integer, List<RecentOperation>> bySlot(List<Operated> operations) {
        Map<Integer, List<RecentOperation>> bySlot = new HashMap<>();
        for (Operated each : operations) {
            bySlot.computeIfAbsent(each.slot(), _ -> new ArrayList<>()).add(each.operation());
        }
        return bySlot;
    }

    private void hear(List<Comparison> comparisons) {
        List<Integer> alike = new ArrayList<>();
        for (Comparison each : comparisons) {
            Claim claim = open.get(each.slot());
            if (claim == null) {
                continue;
            }
            if (each.kept().rank() == Kept.NOTHING) {
                claim.hearNothing();
            } else {
                claim.hear(each.witness(), each.differs(), each.known());
            }
            if (claim.unheard == 0 && claim.differs) {
                differing.add(claim);
            } else if (claim.unheard == 0) {
                alike.add(claim.slot);
            }
        }
        serve(alike);
    }

    private void settleSome() {
        while (settlements < SETTLEMENTS_MAX && !differing.isEmpty()) {
            List<Claim> batch = new ArrayList<>();
            while (batch.size() < SLOTS_PER_SETTLEMENT && !differing.isEmpty()) {
                batch.add(differing.remove());
            }
            settlements++;
            new Settlement(
                            errand,
                            batch,
                            pageBytes,
                            toll,
                            () -> over(batch),
                            why -> failed(batch, why))
                    .start();
        }
    }

    private void over(List<Claim> batch) {
        settlements--;
        serve(batch.stream().map(claim -> claim.slot).toList());
        settleSome();
    }

    /** What was settled with whom is found out anew. */
    private void failed(List<Claim> batch, String why) {
        settlements--;
        List<Integer> slots = batch.stream().map(claim -> claim.slot).toList();
        errand.retry(slots.size(), why, () -> claim(slots));
        settleSome();
    }

    private void serve(List<Integer> slots) {
        if (slots.isEmpty()) {
            return;
        }
        long clock = keyspace.clock();
        for (Integer slot : slots) {
            if (!holding.topology().isProvisional()) {
                settled.raise(slot, clock);
            }
            holding.markServing(slot);
            open.remove(slot);
        }
        progressed.run();
    }
}
