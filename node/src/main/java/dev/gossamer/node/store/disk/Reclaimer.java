package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.format.ReadHead;
import dev.gossamer.node.store.disk.format.ReadRecord;
import dev.gossamer.node.store.disk.format.RecordHead;
import dev.gossamer.node.store.disk.format.RecordKind;
import dev.gossamer.node.store.disk.format.SegmentIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes room: gives up the oldest segment, after what is worth it was copied to the log's end.
 *
 * <p>First in, first out, with reinsertion of what is worth most: what was offered most often
 * ({@link Popularity}), and among equals what was read since it was written, the second chance of
 * CLOCK (Corbató, "A Paging Experiment with the Multics System", 1968; Yang et al., "FIFO Queues
 * Are All You Need for Cache Eviction", 2023). What is not worth more than most that rests here
 * leaves ({@link Weakest}): a copy of it would take the room of what is worth as much. While much
 * of the log is dead, what is live but worth little goes on as well, for its room is not needed.
 * Copies are paid for out of {@value #MOVED_PERCENT} % of what is newly written, {@value
 * #MOVED_SPARSE_PERCENT} % while much is dead, so the write amplification is bounded whatever is
 * read; the least worth that is kept is chosen for each segment so that its copies can be paid.
 * While less than {@value #ROOMY_PERCENT} % of the log is live that is let go only for which the
 * segment that is written has no room.
 *
 * <p>Why admission, too: with reinsertion alone, everything that memory lets go of displaces
 * something, and a scan displaces all. On the three traces of docs/performance.md that was half a
 * point less than LRU on one and a third of what W-TinyLFU reaches on another.
 *
 * <p><b>Threads.</b> The writer.
 */
final class Reclaimer {
    /** Of new records, how many bytes may be copied. */
    private static final int MOVED_PERCENT = 25;

    /** While the log is sparse: nothing is displaced by what goes on. */
    private static final int MOVED_SPARSE_PERCENT = 40;

    /** Below it the log is taken for sparse. */
    private static final int SPARSE_PERCENT = 70;

    /**
     * Below it there is room for all that is live, so all of it goes on, whatever was paid for: of
     * the bytes that are written in one turn of the log less than a third are copies.
     */
    private static final int ROOMY_PERCENT = 33;

    /** Copies that are paid for at a start, as a part of the log: nobody knows what was earned. */
    private static final int ALLOWANCE_PART = 8;

    /**
     * So many frames are free even while the log is full: one for the next segment, and one for the
     * segment that is begun at a start, if the process is killed before this one has made room.
     */
    private static final int FREE_WHEN_FULL = 2;

    /** Twice the most that {@link Popularity} counts, and one for what was read. */
    private static final int WORTH_MAX = 31;

    private final LogFolder folder;
    private final Frames frames;
    private final DiskIndex index;
    private final Shelf shelf;
    private final Weakest weakest;
    private final DiskCaches caches;
    private final WriterCounts counts;
    private final DiskWatch watch;
    private final LongSupplier wallMillis;
    private final ByteBuffer window = LogTail.newBuffer();

    Reclaimer(
            LogFolder folder,
            Frames frames,
            DiskIndex index,
            Shelf shelf,
            Weakest weakest,
            WriterCounts counts,
            DiskWatches watches,
            Around around) {
        this.folder = folder;
        this.frames = frames;
        this.index = index;
        this.shelf = shelf;
        this.weakest = weakest;
        this.caches = around.caches();
        this.counts = counts;
        this.watch = watches.writer();
        this.wallMillis = around.wallMillis();
    }

    /** A record that was copied, and where from and to. */
    private record Moved(int slot, long position, long from, long to) {}

    /**
     * Makes sure that the segment after the one that has just begun will have a frame. While the
     * index is not complete nobody knows what is worth it, so then it waits for {@link #look}.
     */
    void makeRoom(LogTail tail) throws IOException {
        if (!shelf.isLoading()) {
            free(FREE_WHEN_FULL, tail);
            weakest.look(isFull());
        }
    }

    /** One frame at once, blindly if need be: the next segment is to begin. */
    void mustHaveRoom(LogTail tail) throws IOException {
        free(1, tail);
    }

    private void free(int wanted, LogTail tail) throws IOException {
        while (frames.free() < wanted) {
            Segment oldest = frames.inOrder().getFirst();
            if (oldest == tail.segment()) {
                throw new IllegalStateException("the budget has room for one segment only");
            }
            giveUp(oldest, tail);
        }
    }

    /** To be called often: while nothing is admitted, nothing else asks. */
    void look(LogTail tail) throws IOException {
        if (frames.free() < FREE_WHEN_FULL) {
            makeRoom(tail);
        }
        weakest.look(isFull());
    }

    /** Whether something has to leave for what comes. */
    private boolean isFull() {
        return frames.free() <= FREE_WHEN_FULL && !isSparse();
    }

    private boolean isSparse() {
        return isBelow(SPARSE_PERCENT);
    }

    private boolean isBelow(int percent) {
        return frames.liveBytes() * 100 < frames.bytes() * percent;
    }

    /** Nothing of it is copied: there is no room. */
    void dropOldest() throws IOException {
        giveUp(frames.inOrder().getFirst(), null);
    }

    private void giveUp(Segment segment, @Nullable LogTail tail) throws IOException {
        segment.retired().set(true);
        shelf.reclaims(true);
        SegmentIndex facts = folder.scan(segment, caches::nameOf).index();
        Pass pass = new Pass(segment, tail);
        pass.rank(facts);
        for (int fact = 0; fact < facts.count(); fact++) {
            if (facts.kind(fact) == RecordKind.VALUE) {
                pass.look(facts, fact);
            }
        }
        pass.finish();
        folder.delete(segment);
        shelf.reclaims(false);
    }

    /** Once through a segment. */
    private final class Pass {
        private final Segment segment;
        private final @Nullable LogTail tail;
        private final boolean sparse;
        private final List<Moved> moved = new ArrayList<>();
        private long credit;
        private long windowStart;
        private int least;

        /**
         * @param tail where to copy to, or null to copy nothing
         */
        Pass(Segment segment, @Nullable LogTail tail) {
            this.segment = segment;
            this.tail = tail;
            this.sparse = isSparse();
            this.credit = credit();
            window.clear().limit(0);
        }

        private long credit() {
            if (tail == null || shelf.isLoading()) {
                return 0; // Which of it is live is not known.
            }
            if (isBelow(ROOMY_PERCENT)) {
                return Long.MAX_VALUE;
            }
            int percent = sparse ? MOVED_SPARSE_PERCENT : MOVED_PERCENT;
            long earned = counts.appendedBytes().sum() / 100 * percent;
            long given = frames.bytes() / ALLOWANCE_PART;
            long half = frames.segmentBytes() / 2;
            return Math.clamp(given + earned - counts.movedBytes().sum(), 0, half);
        }

        void look(SegmentIndex facts, int fact) throws IOException {
            int slot = facts.slot(fact);
            long position = Integer.toUnsignedLong(facts.position(fact));
            long address = segment.address(facts.offset(fact));
            boolean goesOn;
            synchronized (index.lock(slot)) {
                int row = index.find(slot, position);
                if (row < 0 || !pointsTo(slot, row, address)) {
                    return;
                }
                int marks = index.table(slot).marks(row);
                goesOn =
                        !Marks.isOver(marks, wallMillis.getAsLong())
                                && isWorthIt(facts, fact, marks)
                                && facts.length(fact) <= credit;
                if (!goesOn) {
                    leave(slot, row);
                }
            }
            if (goesOn) {
                ByteBuffer record = record(facts.offset(fact), facts.length(fact));
                boolean whole = isWhole(record, facts.offset(fact));
                if (!whole || !move(facts, fact, record, slot, position, address)) {
                    leave(slot, position, address, !whole);
                }
            }
        }

        /** Finds how much an entry must be worth: more than most, and so that all can be paid. */
        void rank(SegmentIndex facts) {
            long[] bytes = new long[WORTH_MAX + 1];
            for (int fact = 0; fact < facts.count(); fact++) {
                if (facts.kind(fact) == RecordKind.VALUE) {
                    int slot = facts.slot(fact);
                    long address = segment.address(facts.offset(fact));
                    synchronized (index.lock(slot)) {
                        int row = index.find(slot, Integer.toUnsignedLong(facts.position(fact)));
                        if (row >= 0 && pointsTo(slot, row, address)) {
                            int marks = index.table(slot).marks(row);
                            bytes[worth(facts, fact, marks)] += facts.length(fact);
                        }
                    }
                }
            }
            int enough = Math.max(0, 2 * weakest.median());
            long sum = 0;
            least = WORTH_MAX + 1;
            for (int worth = WORTH_MAX; worth > enough && sum <= credit; worth--) {
                sum += bytes[worth];
                least = worth;
            }
        }

        private boolean isWorthIt(SegmentIndex facts, int fact, int marks) {
            return sparse || worth(facts, fact, marks) >= least;
        }

        private int worth(SegmentIndex facts, int fact, int marks) {
            long position = Integer.toUnsignedLong(facts.position(fact));
            int offers = weakest.count(Change.placeOf(facts.slot(fact), position));
            return 2 * offers + ((marks & Marks.USED) == 0 ? 0 : 1);
        }

        private boolean pointsTo(int slot, int row, long address) {
            SlotTable table = index.table(slot);
            return (table.marks(row) & (Marks.STAGED | Marks.VOID)) == 0
                    && Where.address(table.where(row)) == address;
        }

        private void leave(int slot, int row) {
            index.remove(slot, row, true);
            counts.evicted();
        }

        private void leave(int slot, long position, long address, boolean lost) {
            synchronized (index.lock(slot)) {
                int row = index.find(slot, position);
                if (row >= 0 && pointsTo(slot, row, address)) {
                    if (lost) {
                        index.lost(slot, row);
                    }
                    leave(slot, row);
                }
            }
        }

        /**
         * @return false when there is no room for it
         */
        private boolean move(
                SegmentIndex facts,
                int fact,
                ByteBuffer record,
                int slot,
                long position,
                long address)
                throws IOException {
            ReadHead read = segment.codec().readHead(record, record.position(), facts.offset(fact));
            if (tail == null
                    || !(read instanceof RecordHead head)
                    || !tail.hasRoomFor(head, facts.caches().get(facts.cache(fact)))) {
                return false;
            }
            String cache = facts.caches().get(facts.cache(fact));
            long to = tail.move(head, record, cache);
            moved.add(new Moved(slot, position, address, Where.of(to, head.recordBytes())));
            credit -= head.recordBytes();
            counts.moved(head.recordBytes());
            return true;
        }

        /** Also of values that are read nowhere else: what is damaged is not spread. */
        private boolean isWhole(ByteBuffer record, long offset) {
            return segment.codec().read(record, record.position(), offset)
                    instanceof ReadRecord.Whole;
        }

        /** The record's bytes, read with those that follow it. */
        private ByteBuffer record(long offset, int length) throws IOException {
            if (length > window.capacity()) {
                ByteBuffer large = ByteBuffer.allocateDirect(length);
                watch.done(done -> segment.file().read(offset, large, done));
                return large;
            }
            if (offset < windowStart || offset + length > windowStart + window.limit()) {
                long end = Math.min(segment.file().length(), offset + window.capacity());
                window.clear().limit((int) (end - offset));
                windowStart = offset;
                watch.done(done -> segment.file().read(offset, window, done));
            }
            return window.duplicate()
                    .limit((int) (offset - windowStart) + length)
                    .position((int) (offset - windowStart));
        }

        /** Only what is on the disk may be pointed to. */
        void finish() throws IOException {
            if (tail == null) {
                return;
            }
            tail.flush();
            if (!moved.isEmpty() && folder.isSynced()) {
                tail.sync(); // The copies were on the device when they lay in the segment that
                // goes.
            }
            for (Moved each : moved) {
                synchronized (index.lock(each.slot())) {
                    int row = index.find(each.slot(), each.position());
                    if (row >= 0 && pointsTo(each.slot(), row, each.from())) {
                        index.move(each.slot(), row, each.to());
                        SlotTable table = index.table(each.slot());
                        table.setMarks(row, table.marks(row) & ~Marks.USED);
                    }
                }
            }
        }
    }
}
