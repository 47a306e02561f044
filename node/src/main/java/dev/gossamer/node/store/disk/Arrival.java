package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.DiskReader.Result;
import dev.gossamer.node.store.disk.format.ChunkedRecord;
import dev.gossamer.node.store.disk.format.Flaw;
import dev.gossamer.node.store.disk.format.ReadHead;
import dev.gossamer.node.store.disk.format.ReadRecord;
import dev.gossamer.node.store.disk.format.RecordCodec;
import dev.gossamer.node.store.disk.format.RecordHead;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Version;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A record that comes from the disk from its beginning on: as far as it is there, it is checked and
 * its value copied, so that of a long one there is little to do when the last piece arrives.
 *
 * <p>For one thread at a time.
 */
final class Arrival {
    private final Frames frames;
    private final Segment segment;
    private final long offset;
    private final @Nullable Bytes key;
    private final Version version;
    private final ByteBuffer buffer;
    private final int at;
    private @Nullable ChunkedRecord record;
    private @Nullable Result result;

    /**
     * @param offset where it stands in the segment
     * @param key the one that is looked for, or null for whichever is there
     * @param buffer what is read goes to its beginning; its limit is where reading ends
     * @param at where the record starts in it
     */
    Arrival(
            Frames frames,
            Segment segment,
            long offset,
            @Nullable Bytes key,
            Version version,
            ByteBuffer buffer,
            int at) {
        this.frames = frames;
        this.segment = segment;
        this.offset = offset;
        this.key = key;
        this.version = version;
        this.buffer = buffer;
        this.at = at;
    }

    /** So many bytes of the buffer are there, no fewer than the last time. */
    void advance(int bytes) {
        if (result == null && record == null) {
            begin(bytes);
        }
        ChunkedRecord begun = record;
        while (result == null && begun != null) {
            int chunk = begun.nextBytes();
            int from = at + begun.nextOffset();
            if (chunk == 0) {
                result = resultOf(begun.finish());
            } else if (from + chunk > bytes) {
                return;
            } else if (!begun.accept(buffer.slice(from, chunk))) {
                result = new Result.Damaged(Flaw.VALUE_DAMAGED);
            }
        }
    }

    private void begin(int bytes) {
        ReadHead read = segment.codec().readHead(buffer.slice(0, bytes), at, offset);
        if (read == Flaw.CUT && bytes < buffer.limit()) {
            return;
        }
        switch (read) {
            case Flaw flaw -> result = damagedOrGone(flaw);
            case RecordHead head -> begin(head);
        }
    }

    private void begin(RecordHead head) {
        if (key != null && !RecordCodec.hasKey(head, buffer, at, key)) {
            result = new Result.Other();
        } else if (!head.version().equals(version)) {
            result = new Result.Gone();
        } else if (!head.kind().hasKey()) {
            result = new Result.Damaged(Flaw.NO_RECORD);
        } else if (head.recordBytes() > buffer.limit() - at) {
            result = new Result.Damaged(Flaw.CUT);
        } else {
            record = new ChunkedRecord(head, buffer, at);
        }
    }

    private Result damagedOrGone(Flaw flaw) {
        return frames.atOrNull(segment.address(offset)) == segment
                ? new Result.Damaged(flaw)
                : new Result.Gone();
    }

    private static Result resultOf(ReadRecord read) {
        return switch (read) {
            case Flaw flaw -> new Result.Damaged(flaw);
            case ReadRecord.Whole(var found, var entry) -> new Result.Found(found, entry);
        };
    }

    /** What came of it, once all is there. */
    Result result() {
        if (result == null) {
            throw new IllegalStateException("some of the record is still to come");
        }
        return result;
    }
}
