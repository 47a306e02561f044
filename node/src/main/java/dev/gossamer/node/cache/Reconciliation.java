package dev.gossamer.node.cache;

import dev.gossamer.node.cache.CacheSettings.Partition;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.MemberId;
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
 * agreed epoch e, was written on a side that had parted from what came after e: it knows none of a
 * later epoch or of another provisional one. It knows every version of e and before, if a member of
 * the side had a copy of them; else it was written blindly, and whoever brings it says so. A member
 * that was the primary on the side and is it of the whole mesh knows its own.
 *
 * <p><b>Threads.</b> The caller holds the lock of the key's slot.
 */
final class Reconciliation {
    private final Keyspace keyspace;
    private final Ledger ledger;
    private final LongSupplier wallMillis;
    private final MemberId self;

    /** The versions that this node has given in this life have later clocks. */
    private final long bornClock;

    Reconciliation(Keyspace keyspace, Ledger ledger, LongSupplier wallMillis, MemberId self) {
        this.keyspace = keyspace;
        this.ledger = ledger;
        this.wallMillis = wallMillis;
        this.self = self;
        this.bornClock = keyspace.clock();
    }

    Merged merge(Bytes key, Entry brought, boolean blind) {
        Version version = brought.version();
        if (ledger.isSettled(key, version)) {
            return new Merged(false, Optional.empty());
        }
        Entry standing = keyspace.standingOrNull(key);
        boolean stored = keyspace.merge(key, brought, Mutation.What.RECONCILED);
        Optional<Loss> loss = lossOf(key, standing, brought, blind);
        loss.ifPresent(ledger::lost);
        if (stored) {
            ledger.won(key, version);
        }
        return new Merged(stored, loss);
    }

    private Optional<Loss> lossOf(
            Bytes key, @Nullable Entry standing, Entry brought, boolean blind) {
        if (standing == null
                || !parted(standing.version(), brought.version(), blind)
                || (isOwn(standing.version()) && isOwn(brought.version()))) {
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

    /** Whether this node has written it and has not forgotten since what it wrote. */
    private boolean isOwn(Version version) {
        return version.member().equals(self) && version.clock() > bornClock;
    }

    /**
     * Whether neither version's writer can have known of the other.
     *
     * @param blind whether the side that wrote the provisional one had no copy of what came before
     */
    static boolean parted(Version a, Version b, boolean blind) {
        boolean unseen = blind && Epoch.isProvisional(a.epoch()) != Epoch.isProvisional(b.epoch());
        return unseen
                || (a.epoch() != b.epoch()
                        && (isBeside(a.epoch(), b.epoch()) || isBeside(b.epoch(), a.epoch())));
    }

    private static boolean isBeside(long provisional, long other) {
        return Epoch.isProvisional(provisional)
                && (Epoch.isProvisional(other) || other > Epoch.agreedPart(provisional));
    }
}
