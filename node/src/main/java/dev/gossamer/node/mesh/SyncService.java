package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Keyspace.KeyVersion;
import dev.gossamer.node.cache.RangeDigests;
import dev.gossamer.node.cache.RecentOperation;
import dev.gossamer.node.cache.VersionPage;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.SyncReply;
import dev.gossamer.node.mesh.link.SyncReply.Kept;
import dev.gossamer.node.mesh.link.SyncReply.Likeness;
import dev.gossamer.node.mesh.link.SyncReply.Verdict;
import dev.gossamer.node.mesh.link.SyncRequest;
import dev.gossamer.node.mesh.link.SyncRequest.Cut;
import dev.gossamer.node.mesh.link.SyncRequest.Digest;
import dev.gossamer.node.mesh.link.SyncRequest.Mark;
import dev.gossamer.node.mesh.link.SyncRequest.Operated;
import dev.gossamer.node.mesh.link.SyncRequest.Wanted;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Answers what the others ask in order to hold what this node holds.
 *
 * <p><b>Threads.</b> Any. {@link #settle} changes entries and has to run on an event loop, where
 * the grace period of {@link Epochs} counts it; so do the questions that are answered at once.
 * {@link #versions}, {@link #ranges} and {@link #bring} look at many entries and belong on a
 * worker.
 */
final class SyncService {
    private static final int KEYS_PER_STEP = 1024;

    /** Keys looked at for one answer, wanted or not. */
    private static final int KEYS_MAX = 1 << 16;

    private static final int BYTES_MIN = 1024;

    private final Keyspace keyspace;
    private final SettledClocks settled;
    private final int pageBytesMax;

    SyncService(Keyspace keyspace, SettledClocks settled, int pageBytesMax) {
        this.keyspace = keyspace;
        this.settled = settled;
        this.pageBytesMax = pageBytesMax;
    }

    SyncReply survey(SyncRequest.Survey survey, Holding holding) {
        List<Kept> kept = new ArrayList<>(survey.slots().size());
        List<Operated> operations = new ArrayList<>();
        for (Mark mark : survey.slots()) {
            int slot = mark.slot();
            int rank = holding.keptRank(slot);
            long here = settled.of(slot);
            if (rank == Holding.NOTHING_KEPT) {
                kept.add(new Kept(Kept.NOTHING, 0, 0));
                continue;
            }
            kept.add(new Kept(rank, keyspace.digest(slot, rank), here));
            long after = Math.min(here, mark.settled());
            for (RecentOperation each : Claim.later(keyspace.recentOperations(slot), after)) {
                operations.add(new Operated(slot, each));
            }
        }
        return new SyncReply.Surveyed(keyspace.clock(), kept, operations);
    }

    /**
     * @throws GossamerException when the asker's clock cannot be followed
     */
    SyncReply compare(SyncRequest.Compare compare, Holding holding) {
        keyspace.witness(compare.clock());
        List<Verdict> verdicts = new ArrayList<>(compare.slots().size());
        List<Operated> operations = new ArrayList<>();
        for (Digest theirs : compare.slots()) {
            int slot = theirs.slot();
            Likeness likeness = likeness(theirs, holding);
            verdicts.add(new Verdict(likeness, settled.of(slot), keyspace.tiers().liveCount(slot)));
            if (compare.operations() && likeness != Likeness.UNKNOWN) {
                keyspace.recentOperations(slot)
                        .forEach(each -> operations.add(new Operated(slot, each)));
            }
        }
        long entries = Math.max(1, keyspace.tiers().liveCount());
        int entryBytes =
                (int) Math.min(Integer.MAX_VALUE, keyspace.tiers().memory().bytes() / entries);
        return new SyncReply.Compared(verdicts, operations, entryBytes);
    }

    private Likeness likeness(Digest theirs, Holding holding) {
        int slot = theirs.slot();
        if (!holding.isServing(slot)) {
            return Likeness.UNKNOWN;
        }
        boolean same = keyspace.digest(slot, theirs.rank()) == theirs.digest();
        if (hasLost(slot)) {
            return Likeness.UNKNOWN;
        }
        return same ? Likeness.SAME : Likeness.DIFFERENT;
    }

    /**
     * To be asked after looking at what is here: what is missing then need not be missing
     * elsewhere.
     */
    private boolean hasLost(int slot) {
        return keyspace.tiers().losses().of(slot) > 0;
    }

    SyncReply versions(SyncRequest.Versions versions, Holding holding) {
        List<Wanted> slots = versions.slots();
        if (slots.isEmpty()) {
            throw new GossamerException(ErrorCode.ERR, "no slots to list");
        }
        checkServed(versions.ofPrimary(), slots.stream().mapToInt(Wanted::slot), holding);
        int bytesMax = Math.clamp(versions.bytesMax(), BYTES_MIN, pageBytesMax);
        List<KeyVersion> items = new ArrayList<>();
        long position = versions.position();
        long clock = -1;
        int done = 0;
        int bytes = 0;
        int keys = 0;
        while (done < slots.size() && bytes < bytesMax && keys < KEYS_MAX) {
            Wanted wanted = slots.get(done);
            long from = Math.max(position, wanted.from());
            VersionPage page =
                    keyspace.versions(
                            wanted.slot(), from, wanted.to(), KEYS_PER_STEP, wanted.rank());
            clock = clock < 0 ? page.asOf() : clock;
            keys += page.versions().size();
            for (KeyVersion each : page.versions()) {
                if (each.version().clock() > wanted.after()) {
                    items.add(each);
                    bytes += SyncReply.weightOf(each);
                }
            }
            boolean ended = page.next() == VersionPage.END;
            position = ended ? 0 : page.next();
            done += ended ? 1 : 0;
        }
        checkWhole(versions.ofPrimary(), slots.stream().mapToInt(Wanted::slot));
        return new SyncReply.Listing(items, done, position, clock);
    }

    private static void checkServed(boolean must, IntStream slots, Holding holding) {
        if (must && !slots.allMatch(holding::isServing)) {
            throw new GossamerException(ErrorCode.TRYAGAIN, "not all of the slots are served here");
        }
    }

    private void checkWhole(boolean must, IntStream slots) {
        if (must && slots.anyMatch(this::hasLost)) {
            throw new GossamerException(
                    ErrorCode.TRYAGAIN, "something of the slots was lost here and is taken back");
        }
    }

    /** Of as many of the slots as one page holds. */
    SyncReply ranges(SyncRequest.Ranges ranges, Holding holding) {
        if (ranges.slots().isEmpty()) {
            throw new GossamerException(ErrorCode.ERR, "no slots to cut into ranges");
        }
        checkServed(ranges.ofPrimary(), ranges.slots().stream().mapToInt(Cut::slot), holding);
        List<RangeDigests> found = new ArrayList<>();
        int bytes = 0;
        for (Cut cut : ranges.slots()) {
            if (bytes >= pageBytesMax) {
                break;
            }
            found.add(keyspace.rangeDigests(cut.slot(), cut.rank(), cut.ranges()));
            bytes += SyncReply.weightOf(found.getLast());
        }
        checkWhole(ranges.ofPrimary(), ranges.slots().stream().mapToInt(Cut::slot));
        return new SyncReply.Ranged(found);
    }

    /**
     * The first of the keys, as many as one page holds or could be read in time: who copies must
     * not take for nothing what merely was not read.
     *
     * @throws GossamerException when not even the first could be read in time
     */
    SyncReply bring(SyncRequest.Bring bring) {
        int bytesMax = Math.clamp(bring.bytesMax(), BYTES_MIN, pageBytesMax);
        List<Item> items = new ArrayList<>();
        int bytes = 0;
        int done = 0;
        try {
            while (done < bring.keys().size() && bytes < bytesMax) {
                Bytes key = bring.keys().get(done);
                Entry entry = keyspace.readOrNull(key);
                done++;
                if (entry != null) {
                    Item item = new Item(key, entry);
                    items.add(item);
                    bytes += Request.weightOf(List.of(item));
                }
            }
        } catch (GossamerException e) {
            if (done == 0) {
                throw e;
            }
        }
        return new SyncReply.Brought(items, done);
    }

    /**
     * Takes what the primary has gathered.
     *
     * @throws GossamerException when this member is not to hold one of the slots, or an entry's
     *     clock cannot be followed; nothing is lost then, for the primary tries again
     */
    SyncReply settle(SyncRequest.Settle settle, Holding holding) {
        settle.items().forEach(item -> checkHeld(item.key().slotIndex(), holding));
        settle.items().forEach(item -> keyspace.merge(item.key(), item.entry()));
        settle.operations().forEach(each -> keyspace.remember(each.slot(), each.operation()));
        return new SyncReply.Done();
    }

    /** Only who holds the slot may say that it has a copy. */
    private static void checkHeld(int slot, Holding holding) {
        switch (holding.role(slot)) {
            case BACKUP, COPYING, FORMER -> {}
            case PRIMARY, NONE ->
                    throw new GossamerException(
                            ErrorCode.WRONGEPOCH, "slot " + slot + " is not copied to this member");
        }
    }
}
