package dev.gossamer.node.store.disk.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** The frame that first pages of all files have in common: see {@link ReadPage}. */
final class Page {
    static final int MAGIC_BYTES = 8;
    static final int VERSION_AT = MAGIC_BYTES;

    /** Where what the kind of file itself says starts. */
    static final int CONTENT_AT = VERSION_AT + Integer.BYTES;

    static final int CRC_AT = DiskFormat.PAGE_BYTES - Integer.BYTES;

    private Page() {}

    static ByteBuffer begin(String magic) {
        ByteBuffer page = ByteBuffer.allocate(DiskFormat.PAGE_BYTES);
        page.put(0, magic.getBytes(StandardCharsets.US_ASCII));
        Little.put32(page, VERSION_AT, DiskFormat.VERSION);
        return page;
    }

    static ByteBuffer end(ByteBuffer page) {
        Little.put32(page, CRC_AT, Checksum.of(page, 0, CRC_AT));
        return page;
    }

    /**
     * @param page from its position to its limit; neither is moved
     * @param content reads what is in a good page; throws {@link IllegalArgumentException} where
     *     that can't be
     */
    static <T> ReadPage<T> read(ByteBuffer page, String magic, Function<ByteBuffer, T> content) {
        if (page.remaining() < DiskFormat.PAGE_BYTES) {
            return new ReadPage.Damaged<>("it is shorter than its first page");
        }
        ByteBuffer whole = page.slice(page.position(), DiskFormat.PAGE_BYTES);
        byte[] found = new byte[MAGIC_BYTES];
        whole.get(0, found);
        if (!new String(found, StandardCharsets.US_ASCII).equals(magic)) {
            return new ReadPage.Damaged<>("it does not begin with '" + magic + "'");
        }
        if (Little.i32(whole, CRC_AT) != Checksum.of(whole, 0, CRC_AT)) {
            return new ReadPage.Damaged<>("the checksum of its first page does not hold");
        }
        int version = Little.i32(whole, VERSION_AT);
        if (version != DiskFormat.VERSION) {
            return new ReadPage.OtherVersion<>(version);
        }
        try {
            return new ReadPage.Whole<>(content.apply(whole));
        } catch (IllegalArgumentException e) {
            return new ReadPage.Damaged<>(String.valueOf(e.getMessage()));
        }
    }

    static void putLogId(ByteBuffer page, int at, LogId logId) {
        Little.put64(page, at, logId.high());
        Little.put64(page, at + Long.BYTES, logId.low());
    }

    static LogId logId(ByteBuffer page, int at) {
        return new LogId(Little.i64(page, at), Little.i64(page, at + Long.BYTES));
    }
}
