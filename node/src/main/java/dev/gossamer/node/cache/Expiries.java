package dev.gossamer.node.cache;

import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.store.Entry;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** When an entry expires that is written now. */
final class Expiries {
    /** The earliest moment that is not {@link Entry#NEVER}; long past. */
    private static final long EARLIEST = 1;

    private Expiries() {}

    /**
     * @param live what the write replaces; where there is nothing to keep the expiry of, the cache
     *     decides
     * @return milliseconds since 1970, maybe in the past, or {@link Entry#NEVER}
     */
    static long resolve(Expiry expiry, CacheSettings cache, @Nullable Entry live, long nowMillis) {
        return switch (expiry) {
            case Expiry.CacheDefault() -> ofCache(cache, nowMillis);
            case Expiry.None() -> Entry.NEVER;
            case Expiry.Keep() -> live == null ? ofCache(cache, nowMillis) : live.expiresAtMillis();
            case Expiry.After(long millis) -> after(nowMillis, millis);
            case Expiry.At(long epochMillis) -> Math.max(EARLIEST, epochMillis);
        };
    }

    /** Saturating: what lies beyond the end of time never comes. */
    static long after(long nowMillis, long millis) {
        long sum = nowMillis + millis;
        boolean overflow = millis > 0 && sum < nowMillis;
        return overflow ? Long.MAX_VALUE : Math.max(EARLIEST, sum);
    }

    private static long ofCache(CacheSettings cache, long nowMillis) {
        Optional<Duration> ttl = cache.ttl();
        return ttl.isEmpty() ? Entry.NEVER : after(nowMillis, ttl.get().toMillis());
    }
}
