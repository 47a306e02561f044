package dev.gossamer.node.cli.chaos;

import dev.gossamer.node.cli.chaos.fault.FaultKind;
import dev.gossamer.node.cli.chaos.history.Recorder;
import dev.gossamer.node.cli.chaos.mesh.MeshPlan;
import dev.gossamer.node.mesh.coherence.NearCheck;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a campaign shall do.
 *
 * @param downMax members out at once at most
 * @param time how long faults are injected
 * @param seed of faults and calls
 * @param keys different keys of all caches together
 * @param ratePerSecond calls of all clients together
 * @param patience how long the mesh may take to be whole after a fault
 * @param historyBytesMax memory for recorded calls; the faults end early when it is full
 * @param unchecked what near copies are not held against, on nodes and, of watermarks, in clients:
 *     to see that the campaign notices
 */
public record CampaignPlan(
        MeshPlan mesh,
        int downMax,
        Duration time,
        long seed,
        Set<FaultKind> faults,
        int clients,
        int keys,
        int ratePerSecond,
        Duration patience,
        long historyBytesMax,
        Set<NearCheck> unchecked) {

    public CampaignPlan {
        faults = Set.copyOf(faults);
        unchecked = Set.copyOf(unchecked);
        if (mesh.members() < 2) {
            throw new IllegalArgumentException("--nodes " + mesh.members() + " is no mesh");
        }
        if (downMax < 1 || downMax >= mesh.members()) {
            throw new IllegalArgumentException(
                    "--down " + downMax + " is outside [1, " + (mesh.members() - 1) + "]");
        }
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("--minutes must be more than 0");
        }
        if (keys < 1) {
            throw new IllegalArgumentException("--keys " + keys + " is less than 1");
        }
        if (historyBytesMax < 1_000L * Recorder.CALL_BYTES) {
            throw new IllegalArgumentException("--history-memory holds less than 1,000 calls");
        }
    }

    /** What the processes of the campaign are started with, beside the usual. */
    List<String> jvmFlags() {
        String names =
                unchecked.stream()
                        .map(check -> check.name().toLowerCase(Locale.ROOT))
                        .sorted()
                        .collect(Collectors.joining(","));
        return names.isEmpty() ? List.of() : List.of("-D" + NearCheck.LEFT_OUT + "=" + names);
    }

    /** The number of the session that reads every key in the end. */
    public int auditor() {
        return clients;
    }

    /**
     * How many members may be out at once when nobody says so: as many as C2 covers, and never a
     * majority.
     */
    public static int downDefault(int members, int replication) {
        return Math.max(1, Math.min(replication - 1, (members - 1) / 2));
    }
}
