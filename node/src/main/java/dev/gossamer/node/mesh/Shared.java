package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.CacheSettings.Partition;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.protocol.Bytes;
import java.util.function.LongSupplier;

/**
 * What the routers of all lanes of this node have in common.
 *
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
        long timeoutNanos,
        long leaseNanos,
        LongSupplier nanoClock) {

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
