package dev.gossamer.client.near;

import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * One life of one origin's log, as far as its readers must know it: whether it goes on, what has
 * been voided by the slot, and until when it is proved that nothing else was.
 *
 * <p><b>Threads.</b> Written by the I/O thread, read by any.
 */
final class Life {
    /** So long ago that no bound reaches back. */
    static final long NEVER_AGO_NANOS = Long.MAX_VALUE / 2;

    private final MemberId origin;
    private final long incarnation;
    private volatile boolean over;
    private volatile long provenNanos;
    private volatile boolean wasProven;

    /** Per slot the sequence up to which all copies are void; null until there is any. */
    private volatile @Nullable AtomicLongArray voidedOrNull;

    Life(MemberId origin, long incarnation, long nowNanos) {
        this.origin = origin;
        this.incarnation = incarnation;
        this.provenNanos = nowNanos - NEVER_AGO_NANOS;
    }

    boolean is(MemberId member, long ofIncarnation) {
        return origin.equals(member) && incarnation == ofIncarnation;
    }

    MemberId origin() {
        return origin;
    }

    long incarnation() {
        return incarnation;
    }

    /** Everything that was invalidated before this moment has been heard. */
    void proven(long nanos) {
        if (nanos - provenNanos > 0) {
            provenNanos = nanos;
            wasProven = true;
        }
    }

    /** Whether it ever was. */
    boolean wasProven() {
        return wasProven;
    }

    /** Reads of copies must look at this first: what was void by then is seen to be void after. */
    long provenNanos() {
        return provenNanos;
    }

    void end() {
        over = true;
    }

    boolean isOver() {
        return over;
    }

    /** All copies of the slot's keys that were taken before the log had come to here are void. */
    void voidSlot(int slot, long sequence) {
        AtomicLongArray voided = voidedOrNull;
        if (voided == null) {
            voided = new AtomicLongArray(Slot.COUNT);
            voidedOrNull = voided;
        }
        if (voided.get(slot) < sequence) {
            voided.set(slot, sequence);
        }
    }

    /** Whether a copy of a key of the slot, taken at this sequence, is void with its slot. */
    boolean isVoid(int slot, long sequence) {
        AtomicLongArray voided = voidedOrNull;
        return over || (voided != null && voided.get(slot) > sequence);
    }
}
