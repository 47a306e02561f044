package dev.gossamer.node.cache;

import java.time.Duration;

/**
 * The rules of the leases that this node gives as a primary (C7).
 *
 * @param timeout how long a lease is when its taker names no time. Longer than nearly all loads
 *     take: when a loader dies, the others wait for so long. 10 s by default
 * @param timeoutMax the longest that a taker may ask for, and that anybody waits for another's
 *     lease before it looks again. Not below {@code timeout}; 1 min by default
 * @param bytesMax what leases, what is known to be absent, and who waits may take: about 250 bytes
 *     and the key for each lease, about 150 for each who waits. Beyond it the answer is BUSY (C12).
 *     At least 4 KiB; 16 MiB by default
 */
public record LeaseSettings(Duration timeout, Duration timeoutMax, long bytesMax) {
    private static final Duration TIMEOUT_MIN = Duration.ofMillis(10);
    private static final Duration TIMEOUT_LIMIT = Duration.ofHours(1);
    private static final long BYTES_MIN = 4L << 10;

    public static final LeaseSettings DEFAULT =
            new LeaseSettings(Duration.ofSeconds(10), Duration.ofMinutes(1), 16L << 20);

    public LeaseSettings {
        if (timeout.compareTo(TIMEOUT_MIN) < 0 || timeout.compareTo(TIMEOUT_LIMIT) > 0) {
            throw new IllegalArgumentException(
                    "lease timeout of "
                            + timeout
                            + " is outside ["
                            + TIMEOUT_MIN
                            + ", "
                            + TIMEOUT_LIMIT
                            + "]");
        }
        if (timeoutMax.compareTo(timeout) < 0 || timeoutMax.compareTo(TIMEOUT_LIMIT) > 0) {
            throw new IllegalArgumentException(
                    "longest lease timeout of "
                            + timeoutMax
                            + " is outside [the default one of "
                            + timeout
                            + ", "
                            + TIMEOUT_LIMIT
                            + "]");
        }
        if (bytesMax < BYTES_MIN) {
            throw new IllegalArgumentException(
                    "memory for leases of " + bytesMax + " bytes is less than " + BYTES_MIN);
        }
    }
}
