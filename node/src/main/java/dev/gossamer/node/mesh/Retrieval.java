package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.mesh.link.SyncRequest.Wanted;
import dev.gossamer.node.store.Losses;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes back from the co-owners what this node's SSD has lost ({@link Losses}) of the slots that it
 * is the primary of. What an acknowledged write has stored outlives the loss of one of its copies
 * (C2); but members that copy drop what the primary has not, so this node's word on such a slot
 * counts for nothing ({@link SyncService}) until its co-owners have been asked, each, what they
 * have. The greatest version of each key wins, as ever; what was evicted here of late and stands
 * elsewhere comes back with it, which is right, and rare.
 *
 * <p>Where the SSD was given up altogether, what rested on it need not fit into memory. Then as
 * much is taken back as there is room for, and the rest when the SSD is used again; if that takes
 * longer than {@link #PATIENCE}, the rest counts as evicted, for new members cannot copy meanwhile.
 *
 * <p><b>Bounds.</b> One page at a time, from one member.
 *
 * <p><b>Threads.</b> The lane of the errand.
 */
final class Retrieval {
    /** How long the SSD may be out of use before what there is no room for counts as evicted. */
    static final Duration PATIENCE = Duration.ofMinutes(10);

    /** How long it may go on failing before people are told, and then again. */
    private static final Duration COMPLAINT = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(Retrieval.class);
    private static final int SLOTS_PER_BATCH = 64;

    private final Keyspace keyspace;
    private final Losses losses;
    private final int pageBytes;
    private final Source.Toll toll;
    private final LongSupplier nanoClock;
    private final LongAdder retrieved = new LongAdder();

    private @Nullable Errand underWay;

    /** Since when it fails, or when people were told of it last; null while it does not. */
    private @Nullable Long failedSinceNanos;

    /** Since when the SSD is out of use, as far as it was looked at; null while it is used. */
    private @Nullable Long givenUpSinceNanos;

    Retrieval(Keyspace keyspace, int pageBytes, Source.Toll toll, LongSupplier nanoClock) {
        this.keyspace = keyspace;
        this.losses = keyspace.tiers().losses();
        this.pageBytes = pageBytes;
        this.toll = toll;
        this.nanoClock = nanoClock;
    }

    /** Entries that were taken back since the start. */
    long retrieved() {
        return retrieved.sum();
    }

    /** Looks whether something was lost, and begins to take it back; to be called often. */
    void round(Errand errand) {
        lookAtTheSsd();
        if (losses.slots() == 0) {
            failedSinceNanos = null;
        }
        if (losses.slots() == 0
                || errand.holding.mustReconcile()
                || (underWay != null && !underWay.isOver())) {
            return;
        }
        Map<Integer, Integer> lost = new LinkedHashMap<>();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            int seen = losses.of(slot);
            if (seen > 0 && errand.holding.isServing(slot)) {
                lost.put(slot, seen);
            }
        }
        if (lost.isEmpty() || !hasRoomOrPatience(lost)) {
            return;
        }
        underWay = errand;
        new Run(errand, lost).nextBatch();
    }

    /** Also while nothing is lost: each time out of use is one of its own. */
    private void lookAtTheSsd() {
        if (!keyspace.tiers().lower().isGivenUp()) {
            givenUpSinceNanos = null;
        } else if (givenUpSinceNanos == null) {
            givenUpSinceNanos = nanoClock.getAsLong();
        }
    }

    private boolean lacksRoom() {
        return keyspace.tiers().lower().isGivenUp() && !keyspace.tiers().hasRoom();
    }

    /** What waits for room for too long is given up. */
    private boolean hasRoomOrPatience(Map<Integer, Integer> lost) {
        Long since = givenUpSinceNanos;
        if (since == null) {
            return true;
        }
        if (nanoClock.getAsLong() - since > PATIENCE.toNanos()) {
            lost.forEach(losses::madeGood);
            log.warn(
                    "the SSD has been out of use for {} min: what it had of {} slots, and memory has"
                            + " no room for, counts as evicted",
                    PATIENCE.toMinutes(),
                    lost.size());
            return false;
        }
        return keyspace.tiers().hasRoom();
    }

    /** It is tried again with the next round; people are told when that does not help. */
    private void complain(String why) {
        long now = nanoClock.getAsLong();
        Long since = failedSinceNanos;
        if (since == null) {
            failedSinceNanos = now;
        } else if (now - since > COMPLAINT.toNanos()) {
            failedSinceNanos = now;
            log.warn(
                    "what the SSD had lost of {} slots could not be taken back from other members"
                            + " yet: {}",
                    losses.slots(),
                    why);
        }
    }

    /** Once through the slots that have lost something. */
    private final class Run {
        private final Errand errand;
        private final Map<Integer, Integer> lost;
        private final List<Integer> slots;
        private final long before = retrieved.sum();
        private int at;

        Run(Errand errand, Map<Integer, Integer> lost) {
            this.errand = errand;
            this.lost = lost;
            this.slots = List.copyOf(lost.keySet());
        }

        void nextBatch() {
            if (at == slots.size() || lacksRoom()) {
                over();
                return;
            }
            List<Integer> batch = slots.subList(at, Math.min(slots.size(), at + SLOTS_PER_BATCH));
            Map<Member, List<Wanted>> byHolder = new LinkedHashMap<>();
            for (Integer slot : batch) {
                for (Member holder : errand.holding.coOwners(slot)) {
                    int index = errand.holding.topology().members().indexOf(holder);
                    int rank = errand.holding.rankToKeep(slot, index);
                    byHolder.computeIfAbsent(holder, _ -> new ArrayList<>())
                            .add(new Wanted(slot, rank, 0));
                }
            }
            takeFrom(batch, List.copyOf(byHolder.entrySet()), 0);
        }

        private void takeFrom(
                List<Integer> batch, List<Map.Entry<Member, List<Wanted>>> holders, int number) {
            if (number == holders.size()) {
                if (!lacksRoom()) {
                    batch.forEach(slot -> losses.madeGood(slot, lost.getOrDefault(slot, 0)));
                }
                at += batch.size();
                nextBatch();
                return;
            }
            Source source = new Source(errand, holders.get(number).getKey(), pageBytes, toll);
            Runnable then = () -> takeFrom(batch, holders, number + 1);
            new Narrowing(errand, source, false)
                    .narrow(
                            holders.get(number).getValue(),
                            narrowed -> take(source, narrowed.wanted(), then),
                            this::failed);
        }

        private void take(Source source, List<Wanted> differing, Runnable then) {
            source.walk(
                    differing,
                    false,
                    (part, next) ->
                            errand.work(
                                    () ->
                                            lacksRoom()
                                                    ? List.<Bytes>of()
                                                    : source.missingHere(part.items()),
                                    keys -> source.bring(keys, this::adopt, next, this::failed),
                                    this::failed),
                    then,
                    this::failed);
        }

        private void adopt(List<Item> items) {
            for (Item item : items) {
                if (keyspace.merge(item.key(), item.entry())) {
                    retrieved.increment();
                }
            }
        }

        private void failed(String why) {
            complain(why);
            underWay = null;
        }

        private void over() {
            log.warn(
                    "the SSD had lost entries of {} slots; {} entries were taken back from other"
                            + " members, {} slots wait",
                    slots.size(),
                    retrieved.sum() - before,
                    losses.slots());
            underWay = null;
        }
    }
}
