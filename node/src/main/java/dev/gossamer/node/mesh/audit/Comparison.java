package dev.gossamer.node.mesh.audit;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.mesh.link.Sighting;
import dev.gossamer.protocol.Version;
import org.jspecify.annotations.Nullable;

/**
 * Whether what a member has of a key is as the contract promises, so long after a write.
 *
 * <p><b>Near copies.</b> A member tells of a copy for how young a bound it would answer from it:
 * its claim is that the copy was current so long before it told. It told after the question was
 * sent. So if the claim is shorter than the time from the acknowledgement to the sending, the copy
 * claims to have been current after it was overwritten: that is wrong beyond doubt, however long
 * the answer took and whoever was held up meanwhile. No two clocks are compared, but two spans of
 * time: the claim counts as longer by as much as its member's clock may be slow.
 *
 * <p><b>Owners.</b> An entry may have left for want of room, or have expired; but an older one than
 * what was acknowledged must not stand with an owner that has its slot whole. What happens
 * meanwhile, another look tells: see {@link Auditor}.
 */
final class Comparison {
    private static final long MILLION = 1_000_000;

    private final CacheSettings settings;
    private final Version acknowledged;
    private final int driftPpm;

    /**
     * @param driftPpm how much faster one clock may be than another, in millionths
     */
    Comparison(CacheSettings settings, Version acknowledged, int driftPpm) {
        this.settings = settings;
        this.acknowledged = acknowledged;
        this.driftPpm = driftPpm;
    }

    /** Whether the member has a near copy that is older than the write. */
    boolean isStale(@Nullable Sighting sighting) {
        return sighting != null && sighting.near() != null && isOlder(sighting.near().version());
    }

    /**
     * Whether that copy claims to be younger than it can be.
     *
     * @param afterNanos how long after the acknowledgement the question was sent
     */
    boolean isLie(Sighting.Near stale, long afterNanos) {
        return longest(stale.ageNanos()) < afterNanos;
    }

    private long longest(long nanos) {
        return nanos + nanos / MILLION * driftPpm + driftPpm;
    }

    /**
     * Whether the member, an owner, has something older than the write.
     *
     * @param sameEpoch whether it goes by the topology that is in force here
     */
    boolean isBehind(@Nullable Sighting sighting, boolean sameEpoch) {
        return sighting != null
                && sameEpoch
                && sighting.held() != null
                && sighting.complete()
                && mustHold(sighting.rank())
                && isOlder(sighting.held().version());
    }

    private boolean mustHold(int rank) {
        return rank == 0
                || (rank > 0
                        && rank < settings.replication()
                        && settings.acks() == CacheSettings.Acks.ALL);
    }

    /** A write that is told under a later epoch keeps its clock and its writer. */
    private boolean isOlder(Version version) {
        boolean same =
                version.clock() == acknowledged.clock()
                        && version.member().equals(acknowledged.member());
        return !same && settings.partition().order().compare(version, acknowledged) < 0;
    }
}
