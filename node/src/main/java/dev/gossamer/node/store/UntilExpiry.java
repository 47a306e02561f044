package dev.gossamer.node.store;

import com.github.benmanes.caffeine.cache.Expiry;
import dev.gossamer.protocol.Bytes;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tells Caffeine how long an entry stays, in nanoseconds of its ticker, from the wall clock's
 * moment that the entry carries. A read changes nothing.
 */
final class UntilExpiry implements Expiry<Bytes, Entry> {
    private final LongSupplier wallMillis;

    UntilExpiry(LongSupplier wallMillis) {
        this.wallMillis = wallMillis;
    }

    @Override
    public long expireAfterCreate(Bytes key, Entry entry, long currentTime) {
        long expiresAt = entry.expiresAtMillis();
        if (expiresAt == Entry.NEVER) {
            return Long.MAX_VALUE;
        }
        return TimeUnit.MILLISECONDS.toNanos(Math.max(0, expiresAt - wallMillis.getAsLong()));
    }

    @Override
    public long expireAfterUpdate(Bytes key, Entry entry, long currentTime, long currentDuration) {
        return expireAfterCreate(key, entry, currentTime);
    }

    @Override
    public long expireAfterRead(Bytes key, Entry entry, long currentTime, long currentDuration) {
        return currentDuration;
    }
}
