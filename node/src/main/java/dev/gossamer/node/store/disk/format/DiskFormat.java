package dev.gossamer.node.store.disk.format;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The numbers and names that all files of the tier share. Everything on disk is little-endian;
 * offsets and lengths of records are multiples of {@value #UNIT_BYTES} bytes.
 */
public final class DiskFormat {
    /** The version of everything that this release writes, and the only one that it reads. */
    public static final int VERSION = 1;

    /** Records, index blocks and footers start and end at multiples of it. */
    public static final int UNIT_BYTES = 32;

    /** A segment's header, and a whole manifest. */
    public static final int PAGE_BYTES = 4096;

    /** At the very end of a sealed segment. */
    public static final int FOOTER_BYTES = 64;

    /** Of a stored value, as much as one checksum is for. */
    public static final int CHUNK_BYTES = 1 << 20;

    /** The longest key of a record; the largest that limits.key-bytes-max may be set to. */
    public static final int KEY_BYTES_MAX = 1 << 20;

    /** The largest value of a record, stored and uncompressed. */
    public static final int VALUE_BYTES_MAX = 512 << 20;

    public static final int SEGMENT_BYTES_MIN = 2 * PAGE_BYTES;
    public static final int SEGMENT_BYTES_MAX = 1 << 30;

    /** The file of the {@link Manifest}. */
    public static final String MANIFEST_NAME = "manifest";

    /** The file of the {@link SnapshotReader snapshot}. */
    public static final String SNAPSHOT_NAME = "index.snapshot";

    /** What the name of a file ends in that is not finished; whoever starts removes them. */
    public static final String TEMPORARY_SUFFIX = ".tmp";

    private static final Pattern SEGMENT_NAME = Pattern.compile("segment-([0-9a-f]{16})\\.gsl");

    private DiskFormat() {}

    /** {@code segment-<16 hex digits>.gsl}: in the order of names, segments are in theirs. */
    public static String segmentName(long number) {
        return String.format(Locale.ROOT, "segment-%016x.gsl", number);
    }

    /** The number in a segment file's name; nothing where the name is not that of one. */
    public static OptionalLong segmentNumber(String fileName) {
        Matcher matcher = SEGMENT_NAME.matcher(fileName);
        return matcher.matches()
                ? OptionalLong.of(Long.parseUnsignedLong(matcher.group(1), 16))
                : OptionalLong.empty();
    }

    /** The next multiple of {@link #UNIT_BYTES}. */
    static int toUnits(int bytes) {
        return (bytes + UNIT_BYTES - 1) & -UNIT_BYTES;
    }

    /**
     * The seconds in which a time in milliseconds is over, as indexes keep them: rounded up, so
     * that nothing is taken for expired too early; 0 stays 0, for never. What is beyond 32 bits, in
     * the year 2106, counts as the last second that can be told.
     *
     * @return an unsigned number
     */
    public static int expirySeconds(long expiresAtMillis) {
        if (expiresAtMillis <= 0) {
            return expiresAtMillis == 0 ? 0 : 1;
        }
        long seconds = Math.ceilDiv(expiresAtMillis, 1_000L);
        return (int) Math.min(seconds, 0xffff_ffffL);
    }
}
