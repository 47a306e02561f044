package dev.gossamer.node.mesh.audit;

import java.time.Duration;
import java.util.List;

/**
 * What an auditor has found since its node's start.
 *
 * @param ratePerSecond how many writes it looks at in a second at most; 0 for none
 * @param windows in the order of their times
 * @param nearViolations near copies that would have answered reads they were too old for (C4)
 * @param ownerViolations owners that were behind what was acknowledged (C2)
 * @param worstStaleness how long after a write's acknowledgement an older near copy was seen to
 *     stand, at most; it may have answered reads that allowed for that
 * @param worstBeyond by how much, at most, such a copy was older than it claimed; zero without a
 *     violation
 * @param dropped writes that were to be looked at and for which there was no room
 * @param abandoned writes that were not looked at to the end, for the mesh changed meanwhile
 * @param recent the last violations, the oldest first
 */
public record AuditReport(
        int ratePerSecond,
        List<Window> windows,
        long nearViolations,
        long ownerViolations,
        Duration worstStaleness,
        Duration worstBeyond,
        long dropped,
        long abandoned,
        List<Violation> recent) {
    /** Of a node that looks at nothing. */
    public static final AuditReport NONE =
            new AuditReport(0, List.of(), 0, 0, Duration.ZERO, Duration.ZERO, 0, 0, List.of());

    public AuditReport {
        windows = List.copyOf(windows);
        recent = List.copyOf(recent);
    }

    public long violations() {
        return nearViolations + ownerViolations;
    }

    /**
     * How copies stood so long after their writes.
     *
     * @param samples writes of which every member told what it has, or one that it has something
     *     older
     * @param current those of which nobody had anything older
     * @param unanswered writes of which not every member told, and none that it has something older
     */
    public record Window(Duration after, long samples, long current, long unanswered) {
        /** The part that was current, 1 while there are no samples. */
        public double ratio() {
            return samples == 0 ? 1 : (double) current / samples;
        }
    }
}
