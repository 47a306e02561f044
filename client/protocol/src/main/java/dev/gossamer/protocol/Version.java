package dev.gossamer.protocol;

import java.util.Comparator;

/**
 * When a write happened, as its slot's primary saw it (C1): strictly growing per key.
 *
 * @param epoch the topology's epoch under which the primary wrote
 * @param clock hybrid logical clock: milliseconds since 1970 in the upper 48 bits, a counter in the
 *     lower 16 (Kulkarni et al., "Logical Physical Clocks", 2014)
 * @param member who wrote, the tie-breaker
 */
public record Version(long epoch, long clock, MemberId member) implements Comparable<Version> {
    /** Older than every version that was ever given. */
    public static final Version NONE = new Version(0, 0, new MemberId(0));

    /** The order of {@code partition: consistent} caches: a deposed primary's writes lose. */
    public static final Comparator<Version> EPOCH_FIRST =
            Comparator.comparingLong(Version::epoch)
                    .thenComparingLong(Version::clock)
                    .thenComparing(Version::member);

    /**
     * The order of {@code partition: available} caches: the later write wins, whichever side took
     * it.
     */
    public static final Comparator<Version> CLOCK_FIRST =
            Comparator.comparingLong(Version::clock)
                    .thenComparingLong(Version::epoch)
                    .thenComparing(Version::member);

    public Version {
        if (epoch < 0 || clock < 0) {
            throw new IllegalArgumentException(
                    "version " + epoch + "-" + clock + " has a negative part");
        }
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException when {@code text} is not {@code epoch-clock-member}
     */
    public static Version parse(String text) {
        String[] parts = text.split("-", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException(
                    "version '" + text + "' is not of the form epoch-clock-member");
        }
        try {
            return new Version(
                    Long.parseLong(parts[0]),
                    Long.parseLong(parts[1], 16),
                    MemberId.parse(parts[2]));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "version '" + text + "' is not of the form epoch-clock-member", e);
        }
    }

    /** {@link #CLOCK_FIRST}. */
    @Override
    public int compareTo(Version other) {
        return CLOCK_FIRST.compare(this, other);
    }

    /** {@code epoch-clock-member}: the epoch decimal, the clock and the member in hex. */
    @Override
    public String toString() {
        return epoch + "-" + Long.toHexString(clock) + "-" + member;
    }
}
