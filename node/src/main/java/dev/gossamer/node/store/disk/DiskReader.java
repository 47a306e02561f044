package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.ValueSink;
import dev.gossamer.node.store.disk.Stamps.Stamp;
import dev.gossamer.node.store.disk.format.Flaw;
import dev.gossamer.node.store.disk.format.ReadRecord;
import dev.gossamer.node.store.disk.format.RecordCodec;
import dev.gossamer.node.store.disk.io.Completion;
import dev.gossamer.node.store.disk.io.DiskException;
import dev.gossamer.node.store.disk.io.IoSettings;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Version;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * Reads records. What the kernel has in memory is copied at once, on the thread that asks; the rest
 * is read past it. Nothing is believed before all checksums, the full key and the version hold.
 *
 * <p><b>Threads.</b> Any.
 */
final class DiskReader {
    /** See {@link #lend}. */
    static final long NOT_LENT = -1;

    /** Larger reads are cut, so that they use the device's parallelism. */
    private static final int PIECE_BYTES = 1 << 20;

    private final Frames frames;
    private final Buffers buffers;
    private final ReaderCounts counts;
    private final Executor aside;

    /**
     * @param aside where records of several pieces are looked at: what an event loop would need for
     *     10 MiB, all that is served there would have to wait for, and the disk for the next
     *     record's request
     */
    DiskReader(Frames frames, Buffers buffers, ReaderCounts counts, Executor aside) {
        this.frames = frames;
        this.buffers = buffers;
        this.counts = counts;
        this.aside = aside;
    }

    ReaderCounts counts() {
        return counts;
    }

    /** One that keeps no more buffers than may be in use. */
    static DiskReader of(Frames frames, IoSettings io, ReaderCounts counts, Executor aside) {
        return new DiskReader(frames, new Buffers(io.pendingBytesMax()), counts, aside);
    }

    /** What came of reading a record. */
    sealed interface Result {
        /** It is what was looked for. */
        record Found(Bytes key, Entry entry) implements Result {}

        /** Another key's record is there, and it is as it should be. */
        record Other() implements Result {}

        /** It was freed meanwhile, or is another one by now: look again. */
        record Gone() implements Result {}

        /** It cannot be believed. */
        record Damaged(Flaw flaw) implements Result {}

        /** It could not be read. */
        record Failed(DiskException why) implements Result {}
    }

    /** Takes the result; called on any thread, perhaps at once; must not wait. */
    @FunctionalInterface
    interface Then {
        void result(Result result);
    }

    /**
     * @param key the one that is looked for, or null for whichever is there
     */
    void read(long where, @Nullable Bytes key, Version version, Then then) {
        long address = Where.address(where);
        Segment segment = frames.atOrNull(address);
        if (segment == null) {
            then.result(new Result.Gone());
            return;
        }
        long offset = frames.offset(address);
        int length = (int) Where.length(where);
        Asked asked = Asked.of(segment, offset, length, key, version);
        ByteBuffer own = Buffers.ownOrNull(asked.bytes());
        if (own == null) {
            new Reading(asked, then).start();
        } else if (segment.file().readNow(asked.from(), own)) {
            counts.hot();
            then.result(resultOf(asked, own));
        } else {
            new Reading(asked, then).startCold();
        }
    }

    /**
     * The value of a record in memory that is locked, if it can be believed: its checksums are
     * looked at once as long as it stays there, its key and version each time. Null for all else.
     */
    @Nullable Entry pinnedOrNull(long where, Bytes key, long clock, Stamp stamp) {
        long address = Where.address(where);
        Segment segment = frames.atOrNull(address);
        long offset = frames.offset(address);
        Pins.Pin pin = segment == null ? null : segment.pins().read(offset);
        if (segment == null || pin == null) {
            return null;
        }
        int at = pin.at(offset);
        try {
            if (!isGood(segment, pin, offset)) {
                return null;
            }
            Entry entry =
                    RecordCodec.goodOrNull(
                            pin.bytes(), at, key, stamp.epoch(), clock, stamp.member());
            return pin.isHeld() ? entry : null;
        } catch (RuntimeException e) {
            if (pin.isHeld()) {
                throw e;
            }
            return null; // What was read was no record any more.
        }
    }

    /** Whether the checksums of the record hold, or did since it was locked. */
    private static boolean isGood(Segment segment, Pins.Pin pin, long offset) {
        int at = pin.at(offset);
        RecordCodec codec = segment.codec();
        if (codec.isProven(pin.bytes(), at)) {
            return true;
        }
        ReadRecord read = codec.read(pin.bytes(), at, offset);
        if (read instanceof ReadRecord.Whole) {
            pin.prove(codec, at);
            return true;
        }
        if (read != Flaw.CUT) {
            pin.isOutdated(); // A long one is cut in any copy.
        }
        return false;
    }

