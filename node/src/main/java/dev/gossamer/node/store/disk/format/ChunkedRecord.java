package dev.gossamer.node.store.disk.format;

import dev.gossamer.protocol.Bytes;
import java.nio.ByteBuffer;

/**
 * A record of which the stored value arrives in chunks, each of which is checked before it counts:
 * so a value of any length is read through a small buffer. The memory that it takes is what the
 * head says, whose checksum has held.
 *
 * <p>For one thread.
 */
public final class ChunkedRecord {
    private final RecordHead head;
    private final Bytes key;
    private final long[] tags;
    private final int[] crcs;
    private final byte[] stored;
    private int chunk;

    /**
     * @param head read there, of a value or a tombstone
     * @param in holds the head; not needed afterwards
     * @param at where the record starts in the buffer
     */
    public ChunkedRecord(RecordHead head, ByteBuffer in, int at) {
        this.head = head;
        this.key = RecordCodec.key(head, in, at);
        this.tags = RecordCodec.tags(head, in, at);
        this.crcs = new int[head.chunkCount()];
        for (int i = 0; i < crcs.length; i++) {
            crcs[i] = RecordCodec.chunkCrc(head, in, at, i);
        }
        this.stored = new byte[head.storedBytes()];
    }

    /** The full one. */
    public Bytes key() {
        return key;
    }

    /** Where in the segment the next chunk starts, seen from the record's start. */
    public int nextOffset() {
        return head.headBytes() + chunk * DiskFormat.CHUNK_BYTES;
    }

    /** How long the next chunk is; 0 when there is none any more. */
    public int nextBytes() {
        return chunk == crcs.length ? 0 : head.chunkBytes(chunk);
    }

    /**
     * Takes the next chunk, {@link #nextBytes} from the buffer's position on, which moves behind
     * it.
     *
     * @return false when its checksum does not hold: the record is lost
     */
    public boolean accept(ByteBuffer in) {
        int length = nextBytes();
        if (length == 0) {
            throw new IllegalStateException("all " + crcs.length + " chunks are here");
        }
        int to = chunk * DiskFormat.CHUNK_BYTES;
        in.get(stored, to, length);
        boolean holds = Checksum.of(stored, to, length) == crcs[chunk];
        chunk++;
        return holds;
    }

    /**
     * What the record keeps, once all chunks were accepted: {@link ReadRecord.Whole}, or {@link
     * Flaw#VALUE_UNREADABLE}.
     */
    public ReadRecord finish() {
        if (chunk < crcs.length) {
            throw new IllegalStateException(chunk + " of " + crcs.length + " chunks are here");
        }
        if (head.compression() == Compression.NONE) {
            return whole(stored);
        }
        byte[] value = new byte[head.valueBytes()];
        return head.compression().decompress(stored, value) ? whole(value) : Flaw.VALUE_UNREADABLE;
    }

    private ReadRecord.Whole whole(byte[] value) {
        return new ReadRecord.Whole(key, RecordCodec.entry(head, tags, value));
    }
}
