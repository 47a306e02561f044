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
 * @param leftOut what near copies are not held against, in a test of what notices that
 */
public record CoherenceSettings(
        int logBytesMax, DisseminationSettings dissemination, Set<NearCheck> leftOut) {
    private static final int LOG_BYTES_MIN = 4 << 10;

    public static final CoherenceSettings DEFAULT =
            new CoherenceSettings(16 << 20, DisseminationSettings.DEFAULT, Set.of());

    public CoherenceSettings {
        leftOut = Set.copyOf(leftOut);
        if (logBytesMax < LOG_BYTES_MIN) {
            throw new IllegalArgumentException(
                    "invalidation log of " + logBytesMax + " bytes is under " + LOG_BYTES_MIN);
        }
    }
}
