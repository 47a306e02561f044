package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.format.RecordCodec;
import dev.gossamer.node.store.disk.io.LockedMemory;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Which parts of one segment are locked in memory, and how often each was read of late.
 *
 * <p>A part has {@value #PART_BYTES} bytes, and those that follow it belong to it as well, so that
 * records that begin in it are whole there unless they are long.
 *
 * <p><b>Copies.</b> What is locked is a copy of the part as it was then: what is written there
 * later is not in it. Who finds that something lacks says so, and {@link Pinner} copies it again.
 *
 * <p><b>Reading without a lock.</b> A part is let go of while others read it, and its place holds
 * another part's bytes soon. So readers do what readers of a sequence lock do: they copy first, and
 * believe the copy only if the pin {@link Pin#isHeld is held} still. (1) Who lets go first says so,
 * then fences, and only then can the place be filled again, by a thread that has taken its lock
 * since. (2) A reader fences between what it read of the bytes and its look whether the pin is
 * held. (3) So if it has read one byte of what came later, it sees that the pin is not held. What
 * it has read by then may be anything: no length of it may be trusted, and any exception may come
 * of it. (4) A pin is never held again, and what was found good is noted in its bytes only while it
 * is. Following H.-J. Boehm, "Can seqlocks get along with programming language memory models?",
 * MSPC 2012; the fences are those of {@link java.util.concurrent.locks.StampedLock#validate}.
 *
 * <p><b>Threads.</b> Any may look; {@link Pinner} locks; whoever gives the segment up closes this.
 */
final class Pins {
    static final int PART_BYTES = 256 << 10;
    private static final int PART_SHIFT = 18;
    private static final int OVERLAP_BYTES = 16 << 10;

    /** Of a part and what follows it. */
    static final int PLACE_BYTES = PART_BYTES + OVERLAP_BYTES;

    /** Twice as much and a little more must be a number, too. */
    private static final int HEAT_MAX = 1 << 28;

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
        private final LockedMemory.Place place;
        private final ByteBuffer bytes;
        private final long start;

        private volatile boolean held = true;
        private volatile boolean outdated;

        Pin(LockedMemory.Place place, long start) {
            this.place = place;
            this.bytes = place.bytes();
            this.start = start;
        }

        /** What it is read from; it counts when this {@link #isHeld is held} afterwards. */
        ByteBuffer bytes() {
            return bytes;
        }

        /** Whether all that this thread has read of the bytes by now is of this part. */
        boolean isHeld() {
            VarHandle.acquireFence();
            return held;
        }

        /** Something was written that is not in this copy. */
        void isOutdated() {
            outdated = true;
        }

        private void letGo() {
            synchronized (this) {
                held = false;
            }
            VarHandle.fullFence();
            place.close();
        }

        /** Where in the bytes a place of the segment is. */
        int at(long offset) {
            return (int) (offset - start);
        }

        /**
         * All checksums of the record there hold. It is noted in the record's own bytes, which who
         * reads it fetches anyway, and never in those of a part that comes later.
         */
        synchronized void prove(RecordCodec codec, int at) {
            if (held) {
                codec.prove(bytes, at);
            }
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

    /** Not worth to be locked before it is read more. */
    void forget(int part) {
        heat[part] = 0;
    }

    boolean isPinned(int part) {
        return pins.get(part) != null;
    }

    /** Whether something is missing in what is locked of the part. */
    boolean isOutdated(int part) {
        Pin pin = pins.get(part);
        return pin != null && pin.outdated;
    }

    static long start(int part) {
        return (long) part << PART_SHIFT;
    }

    /** How much is locked of a part, in a file of that length; 0 where it ends before. */
    static int length(int part, long fileBytes) {
        return Math.clamp(fileBytes - start(part), 0, PLACE_BYTES);
    }

    /** Serves the part from its copy there, unless the segment was given up. */
    synchronized void pin(int part, LockedMemory.Place copy) {
        if (closed || pins.get(part) != null) {
            copy.close();
            return;
        }
        bytes += copy.bytes().capacity();
        pins.set(part, new Pin(copy, start(part)));
    }

    /** Lets go of the part. */
    synchronized void unpin(int part) {
        Pin pin = pins.getAndSet(part, null);
        if (pin != null) {
            bytes -= pin.bytes.capacity();
            pin.letGo();
        }
    }

    /** Bytes that are locked. */
    synchronized int bytes() {
        return bytes;
    }

    /** The segment is given up: others may have the memory. */
    synchronized void close() {
        closed = true;
        for (int part = 0; part < heat.length; part++) {
            unpin(part);
        }
    }
}
