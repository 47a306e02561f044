package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.format.Flaw;
import dev.gossamer.node.store.disk.format.ReadHead;
import dev.gossamer.node.store.disk.format.ReadRecord;
import dev.gossamer.node.store.disk.format.RecordCodec;
import dev.gossamer.node.store.disk.format.RecordHead;
import dev.gossamer.node.store.disk.io.Completion;
import dev.gossamer.node.store.disk.io.DiskException;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Version;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads records. What the kernel has in memory is copied at once, on the thread that asks; the rest
 * is read past it. Nothing is believed before all checksums, the full key and the version hold.
 *
 * <p><b>Threads.</b> Any.
 */
final class DiskReader {
    /** Larger reads are cut, so that they use the device's parallelism. */
    private static final int PIECE_BYTES = 1 << 20;

    private final Frames frames;
    private final Buffers buffers;
    private final ReaderCounts counts;

    DiskReader(Frames frames, Buffers buffers, ReaderCounts counts) {
        this.frames = frames;
        this.buffers = buffers;
        this.counts = counts;
    }

    ReaderCounts counts() {
        return counts;
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
        new Reading(segment, frames.offset(address), (int) Where.length(where), key, version, then)
                .start();
    }

    /** One record that is being read. */
    private final class Reading implements Completion {
        private final Segment segment;
        private final long offset;
        private final @Nullable Bytes key;
        private final Version version;
        private final Then then;

        /** Where the record starts in the buffer. */
        private final int at;

        private final long from;
        private final ByteBuffer buffer;
        private final AtomicInteger pieces = new AtomicInteger();
        private volatile @Nullable DiskException failure;

        Reading(
                Segment segment,
                long offset,
                int length,
                @Nullable Bytes key,
                Version version,
                Then then) {
            this.segment = segment;
            this.offset = offset;
            this.key = key;
            this.version = version;
            this.then = then;
            int alignment = segment.file().alignment();
            this.from = offset / alignment * alignment;
            this.at = (int) (offset - from);
            long end = Math.min(segment.file().length(), offset + length);
            long to = (end + alignment - 1) / alignment * alignment;
            this.buffer = buffers.take((int) (Math.min(to, segment.file().length()) - from));
        }

        void start() {
            if (segment.file().readNow(from, buffer)) {
                counts.hot();
                finish(result());
                return;
            }
            counts.cold();
            int length = buffer.limit();
            pieces.set((length + PIECE_BYTES - 1) / PIECE_BYTES);
            for (int piece = 0; piece < length; piece += PIECE_BYTES) {
                int bytes = Math.min(PIECE_BYTES, length - piece);
                segment.file().read(from + piece, buffer.slice(piece, bytes), this);
            }
        }

        @Override
        public void done() {
            if (pieces.decrementAndGet() == 0) {
                DiskException why = failure;
                finish(why == null ? result() : resultOf(why));
            }
        }

        @Override
        public void failed(DiskException why) {
            failure = why;
            done();
        }

        private Result resultOf(DiskException why) {
            return why instanceof DiskException.Closed ? new Result.Gone() : new Result.Failed(why);
        }

        private void finish(Result result) {
            buffers.give(buffer);
            then.result(result);
        }

        private Result result() {
            RecordCodec codec = segment.codec();
            ReadHead read = codec.readHead(buffer, at, offset);
            if (read instanceof Flaw flaw) {
                return frames.atOrNull(segment.address(offset)) == segment
                        ? new Result.Damaged(flaw)
                        : new Result.Gone();
            }
            RecordHead head = (RecordHead) read;
            if (key != null && !RecordCodec.hasKey(head, buffer, at, key)) {
                return new Result.Other();
            }
            if (!head.version().equals(version)) {
                return new Result.Gone();
            }
            return switch (codec.read(buffer, at, offset)) {
                case Flaw flaw -> new Result.Damaged(flaw);
                case ReadRecord.Whole(var found, var entry) -> new Result.Found(found, entry);
            };
        }
    }
}
