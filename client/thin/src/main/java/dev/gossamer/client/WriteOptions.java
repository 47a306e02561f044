package dev.gossamer.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How an entry is stored. Immutable.
 *
 * <pre>{@code
 * cache.put(42, user, WriteOptions.tags("table:users", "tenant:7").withTimeToLive(ofMinutes(5)));
 * }</pre>
 *
 * @param timeToLive after which it expires; empty for as the cache's settings say
 * @param tags what it depends on: it counts as absent once one of them is invalidated. At most 64,
 *     each of 1 to 1,024 bytes in UTF-8; more are refused by the member
 */
public record WriteOptions(Optional<Duration> timeToLive, List<String> tags) {
    /** As the cache's settings say, depending on nothing. */
    public static final WriteOptions NONE = new WriteOptions(Optional.empty(), List.of());

    public WriteOptions {
        tags = List.copyOf(tags);
        timeToLive.ifPresent(WriteOptions::check);
    }

    private static void check(Duration timeToLive) {
        if (timeToLive.isNegative() || timeToLive.isZero()) {
            throw new IllegalArgumentException(
                    "time to live " + timeToLive + " is not longer than zero");
        }
    }

    /** Depending on these tags. */
    public static WriteOptions tags(String... tags) {
        return new WriteOptions(Optional.empty(), List.of(tags));
    }

    /** The same, expiring after so long. */
    public WriteOptions withTimeToLive(Duration duration) {
        return new WriteOptions(Optional.of(duration), tags);
    }
}
