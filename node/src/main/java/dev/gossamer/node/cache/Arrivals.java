package dev.gossamer.node.cache;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.Tiers;
import dev.gossamer.protocol.Bytes;
import java.util.function.LongSupplier;

/**
 * Keeps what another owner had, and what is later than what stands here.
 *
 * <p><b>Threads.</b> The caller holds the lock of the key's slot.
 */
final class Arrivals {
    private final Tiers tiers;
    private final Tags tags;
    private final Leases leases;
    private final LongSupplier wallMillis;
    private final long tombstoneRetentionMillis;

    Arrivals(
            Tiers tiers,
            Tags tags,
            Leases leases,
            LongSupplier wallMillis,
            long tombstoneRetentionMillis) {
        this.tiers = tiers;
        this.tags = tags;
        this.leases = leases;
        this.wallMillis = wallMillis;
        this.tombstoneRetentionMillis = tombstoneRetentionMillis;
    }

    /**
     * @param replaces whether something stands here
     * @return whether anything has changed
     */
    boolean keep(int slot, Bytes key, Entry entry, boolean replaces) {
        leases.overtake(slot, key);
        if (!tags.isValid(key, entry)) {
            // As if it had been evicted at once, or members would bring each other what they drop.
            return replaces && tiers.remove(key);
        }
        long now = wallMillis.getAsLong();
        long latest = Expiries.after(now, tombstoneRetentionMillis);
        if (!entry.isTombstone() && !entry.expiredAt(now)) {
            tiers.put(slot, key, entry);
            return true;
        }
        long forgetAt =
                entry.isTombstone()
                        ? entry.expiresAtMillis()
                        : Expiries.after(entry.expiresAtMillis(), tombstoneRetentionMillis);
        if (forgetAt > now) {
            tiers.put(slot, key, Entry.tombstone(entry.version(), Math.min(forgetAt, latest)));
            return true;
        }
        return replaces && tiers.remove(key);
    }

    /**
     * Remembers a removal that was found on this node's own SSD, unless there is something later.
     */
    void recover(int slot, Bytes key, Entry tombstone) {
        if (!tombstone.expiredAt(wallMillis.getAsLong())
                && tiers.standingOrNull(slot, key) == null) {
            tiers.put(slot, key, tombstone);
        }
    }
}
