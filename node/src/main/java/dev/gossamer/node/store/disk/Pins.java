package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.io.LockedBytes;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Which parts of one segment are locked in memory, and how often each was read of late.
 *
 * <p>A part has {@value #PART_BYTES} bytes, and those that follow it belong to it as well, so that
 * records that begin in it are whole there unless they are long.
 *
 * <p><b>Threads.</b> Any may look; {@link Pinner} locks; whoever gives the segment up closes this.
 */
final class Pins {
    static final int PART_BYTES = 256 << 10;
    private static final int PART_SHIFT = 18;
    private static final int OVERLAP_BYTES = 16 << 10;

    /** Twice as much and a little more must be a number, too. */
    private static final int HEAT_MAX = 1 << 28;

    /** A record begins at a multiple of so many bytes. */
    private static final int UNIT_SHIFT = 5;

    private final AtomicReferenceArray<@Nullable Pin> pins;

    /** By part how often it was read; threads lose one another's counts, which does no harm. */
    private final int[] heat;

    /** Guarded by this, as the next. */
    private boolean closed;

    private int bytes;

    Pins(int segmentBytes) {
        int parts = (segmentBytes + PART_BYTES - 1) >>> PART_SHIFT;
        this.pins = new AtomicReferenceArray<>(parts);
        this.heat = new int[parts];
    }

    /** A part that is locked. */
    static final class Pin {
        private final LockedBytes locked;
        private final ByteBuffer bytes;
        private final long start;

        /**
         * By unit whether a record begins there of which all checksums have held since it was
         * locked. A bit that is lost is found out again.
         */
        private final long[] good;

        Pin(LockedBytes locked, long start) {
            this.locked = locked;
            this.bytes = locked.bytes();
            this.start = start;
            this.good = new long[PART_BYTES >>> UNIT_SHIFT >>> 6];
        }

        ByteBuffer bytes() {
            return bytes;
        }

        /** Where in the bytes a place of the segment is. */
        int at(long offset) {
            return (int) (offset - start);
        }

        boolean isKnownGood(int at) {
            int unit = at >>> UNIT_SHIFT;
            return (good[unit >>> 6] & 1L << unit) != 0;
        }

        void isGood(int at) {
            int unit = at >>> UNIT_SHIFT;
            good[unit >>> 6] |= 1L << unit;
        }
    }

    int parts() {
        return heat.length;
    }

    /** The part that a record begins in is read: it counts, and is told if it is locked. */
    @Nullable Pin read(long offset) {
        int part = (int) (offset >>> PART_SHIFT);
        int before = heat[part];
        if (before < HEAT_MAX) {
            heat[part] = before + 1;
        }
        return pins.get(part);
    }

    /** The same without counting, for who may have to read it in another way. */
    @Nullable Pin peekOrNull(long offset) {
        return pins.get((int) (offset >>> PART_SHIFT));
    }

    int heat(int part) {
        return heat[part];
    }

    /** What was read long ago counts less and less. */
    void cool() {
        for (int part = 0; part < heat.length; part++) {
            heat[part] >>= 1;
        }
    }

    boolean isPinned(int part) {
        return pins.get(part) != null;
    }

    static long start(int part) {
        return (long) part << PART_SHIFT;
    }

    /** How much is locked of a part, in a file of that length; 0 where it ends before. */
    static int length(int part, long fileBytes) {
        return Math.clamp(fileBytes - start(part), 0, PART_BYTES + OVERLAP_BYTES);
    }

    /** Serves the part from the memory that was locked, unless the segment was given up. */
    synchronized void pin(int part, LockedBytes locked) {
        if (closed || pins.get(part) != null) {
            locked.close();
            return;
        }
        bytes += locked.bytes().capacity();
        pins.set(part, new Pin(locked, start(part)));
    }

    /** Lets go of the part. */
    synchronized void unpin(int part) {
        Pin pin = pins.getAndSet(part, null);
        if (pin != null) {
            bytes -= pin.bytes.capacity();
            pin.locked.close();
        }
    }

    /** Bytes that are locked. */
    synchronized int bytes() {
        return bytes;
    }

    /** The segment is given up: the disk has its room back only when nothing is mapped any more. */
    synchronized void close() {
        closed = true;
        for (int part = 0; part < heat.length; part++) {
            unpin(part);
        }
    }
}
