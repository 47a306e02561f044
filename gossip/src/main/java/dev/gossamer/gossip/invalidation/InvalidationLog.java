package dev.gossamer.gossip.invalidation;

import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What this member invalidated as the primary of its slots, numbered without a gap from 1 (C4).
 *
 * <p>A write is appended before it is acknowledged. Then whatever a watermark claims that was read
 * after the acknowledgement covers the write.
 *
 * <p>The latest entries are kept, up to a bound in bytes. Of older ones only the last sequence of
 * each slot is known, which names exactly the slots that changed since any sequence: whoever fell
 * behind further than the log reaches gives up the copies of these slots and no others.
 *
 * <p><b>Threads.</b> All methods by any thread. {@link #append} holds a lock for one entry; reading
 * holds it for at most {@value #RUN_MAX} entries at a time. An entry is visible with its number or
 * not at all, so no reader can pass over a number that is written later.
 *
 * <p><b>Cost.</b> Appending is O(1) and allocates nothing, but for the doublings up to the bound.
 * Memory: 48 bytes per entry kept, and 128 KiB for the slots from the first entry on.
 *
 * <p><b>Durability.</b> None: a restart begins a new life with a greater incarnation, which voids
 * what others keep of the earlier one.
 */
public final class InvalidationLog {
    static final int RUN_MAX = 256;
    private static final int BYTES_MIN = 4 * 1024;
    private static final int SLOT_TABLE_BYTES = 8 * Slot.COUNT;

    private final MemberId origin;
    private final Runnable grew;
    private final EntryRing entries;
    private long[] lastOfSlot = {};
    private long incarnation;
    private long last;

    /** Whether {@link #grew} was told and nobody has looked since. */
    private boolean told;

    /**
     * @param incarnation greater than in any earlier life of this member, at least 1: milliseconds
     *     since 1970 at its start will do
     * @param bytesMax for the entries; at least 4 KiB
     * @param grew run by the appending thread, outside the lock, at the first append after {@link
     *     Dissemination} has last looked. It hands {@link Dissemination.Event.LogGrew} over to the
     *     machine's thread and must not block.
     */
    public InvalidationLog(MemberId origin, long incarnation, int bytesMax, Runnable grew) {
        if (incarnation < 1 || incarnation > Wire.NUMBER_MAX) {
            throw new IllegalArgumentException(
                    "incarnation " + incarnation + " is outside [1, " + Wire.NUMBER_MAX + "]");
        }
        if (bytesMax < BYTES_MIN) {
            throw new IllegalArgumentException(
                    "log of " + bytesMax + " bytes is under " + BYTES_MIN);
        }
        this.origin = origin;
        this.incarnation = incarnation;
        this.entries = new EntryRing(EntryRing.capacityOf(bytesMax));
        this.grew = grew;
    }

    public MemberId origin() {
        return origin;
    }

    /**
     * Numbers one invalidation.
     *
     * @param slot index of the slot of the key or tag
     * @param hash 64 bits of hash of the key or tag; every member uses the same function
     * @param version the write's, the removal's or the tag's new one
     * @return its sequence
     */
    public long append(Kind kind, int slot, long hash, Version version) {
        if (slot < 0 || slot >= Slot.COUNT) {
            throw new IllegalArgumentException(
                    "slot " + slot + " is outside [0, " + Slot.COUNT + ")");
        }
        long sequence;
        boolean tell;
        synchronized (this) {
            sequence = ++last;
            entries.put(
                    sequence,
                    Invalidations.head(kind, slot),
                    hash,
                    version.epoch(),
                    version.clock(),
                    version.member().value());
            if (lastOfSlot.length == 0) {
                lastOfSlot = new long[Slot.COUNT];
            }
            lastOfSlot[slot] = sequence;
            tell = !told;
            told = true;
        }
        if (tell) {
            grew.run();
        }
        return sequence;
    }

    /** The life and the last sequence, as of now. */
    public synchronized Position position() {
        return new Position(incarnation, last);
    }

    /** As {@link #position}; the next append tells that the log grew. */
    synchronized Position look() {
        told = false;
        return position();
    }

    /**
     * What comes after {@code sequence}, up to {@value #RUN_MAX} entries.
     *
     * @return empty when there is nothing after it, or it is no longer kept
     */
    public Optional<Invalidations> after(long sequence) {
        return Optional.ofNullable(runOrNull(sequence + 1, Long.MAX_VALUE));
    }

    synchronized @Nullable Invalidations runOrNull(long first, long to) {
        return entries.runOrNull(first, Math.min(to, last), RUN_MAX);
    }

    synchronized boolean has(long sequence) {
        return entries.has(sequence);
    }

    synchronized long nextHeld(long from, long to) {
        return entries.nextHeld(from, to);
    }

    /**
     * Exactly the slots with an invalidation after {@code sequence}, and up to where that holds.
     */
    public synchronized Changes changesSince(long sequence) {
        long[] table = lastOfSlot;
        SlotSet slots = SlotSet.of(slot -> table.length > 0 && table[slot] > sequence);
        return new Changes(position(), slots);
    }

    /**
     * Which slots changed.
     *
     * @param upTo the end of the log when this was said
     */
    public record Changes(Position upTo, SlotSet slots) {}

    /** What it takes, in bytes. */
    public synchronized long bytes() {
        return entries.bytes() + (lastOfSlot.length == 0 ? 0 : SLOT_TABLE_BYTES);
    }

    /**
     * Begins a new life, empty: others knew of a life of this member that this one met too late.
     */
    synchronized void renew(long laterIncarnation) {
        incarnation = laterIncarnation;
        last = 0;
        entries.clear();
        lastOfSlot = new long[0];
    }
}
