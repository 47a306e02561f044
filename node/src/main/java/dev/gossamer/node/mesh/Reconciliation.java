package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.SlotPage;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.SyncReply;
import dev.gossamer.node.mesh.link.SyncRequest;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers what was written on this node's side of a partition to the primaries of the healed mesh,
 * or of a larger side that it has come to (C9): every entry that {@link Holding#mustOffer} names,
 * slot by slot. The primary takes what is later, gives it to all who are to have it, and records
 * what lost. Only then may this node mirror the primary, which makes it forget what lost.
 *
 * <p><b>Writes that come before a slot was offered</b> may replace here what the primary has not
 * seen, and so lose it unrecorded. Then this node records the loss: see {@link #store}.
 *
 * <p>What was offered in full under one agreed topology is not offered again under the next.
 *
 * <p><b>Threads.</b> {@link #store} any; the rest on one lane. <b>Cost.</b> 128 KiB, and a page for
 * each other member.
 */
final class Reconciliation {
    private static final Logger log = LoggerFactory.getLogger(Reconciliation.class);
    private static final int ENTRIES_PER_STEP = 1024;
    private static final long ALL = Long.MAX_VALUE;

    private final Keyspace keyspace;
    private final int pageBytes;

    /** Per slot up to which position its keys have been read to be offered. */
    private final AtomicLongArray read = new AtomicLongArray(Slot.COUNT);

    /** Slots that their primaries have taken over. Belongs to the lane. */
    private final BitSet taken = new BitSet(Slot.COUNT);

    Reconciliation(Keyspace keyspace, int pageBytes) {
        this.keyspace = keyspace;
        this.pageBytes = pageBytes;
    }

    /** Whatever is to be offered from now on has not been. */
    void reset() {
        taken.clear();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            read.set(slot, 0);
        }
    }

    /** Stores what the primary replicates while there is still something to be offered. */
    void store(Holding holding, Bytes key, Entry entry) {
        boolean isRead = MemoryTier.positionOf(key) < read.get(key.slotIndex());
        Entry here = isRead ? null : keyspace.standingOrNull(key);
        if (here != null && holding.mustOffer(here.version())) {
            keyspace.reconcile(key, entry, isBlind(holding, key));
        } else {
            keyspace.merge(key, entry);
        }
    }

    private boolean isBlind(Holding holding, Bytes key) {
        return holding.isBlind(key.slotIndex(), keyspace.settingsOf(key).replication());
    }

    /** Offers everything that has not been offered yet; runs {@code done} when all was taken. */
    void start(Errand errand, Runnable done) {
        Map<Member, Deque<Integer>> byPrimary = new LinkedHashMap<>();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (errand.holding.isPrimary(slot)) {
                taken.set(slot);
                read.set(slot, ALL);
            } else if (!taken.get(slot)) {
                read.set(slot, 0);
                byPrimary
                        .computeIfAbsent(
                                errand.holding.topology().primary(slot), _ -> new ArrayDeque<>())
                        .add(slot);
            }
        }
        if (byPrimary.isEmpty()) {
            reset();
            done.run();
            return;
        }
        log.info(
                "epoch {}: offering what this side of the partition wrote",
                Epoch.text(errand.holding.epoch()));
        int[] left = {byPrimary.size()};
        byPrimary.forEach((primary, slots) ->
                new Offer(
                                errand,
                                primary,
                                slots,
                                () -> {
                                    if (--left[0] == 0) {
                                        reset();
                                        done.run();
                                    }
                                })
                        .next());
    }

    /** What one request carries. */
    private record Load(List<Item> items, List<Item> blind, List<Integer> whole, long position) {
        boolean isEmpty() {
            return items.isEmpty() && blind.isEmpty();
        }
    }

    /** The slots of one primary, in order. */
    private final class Offer {
        private final Errand errand;
        private final Member primary;
        private final Deque<Integer> slots;
        private final Runnable done;
        private long position;

        Offer(Errand errand, Member primary, Deque<Integer> slots, Runnable done) {
            this.errand = errand;
            this.primary = primary;
            this.slots = slots;
            this.done = done;
        }

        void next() {
            if (slots.isEmpty()) {
                done.run();
                return;
            }
            List<Integer> left = List.copyOf(slots);
            long from = position;
            errand.work(() -> load(errand.holding, left, from), this::offer, this::again);
        }

        private void offer(Load load) {
            if (load.isEmpty()) {
                taken(load);
                return;
            }
            errand.ask(
                    primary,
                    new SyncRequest.Reconcile(load.items(), load.blind()),
                    SyncReply.Done.class,
                    _ -> taken(load),
                    this::again);
        }

        private void taken(Load load) {
            for (Integer slot : load.whole()) {
                slots.remove();
                taken.set(slot);
            }
            position = load.position();
            next();
        }

        private void again(String why) {
            errand.retry(slots.size(), why, this::next);
        }
    }

    /** On a worker. */
    private Load load(Holding holding, List<Integer> slots, long from) {
        List<Item> items = new ArrayList<>();
        List<Item> blind = new ArrayList<>();
        List<Integer> whole = new ArrayList<>();
        long position = from;
        int bytes = 0;
        int next = 0;
        while (next < slots.size() && bytes < pageBytes) {
            int slot = slots.get(next);
            SlotPage page =
                    keyspace.page(slot, position, ENTRIES_PER_STEP, Math.max(1, pageBytes - bytes));
            for (Item item : page.items()) {
                if (holding.mustOffer(item.entry().version())) {
                    (isBlind(holding, item.key()) ? blind : items).add(item);
                    bytes += Request.weightOf(List.of(item));
                }
            }
            boolean ended = page.next() == SlotPage.END;
            read.accumulateAndGet(slot, ended ? ALL : page.next(), Math::max);
            position = ended ? 0 : page.next();
            if (ended) {
                whole.add(slot);
                next++;
            }
        }
        return new Load(items, blind, whole, position);
    }
}