    /**
     * Hands over the value of such a record from where it lies, if it is {@link
     * RecordCodec#plainBytes plain}. Allocates nothing. What is not handed over does not count as
     * read.
     *
     * @return when the value that the sink has expires, as {@link Entry#expiresAtMillis}; {@link
     *     #NOT_LENT} where it has none
     */
    long lend(long where, Bytes key, long clock, Stamp stamp, ValueSink sink) {
        long address = Where.address(where);
        Segment segment = frames.atOrNull(address);
        long offset = frames.offset(address);
        Pins.Pin pin = segment == null ? null : segment.pins().peekOrNull(offset);
        if (segment == null || pin == null) {
            return NOT_LENT;
        }
        int at = pin.at(offset);
        boolean handed = false;
        try {
            if (!isGood(segment, pin, offset)) {
                return NOT_LENT;
            }
            int length = (int) Where.length(where);
            int bytes =
                    RecordCodec.plainBytes(
                            pin.bytes(), at, length, key, stamp.epoch(), clock, stamp.member());
            if (bytes == RecordCodec.NOT_PLAIN) {
                return NOT_LENT;
            }
            long expiresAtMillis = RecordCodec.expiresAtMillis(pin.bytes(), at);
            if (expiresAtMillis < 0) {
                return NOT_LENT;
            }
            handed = true;
            sink.value(pin.bytes(), at + RecordCodec.plainAt(key), bytes);
            if (pin.isHeld()) {
                segment.pins().read(offset);
                return expiresAtMillis;
            }
        } catch (RuntimeException e) {
            if (pin.isHeld()) {
                throw e;
            }
        }
        if (handed) {
            sink.takeBack(); // It was let go of meanwhile.
        }
        return NOT_LENT;
    }

    /**
     * A record that is to be read.
     *
     * @param offset where it stands in the segment
     * @param key the one that is looked for, or null for whichever is there
     * @param from where to read from: what the file likes best, which may change meanwhile
     * @param bytes how much to read
     */
    private record Asked(
            Segment segment,
            long offset,
            @Nullable Bytes key,
            Version version,
            long from,
            int bytes) {
        /**
         * @param length at least the record's own
         */
        static Asked of(
                Segment segment, long offset, int length, @Nullable Bytes key, Version version) {
            int alignment = segment.file().alignment();
            long fileBytes = segment.file().length();
            long from = offset / alignment * alignment;
            long end = Math.min(fileBytes, offset + length);
            long to = (end + alignment - 1) / alignment * alignment;
            int bytes = (int) (Math.min(to, fileBytes) - from);
            return new Asked(segment, offset, key, version, from, bytes);
        }

        /** Where the record starts in what is read. */
        int at() {
            return (int) (offset - from);
        }
    }

    /** One record that is being read. */
    private final class Reading {
        private final Asked asked;
        private final Buffers.Buffer taken;
        private final ByteBuffer buffer;
        private final Then then;
        private final Arrival arrival;
        private final AtomicIntegerArray there;

        /** Pieces of which nothing was heard. */
        private final AtomicInteger left;

        /**
         * Pieces that nobody has looked at yet; who counts up from 0 looks until there are none.
         */
        private final AtomicInteger news = new AtomicInteger();

        /** How many from the first on are there; for who looks, as the next. */
        private int whole;

        private boolean finished;

        private volatile @Nullable DiskException failure;

        Reading(Asked asked, Then then) {
            int pieces = (asked.bytes() + PIECE_BYTES - 1) / PIECE_BYTES;
            this.asked = asked;
            this.taken = buffers.take(asked.bytes());
            this.buffer = taken.bytes();
            this.then = then;
            this.arrival = arrivalOf(asked, buffer);
            this.there = new AtomicIntegerArray(pieces);
            this.left = new AtomicInteger(pieces);
        }

        void start() {
            if (asked.segment().file().readNow(asked.from(), buffer)) {
                counts.hot();
                arrival.advance(buffer.limit());
                finish(arrival.result());
            } else {
                startCold();
            }
        }

        void startCold() {
            counts.cold();
            int length = buffer.limit();
            for (int piece = 0; piece < there.length(); piece++) {
                int from = piece * PIECE_BYTES;
                int bytes = Math.min(PIECE_BYTES, length - from);
                asked.segment()
                        .file()
                        .read(asked.from() + from, buffer.slice(from, bytes), new Piece(piece));
            }
        }

        private final class Piece implements Completion {
            private final int number;

            Piece(int number) {
                this.number = number;
            }

            @Override
            public void done() {
                there.set(number, 1);
                heard();
            }

            @Override
            public void failed(DiskException why) {
                failure = why;
                heard();
            }
        }

        /**
         * Pieces come on any thread, in any order: one of them looks, for all that came by then.
         */
        private void heard() {
            left.decrementAndGet();
            if (news.getAndIncrement() > 0) {
                return;
            }
            if (there.length() == 1 || Thread.currentThread().isVirtual()) {
                lookWhileThereAreNews();
            } else {
                aside.execute(this::lookWhileThereAreNews);
            }
        }

        private void lookWhileThereAreNews() {
            int unseen = news.get();
            while (unseen > 0) {
                look();
                unseen = news.addAndGet(-unseen);
            }
        }

        private void look() {
            if (finished) {
                return;
            }
            finished = left.get() == 0;
            DiskException why = failure;
            if (why == null) {
                while (whole < there.length() && there.get(whole) == 1) {
                    whole++;
                }
                arrival.advance((int) Math.min((long) whole * PIECE_BYTES, buffer.limit()));
            }
            if (finished) {
                finish(why == null ? arrival.result() : refused(why));
            }
        }

        private static Result refused(DiskException why) {
            return why instanceof DiskException.Closed ? new Result.Gone() : new Result.Failed(why);
        }

        private void finish(Result result) {
            buffers.give(taken);
            then.result(result);
        }
    }

    private Arrival arrivalOf(Asked asked, ByteBuffer buffer) {
        return new Arrival(
                frames,
                asked.segment(),
                asked.offset(),
                asked.key(),
                asked.version(),
                buffer,
                asked.at());
    }

    private Result resultOf(Asked asked, ByteBuffer buffer) {
        Arrival arrival = arrivalOf(asked, buffer);
        arrival.advance(buffer.limit());
        return arrival.result();
    }
}
