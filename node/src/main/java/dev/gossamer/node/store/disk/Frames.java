package dev.gossamer.node.store.disk;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Which segments there are, and where their records' addresses lie. There are as many frames as
 * segments fit into the budget, so what has no frame is never written.
 *
 * <p><b>Threads.</b> Any may look; one thread at a time fills and empties.
 */
final class Frames implements DiskIndex.Pointed {
    private final AtomicReferenceArray<@Nullable Segment> frames;
    private final int segmentBytes;

    /** Frames whose room something else takes. */
    private volatile int reserved;

    Frames(int count, int segmentBytes) {
        this.frames = new AtomicReferenceArray<>(count);
        this.segmentBytes = segmentBytes;
    }

    int segmentBytes() {
        return segmentBytes;
    }

    int count() {
        return frames.length();
    }

    /** A frame without a segment, or −1. */
    int freeOrMinus() {
        for (int i = 0; i < frames.length(); i++) {
            if (frames.get(i) == null) {
                return i;
            }
        }
        return -1;
    }

    /** How many segments there is room for. */
    int free() {
        return empty() - reserved;
    }

    private int empty() {
        int empty = 0;
        for (int i = 0; i < frames.length(); i++) {
            empty += frames.get(i) == null ? 1 : 0;
        }
        return empty;
    }

    /** So many bytes of the room for segments are taken by something else, from now on. */
    void reserve(long bytes) {
        reserved = (int) ((bytes + segmentBytes - 1) / segmentBytes);
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
        return (long) (frames.length() - empty()) * segmentBytes;
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
