package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.format.DiskFormat;
import dev.gossamer.node.store.disk.format.OlderFormat;
import dev.gossamer.node.store.disk.io.Backend;
import dev.gossamer.node.store.disk.io.IoSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How the SSD is used.
 *
 * @param folder where the log is; nothing else belongs there
 * @param bytesMax the folder never takes more
 * @param segmentBytes the length of a segment: what is freed at a time. An entry, key and value
 *     together, that is larger than half of it stays in memory
 * @param stagingBytesMax values on their way to the log; what comes while it is full stays in
 *     memory only
 * @param indexBytesMax memory that the index may take, at most 24 bytes an entry; what comes while
 *     it is full stays in memory only
 * @param fsync what a loss of power may cost
 * @param readTimeout a read that takes longer is given up; what was to be read stays
 * @param probeInterval how often a disk that failed is tried again
 * @param backend which one, where it is not to be the best that works
 * @param olderFormat what becomes of a log that an older release wrote
 */
public record DiskSettings(
        Path folder,
        long bytesMax,
        int segmentBytes,
        long stagingBytesMax,
        long indexBytesMax,
        Fsync fsync,
        Duration readTimeout,
        Duration probeInterval,
        Optional<Backend.Kind> backend,
        IoSettings io,
        OlderFormat olderFormat) {
    /** Fewer would make every other write wait for room. */
    private static final int SEGMENTS_MIN = 4;

    /** When what was written is made to outlive a loss of power. */
    public sealed interface Fsync {
        /** When the kernel likes. */
        record Never() implements Fsync {}

        /** So often. */
        record Every(Duration interval) implements Fsync {}

        /** Before a write is acknowledged. */
        record Always() implements Fsync {}
    }

    public DiskSettings {
        if (segmentBytes < DiskFormat.SEGMENT_BYTES_MIN
                || segmentBytes > DiskFormat.SEGMENT_BYTES_MAX
                || segmentBytes % DiskFormat.PAGE_BYTES != 0) {
            throw new IllegalArgumentException("segments of " + segmentBytes + " bytes cannot be");
        }
        if (bytesMax < bytesMin(segmentBytes)) {
            throw new IllegalArgumentException(
                    "a budget of "
                            + bytesMax
                            + " bytes is too small for segments of "
                            + segmentBytes
                            + ": at least "
                            + bytesMin(segmentBytes));
        }
        if (stagingBytesMax < 1
                || indexBytesMax < 1
                || readTimeout.isNegative()
                || !probeInterval.isPositive()) {
            throw new IllegalArgumentException("impossible bounds of the disk: " + readTimeout);
        }
    }

    /** The smallest budget for segments of that length. */
    public static long bytesMin(int segmentBytes) {
        return (besides(0) + (long) SEGMENTS_MIN * segmentBytes) / 31 * 32 + 32;
    }

    /** What is kept beside segments: notes of intents, the manifest, and a thirty-second part. */
    private static long besides(long bytesMax) {
        return Intents.FILE_BYTES + 4L * DiskFormat.PAGE_BYTES + bytesMax / 32;
    }

    /** How many segments there may be. */
    int frames() {
        long room = bytesMax - besides(bytesMax);
        return (int) Math.max(SEGMENTS_MIN, Math.min(Integer.MAX_VALUE, room / segmentBytes));
    }

    /** What a snapshot of the index may take beside all the segments. */
    long besideFramesBytes() {
        return Math.max(
                0,
                bytesMax
                        - Intents.FILE_BYTES
                        - 4L * DiskFormat.PAGE_BYTES
                        - (long) frames() * segmentBytes);
    }
}
