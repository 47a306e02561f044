package dev.gossamer.node.store.disk.format;

/**
 * The frame of a snapshot's blocks: 16 bytes, then items of one kind. The numbers are those of
 * docs/disk-format.md.
 */
final class SnapshotBlock {
    /** What a block is filled up to, unless a single item is longer. */
    static final int BYTES = 1 << 20;

    static final int MAGIC = 'G' | 'S' << 8 | 'M' << 16 | 'B' << 24;
    static final int CRC_AT = 4;
    static final int BYTES_AT = 8;
    static final int COUNT_AT = 12;
    static final int KIND_AT = 15;
    static final int HEADER_BYTES = 16;
    static final int COUNT_MASK = 0xff_ffff;

    /** The longest block there can be: one tombstone of the longest key. */
    static final int BYTES_MAX = DiskFormat.KEY_BYTES_MAX + BYTES;

    static final int ENTRY_BYTES = 36;
    static final int TOMBSTONE_FIXED_BYTES = 42;

    /** What the items of a block are. */
    enum Kind {
        WRITERS(1),
        CACHES(2),
        ENTRIES(3),
        TOMBSTONES(4),
        END(5);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    private SnapshotBlock() {}
}
