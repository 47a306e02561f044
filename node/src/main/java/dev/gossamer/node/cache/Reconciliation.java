package dev.gossamer.node.cache;

import dev.gossamer.node.cache.CacheSettings.Partition;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Version;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Settles, key by key, what the sides of a healed partition wrote (C9): the version that is later
 * in the order of the cache wins; the other is a loss if its writer's side knew nothing of the
 * winner, nor the winner's of it.
 *
 * <p>That can be told from the epochs. What was written under a provisional epoch, which stands on
 * agreed epoch e, was written on a side that had parted from what came after e: it knows every
 * version of e and before, and none of a later epoch or of another provisional one.
 *
 * <p><b>Threads.</b> The caller holds the lock of the key's slot.
 */
final class Reconciliation {
    private final Keyspace keyspace;
    private final Ledger ledger;
    private final LongSupplier wallMillis;

    Reconciliation(Keyspace keyspace, Ledger ledger, LongSupplier wallMillis) {
        this.keyspace = keyspace;
        this.ledger = ledger;
        this.wallMillis = wallMillis;
    }

    Merged merge(Bytes key, Entry brought) {
        Version version = brought.version();
        if (ledger.isSettled(key, version)) {
            return new Merged(false, Optional.empty());
        }
        Entry standing = keyspace.peekOrNull(key);
        boolean stored = keyspace.merge(key, brought);
        Optional<Loss> loss = lossOf(key, standing, brought);
        loss.ifPresent(ledger::lost);
        if (stored) {
            ledger.won(key, version);
        }
        return new Merged(stored, loss);
    }

    private Optional<Loss> lossOf(Bytes key, @Nullable Entry standing, Entry brought) {
        if (standing == null || !parted(standing.version(), brought.version())) {
            return Optional.empty();
        }
        Partition partition = keyspace.settingsOf(key).partition();
        boolean wins = partition.isLater(brought, standing);
        Entry lost = wins ? standing : brought;
        Entry kept = wins ? brought : standing;
        return Optional.of(
                new Loss(
                        key,
                        lost.version(),
                        lost.isTombstone(),
                        kept.version(),
                        wallMillis.getAsLong()));
    }

    /** Whether neither version's writer can have known of the other. */
    static boolean parted(Version a, Version b) {
        return a.epoch() != b.epoch()
                && (isBeside(a.epoch(), b.epoch()) || isBeside(b.epoch(), a.epoch()));
    }

    private static boolean isBeside(long provisional, long other) {
        return Epoch.isProvisional(provisional)
                && (Epoch.isProvisional(other) || other > Epoch.agreedPart(provisional));
    }
}
