package dev.gossamer.node.store.disk;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Which segments there are, and where their records' addresses lie. There are as many frames as
 * segments fit into the budget, so what has no frame is never written; while the file system has no
 * room for that many, some of them may not be filled.
 *
 * <p><b>Threads.</b> Any may look; one thread at a time fills and empties.
 */
final class Frames implements DiskIndex.Pointed {
    private final AtomicReferenceArray<@Nullable Segment> frames;
    private final int segmentBytes;

    /** How many may be filled now. */
    private volatile int limit;

    /** Of these, how many whose room something else takes. */
    private volatile int reserved;

    Frames(int count, int segmentBytes) {
        this.frames = new AtomicReferenceArray<>(count);
        this.segmentBytes = segmentBytes;
        this.limit = count;
    }

    int segmentBytes() {
        return segmentBytes;
    }

    int count() {
        return frames.length();
    }

    /** How many segments there may be now, no more than {@link #count}. */
    int limit() {
        return limit;
    }

    /** What is filled stays so. By one thread at a time. */
    void limit(int segments) {
        limit = Math.min(segments, count());
    }

    /** A frame that may be filled, or −1. */
    int freeOrMinus() {
        if (free() == 0) {
            return -1;
        }
        for (int i = 0; i < frames.length(); i++) {
            if (frames.get(i) == null) {
                return i;
            }
        }
        return -1;
    }

    /** Frames that may be filled. */
    int free() {
        return Math.max(0, limit - reserved - filled());
    }

    /** Segments that there are. */
    int filled() {
        int filled = 0;
        for (int i = 0; i < frames.length(); i++) {
            filled += frames.get(i) == null ? 0 : 1;
        }
        return filled;
    }

    /** So many bytes of the room for segments are taken by something else, from now on. */
    void reserve(long bytes) {
        reserved = (int) Math.max(0, (bytes + segmentBytes - 1) / segmentBytes);
    }

    void fill(Segment segment) {
        if (!frames.compareAndSet(segment.frame(), null, segment)) {
            throw new IllegalStateException("frame " + segment.frame() + " is taken");
        }
    }

    void empty(Segment segment) {
        frames.compareAndSet(segment.frame(), segment, null);
    }

    /** The segment that an address lies in, if it is there. */
    @Nullable Segment atOrNull(long address) {
        int frame = (int) (address / segmentBytes);
        return frame < frames.length() ? frames.get(frame) : null;
    }

    long offset(long address) {
        return address % segmentBytes;
    }

    /** All segments, the oldest first. */
    List<Segment> inOrder() {
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < frames.length(); i++) {
            Segment segment = frames.get(i);
            if (segment != null) {
                segments.add(segment);
            }
        }
        segments.sort(Comparator.comparingLong(Segment::number));
        return segments;
    }

    /** Bytes that the segments take on disk, full or not. */
    long bytes() {
        return (long) filled() * segmentBytes;
    }

    /** Bytes of the budget that the file system has no room for. */
    long lackingBytes() {
        return (long) (count() - limit) * segmentBytes;
    }

    /** Bytes of them that rows point to. */
    long liveBytes() {
        long sum = 0;
        for (int i = 0; i < frames.length(); i++) {
            Segment segment = frames.get(i);
            sum += segment == null ? 0 : segment.live().get();
        }
        return sum;
    }

    @Override
    public void pointed(long address, long bytes) {
        Segment segment = atOrNull(address);
        if (segment != null) {
            segment.live().addAndGet(bytes);
        }
    }
}
