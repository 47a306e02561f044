package dev.gossamer.gossip.invalidation;

import org.jspecify.annotations.Nullable;

/**
 * What was received of one origin's life: everything from a floor up to {@link #contiguous}, as far
 * as the ring reaches back, and some that came early. It can replay them to others that missed
 * them.
 *
 * <p>Safe for many threads: the machine's writes, any other asks {@link #raced}; the lock is held
 * for one message's entries, or for a scan of at most {@value #SCAN_MAX}.
 */
final class ReceivedLog {
    private static final int SCAN_MAX = 4_096;

    private final EntryRing entries;
    private long incarnation;
    private long contiguous;

    /** Nothing at or before this sequence is vouched for. */
    private long floor;

    ReceivedLog(int capacityMax) {
        entries = new EntryRing(capacityMax);
    }

    synchronized void limit(int capacityMax) {
        if (capacityMax != entries.capacityMax()) {
            entries.limit(capacityMax);
        }
    }

    /** Begins with a life, after {@code sequence}; all that was known before is gone. */
    synchronized void begin(long life, long sequence) {
        entries.clear();
        incarnation = life;
        contiguous = sequence;
        floor = sequence;
    }

    /** 0 before the first life. */
    synchronized long incarnation() {
        return incarnation;
    }

    /** Everything after the floor and up to here was received. */
    synchronized long contiguous() {
        return contiguous;
    }

    synchronized long bytes() {
        return entries.bytes();
    }

    synchronized boolean has(long sequence) {
        return sequence > floor && entries.has(sequence);
    }

    /**
     * Puts in what is new. What is too far ahead is left out: it will be asked for when its turn
     * comes.
     *
     * @return how many were new
     */
    synchronized int add(Invalidations heard) {
        int added = 0;
        long lastThatFits = contiguous + entries.capacityMax() / 2;
        for (int i = 0; i < heard.count(); i++) {
            long sequence = heard.first() + i;
            if (sequence > contiguous && sequence <= lastThatFits && !entries.has(sequence)) {
                entries.put(
                        sequence,
                        heard.head(i),
                        heard.hash(i),
                        heard.epoch(i),
                        heard.clock(i),
                        heard.member(i));
                added++;
            }
        }
        return added;
    }

    /** Takes the next run that follows without a gap; null when the next one is not here. */
    synchronized @Nullable Invalidations advanceOrNull() {
        Invalidations run =
                entries.runOrNull(contiguous + 1, Long.MAX_VALUE, InvalidationLog.RUN_MAX);
        if (run != null) {
            contiguous = run.last();
        }
        return run;
    }

    /** Goes on after {@code sequence}: what lies between cannot be had any more. */
    synchronized void skipTo(long sequence) {
        contiguous = sequence;
        floor = sequence;
    }

    synchronized @Nullable Invalidations runOrNull(long first, long to) {
        return first <= floor ? null : entries.runOrNull(first, to, InvalidationLog.RUN_MAX);
    }

    synchronized long nextHeld(long from, long to) {
        return entries.nextHeld(Math.max(from, floor + 1), to);
    }

    /** Whether an invalidation after {@code after} concerns this key or tag. */
    synchronized Raced raced(Position after, Kind kind, int slot, long hash) {
        if (after.incarnation() != incarnation
                || after.sequence() < floor
                || contiguous - after.sequence() > SCAN_MAX) {
            return Raced.NOT_KNOWN;
        }
        for (long sequence = after.sequence() + 1; sequence <= contiguous; sequence++) {
            if (!entries.has(sequence)) {
                return Raced.NOT_KNOWN;
            }
            if (entries.concerns(sequence, kind, slot, hash)) {
                return Raced.YES;
            }
        }
        return Raced.NO;
    }
}
