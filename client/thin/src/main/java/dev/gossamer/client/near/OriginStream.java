package dev.gossamer.client.near;

import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What one origin tells of its log, in order: the machine that decides which copies of it are void,
 * which may be kept, and how far all is heard.
 *
 * <p><b>Why a copy may be kept.</b> The origin first notes that this client wants to hear of the
 * slot, then reads its log's position p, then the value. So every invalidation of the slot after p
 * comes down this stream: those that have come before the value did are in {@link Recent} or in the
 * life's voided slots, those that are yet to come find the copy. Replies and news travel one
 * connection, and are taken by one thread.
 *
 * <p><b>Why it may be resumed.</b> A position names a life of the log and a sequence in it. After a
 * reconnect the origin goes on from there, or, where its log has lost what followed, says exactly
 * which of the wanted slots have changed.
 *
 * <p><b>Threads.</b> The I/O thread; {@link #lifeOrNull()} any.
 */
final class OriginStream {

    /** Where copies are, to be voided. */
    interface Copies {
        /** Voids the copy of this key that is of this life, older than the version, and before. */
        void voidKey(Life life, long hash, long sequence, Version version);
    }

    static final int BITMAP_BYTES = Slot.COUNT / Byte.SIZE;
    private static final int RECENT = 4_096;

    private final Copies copies;
    private Recent recent = new Recent(RECENT);
    private BitSet interest = new BitSet();

    /** Read by any thread. */
    private volatile @Nullable Life lifeOrNull;

    private long heard;

    /** Where this life was first heard: what is from before it cannot be vouched for. */
    private long floor;

    OriginStream(Copies copies) {
        this.copies = copies;
    }

    @Nullable Life lifeOrNull() {
        return lifeOrNull;
    }

    /** Everything of this life up to here, in the slots of interest, was heard. */
    long heard() {
        return heard;
    }

    /** The slots that copies were kept of, as a bitmap: slot 0 the lowest bit of the first byte. */
    byte[] interest() {
        return Arrays.copyOf(interest.toByteArray(), BITMAP_BYTES);
    }

    /**
     * The origin has begun to tell what follows on this position.
     *
     * @return whether it goes on where this client had left off
     */
    boolean followed(MemberId origin, long incarnation, long sequence, long nowNanos) {
        Life life = lifeOrNull;
        if (life != null && life.is(origin, incarnation) && sequence <= heard) {
            return true;
        }
        begin(origin, incarnation, nowNanos);
        heard = sequence;
        floor = sequence;
        return false;
    }

    private void begin(MemberId origin, long incarnation, long nowNanos) {
        end();
        lifeOrNull = new Life(origin, incarnation, nowNanos);
        recent = new Recent(RECENT);
        heard = 0;
        floor = 0;
    }

    /** Nothing of this origin is worth anything any more. */
    void end() {
        Life life = lifeOrNull;
        if (life != null) {
            life.end();
            lifeOrNull = null;
        }
        interest = new BitSet();
    }

    /** The life that the origin speaks of: perhaps one that has just begun. */
    private Life life(long incarnation, long nowNanos) {
        Life life = lifeOrNull;
        if (life == null) {
            throw new IllegalStateException("news of an origin that is not followed");
        }
        if (life.incarnation() != incarnation) {
            begin(life.origin(), incarnation, nowNanos);
            return life(incarnation, nowNanos);
        }
        return life;
    }

    void invalidatedKey(
            long incarnation, long sequence, long hash, Version version, long nowNanos) {
        Life life = life(incarnation, nowNanos);
        recent.voided(hash, sequence);
        copies.voidKey(life, hash, sequence, version);
    }

    void invalidatedSlot(long incarnation, long sequence, int slot, long nowNanos) {
        life(incarnation, nowNanos).voidSlot(slot, sequence);
    }

    /** Of what lies before {@code upTo} only the slots that changed are known. */
    void overrun(long incarnation, long upTo, BitSet slots, long nowNanos) {
        Life life = life(incarnation, nowNanos);
        slots.stream().forEach(slot -> life.voidSlot(slot, upTo));
        heardUpTo(incarnation, upTo, nowNanos);
    }

    void heardUpTo(long incarnation, long sequence, long nowNanos) {
        Life unused = life(incarnation, nowNanos);
        heard = Math.max(heard, sequence);
    }

    /**
     * The origin has answered how far it has told everything.
     *
     * @param proven whether it had authority then, and that was the end of its log
     * @param askedNanos before the question was sent
     */
    void watermark(
            long incarnation, long sequence, boolean proven, long askedNanos, long nowNanos) {
        heardUpTo(incarnation, sequence, nowNanos);
        if (proven) {
            life(incarnation, nowNanos).proven(askedNanos);
        }
    }

    /** The life under which a copy may be kept that has just come; null when it may be void. */
    @Nullable Life keeperOrNull(Copy copy, int slot, long hash) {
        Life life = lifeOrNull;
        if (life == null
                || !copy.hasPosition()
                || !life.is(copy.origin(), copy.incarnation())
                || copy.sequence() < floor
                || recent.isVoidedAfter(hash, copy.sequence())
                || life.isVoid(slot, copy.sequence())) {
            return null;
        }
        interest.set(slot);
        return life;
    }
}
