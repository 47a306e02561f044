package dev.gossamer.gossip.invalidation;

/**
 * What the dissemination has done and holds, for metrics. Counts only grow while the machine lives.
 *
 * @param logBytes this member's own log, now
 * @param receivedBytes logs of others, now
 * @param pendingBytes about messages that wait for their window, now
 * @param originsBehind other members of whom something is known to be missing, now
 * @param messages sent
 * @param bytes sent
 * @param payloadMessages sent messages that carried at least one invalidation
 * @param invalidationsSent invalidations in them
 * @param asks sent for what was missing here
 * @param answered invalidations sent because others asked
 * @param overrunsTold gaps of others that this member's log could not fill any more
 * @param overruns gaps here that no log could fill any more, and lives that began
 * @param duplicates invalidations received that were known
 * @param rejected messages that no member of this version writes
 */
public record Figures(
        long logBytes,
        long receivedBytes,
        long pendingBytes,
        long originsBehind,
        long messages,
        long bytes,
        long payloadMessages,
        long invalidationsSent,
        long asks,
        long answered,
        long overrunsTold,
        long overruns,
        long duplicates,
        long rejected) {
    static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
