package dev.gossamer.membership.agreement;

import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Topology;
import org.jspecify.annotations.Nullable;

/**
 * A topology as members agree on it: of which mesh it is, and which agreed epoch it follows. The
 * members of that one decide on it, each of them once.
 *
 * <p><b>Threads.</b> Any. <b>Cost.</b> The encoded form is made when first asked for, unless this
 * was read from it, and kept.
 */
public final class Decree {
    private final Genesis genesis;
    private final long after;
    private final Topology topology;

    /** A benign race: every thread that makes it makes the same. */
    private volatile byte @Nullable [] encodedOrNull;

    /**
     * @param after the epoch of the decree before, {@link Epoch#NONE} in the first
     */
    Decree(Genesis genesis, long after, Topology topology) {
        this(genesis, after, topology, null);
    }

    /**
     * @param encodedOrNull the bytes that it was read from; not to be changed any more
     */
    Decree(Genesis genesis, long after, Topology topology, byte @Nullable [] encodedOrNull) {
        if (after < 0
                || Epoch.isProvisional(after)
                || topology.isProvisional()
                || topology.epoch() <= after) {
            throw new IllegalArgumentException(
                    topology + " can't be agreed on after epoch " + Epoch.text(after));
        }
        this.genesis = genesis;
        this.after = after;
        this.topology = topology;
        this.encodedOrNull = encodedOrNull;
    }

    public Genesis genesis() {
        return genesis;
    }

    public long after() {
        return after;
    }

    public Topology topology() {
        return topology;
    }

    long epoch() {
        return topology.epoch();
    }

    /** Not to be changed. */
    byte[] encoded() {
        byte[] encoded = encodedOrNull;
        if (encoded == null) {
            encoded = DecreeCodec.encode(this);
            encodedOrNull = encoded;
        }
        return encoded;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Decree that
                        && after == that.after
                        && genesis.equals(that.genesis)
                        && topology.equals(that.topology));
    }

    @Override
    public int hashCode() {
        return topology.hashCode();
    }

    @Override
    public String toString() {
        return topology + " after " + Epoch.text(after);
    }
}
