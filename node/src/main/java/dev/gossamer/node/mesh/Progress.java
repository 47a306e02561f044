package dev.gossamer.node.mesh;

import dev.gossamer.node.mesh.Mesh.Transfer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How far the copying of slots under one topology has come.
 *
 * <p><b>Threads.</b> Belongs to one lane; what it tells is immutable.
 */
final class Progress {
    private static final double NANOS_PER_SECOND = 1e9;
    private final long sinceNanos;
    private final long bytesBefore;
    private final Map<Integer, Long> expected = new HashMap<>();
    private long bytesExpected;
    private int slotsDone;

    /**
     * @param bytesBefore transferred so far, for other reasons
     */
    Progress(long nowNanos, long bytesBefore) {
        this.sinceNanos = nowNanos;
        this.bytesBefore = bytesBefore;
    }

    /** A slot is to be copied, and will take about so many bytes. */
    void found(int slot, long bytes) {
        Long before = expected.put(slot, bytes);
        bytesExpected += bytes - (before == null ? 0 : before);
    }

    void done(int slot) {
        Long bytes = expected.remove(slot);
        if (bytes != null) {
            bytesExpected -= bytes;
            slotsDone++;
        }
    }

    /**
     * @param bytes transferred so far, for whatever reason
     */
    Transfer at(long nowNanos, long bytes) {
        int left = expected.size();
        double seconds = (nowNanos - sinceNanos) / NANOS_PER_SECOND;
        long moved = bytes - bytesBefore;
        long rate = seconds > 0 ? (long) (moved / seconds) : 0;
        double byBytes = rate > 0 ? (double) bytesExpected / rate : 0;
        double bySlots = slotsDone > 0 ? seconds * left / slotsDone : 0;
        long millis = left == 0 ? 0 : (long) (1000 * Math.max(byBytes, bySlots));
        return new Transfer(slotsDone, left, moved, bytesExpected, rate, Duration.ofMillis(millis));
    }
}
