package dev.gossamer.node.mesh.coherence;

import dev.gossamer.gossip.invalidation.DisseminationSettings;
import java.util.Set;

/**
 * How invalidations are kept and told.
 *
 * @param logBytesMax what the log of this node's own invalidations may take, 48 bytes each. Larger:
 *     who was away longer, a member or a client, gets exactly what it missed; beyond that it gives
 *     up all near copies of the slots that changed. At least 4 KiB. Default 16 MiB.
 * @param dissemination how they travel
 * @param auditsPerSecond how many of its writes this node's auditor looks at in a second, at most;
 *     0 for none. Larger: a fault is seen sooner, and each costs a question to every member at four
 *     times. Default 10, at most {@value #AUDITS_MAX}.
 * @param leftOut what near copies are not held against, in a test of what notices that
 */
public record CoherenceSettings(
        int logBytesMax,
        DisseminationSettings dissemination,
        int auditsPerSecond,
        Set<NearCheck> leftOut) {
    public static final int AUDITS_MAX = 100;
    private static final int LOG_BYTES_MIN = 4 << 10;

    public static final CoherenceSettings DEFAULT =
            new CoherenceSettings(16 << 20, DisseminationSettings.DEFAULT, 10, Set.of());

    public CoherenceSettings {
        leftOut = Set.copyOf(leftOut);
        if (auditsPerSecond < 0 || auditsPerSecond > AUDITS_MAX) {
            throw new IllegalArgumentException(
                    "audits of " + auditsPerSecond + " writes a second, not 0 to " + AUDITS_MAX);
        }
        if (logBytesMax < LOG_BYTES_MIN) {
            throw new IllegalArgumentException(
                    "invalidation log of " + logBytesMax + " bytes is under " + LOG_BYTES_MIN);
        }
    }
}
