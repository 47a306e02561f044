package dev.gossamer.node.mesh;

import dev.gossamer.gossip.invalidation.Position;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.CacheSettings.Partition;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.mesh.coherence.Authority;
import dev.gossamer.node.mesh.coherence.NearCopies;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Topology;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the routers of all lanes of this node have in common.
 *
 * @param logEnd where this node's log of invalidations ends now
 * @param near copies of what others own
 * @param timeoutNanos how long a request may wait for others
 * @param leaseNanos how long a lease is: after so long without one a consistent cache refuses
 * @param nanoClock monotonic
 */
record Shared(
        Epochs epochs,
        Keyspace keyspace,
        Lease lease,
        PendingWrites pending,
        PendingBytes bytes,
        Supplier<Position> logEnd,
        NearCopies near,
        long timeoutNanos,
        long leaseNanos,
        LongSupplier nanoClock) {

    /** At a node's start, without a lease. */
    static Shared of(
            MeshSettings settings,
            Epochs epochs,
            Keyspace keyspace,
            Coherent coherent,
            LongSupplier nanoClock) {
        return new Shared(
                epochs,
                keyspace,
                new Lease(nanoClock),
                new PendingWrites(),
                new PendingBytes(settings.pendingBytesMax()),
                coherent::logEnd,
                coherent.near(),
                settings.requestTimeout().toNanos(),
                settings.agreement().lease().toNanos(),
                nanoClock);
    }

    /** The least that any cache wants of its entries. */
    static int fewestCopies(Keyspace keyspace) {
        return keyspace.caches().stream()
                .mapToInt(CacheSettings::replication)
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    /** Whether the key's cache takes part in no side of a partition but the larger. */
    boolean isConsistent(Bytes key) {
        return keyspace.settingsOf(key).partition() == Partition.CONSISTENT;
    }

    /**
     * Whether this node, as the primary that serves the key's slot, may answer now. Under a
     * provisional topology nobody can promise that there is no other primary.
     */
    boolean mayServe(Holding holding, Bytes key) {
        return holding.topology().isProvisional() ? !isConsistent(key) : lease.isHeld();
    }

    /**
     * Until when what this node says as a primary counts for all members. Under a provisional
     * topology it counts for none.
     */
    Authority authority() {
        Topology topology = epochs.latest().topology();
        return topology.isProvisional()
                ? Authority.none(topology.epoch())
                : new Authority(lease.untilNanos(), topology.epoch());
    }

    /** Whether the key's cache refuses on this side of a partition. */
    boolean isRefused(Holding holding, Bytes key) {
        return holding.topology().isProvisional() && isConsistent(key);
    }

    /** Whether this member is cut off from the majority, as far as a consistent cache can wait. */
    boolean isCutOff(Holding holding, Bytes key) {
        return holding.isMember() && !lease.isHeld() && isConsistent(key);
    }

    long nanoTime() {
        return nanoClock.getAsLong();
    }
}
