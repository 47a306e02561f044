package dev.gossamer.node.cli.chaos;

import dev.gossamer.node.cli.chaos.fault.Fault;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.Period;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A fault as it was injected.
 *
 * @param lasted from the instant it struck until it was undone
 * @param keysHit the keys whose primary was among its victims when it struck
 */
public record Injected(Fault fault, Period lasted, Set<String> keysHit) {
    /** Within so much time after the network works again, the mesh is one (C9). */
    private static final long MERGE_NANOS = Duration.ofSeconds(15).toNanos();

    private static final long SOON_NANOS = Duration.ofSeconds(1).toNanos();

    public Injected {
        keysHit = Set.copyOf(keysHit);
    }

    /** When members may have been apart, until the mesh must be one again. */
    Period apart() {
        return new Period(lasted.startNanos(), lasted.endNanos() + MERGE_NANOS);
    }

    /**
     * How long the keys that were hit went unanswered: for each that somebody asked for within a
     * second of the fault, from the first call after it to the end of the first one answered. In
     * ascending order; a key that was never answered again is left out, and so are reads within a
     * bound, for copies answer them.
     *
     * @param calls in the order of their starts
     */
    List<Duration> recoveries(List<Call> calls) {
        Map<String, Long> asked = new HashMap<>();
        Map<String, Duration> waits = new HashMap<>();
        for (Call call : calls) {
            boolean counts = call.forPrimary() && call.startNanos() >= lasted.startNanos();
            if (counts && keysHit.contains(call.key())) {
                long first = asked.merge(call.key(), call.startNanos(), Math::min);
                boolean soon = first - lasted.startNanos() <= SOON_NANOS;
                if (soon && call.answered()) {
                    waits.merge(
                            call.key(),
                            Duration.ofNanos(call.endNanos() - first),
                            (left, right) -> left.compareTo(right) <= 0 ? left : right);
                }
            }
        }
        return waits.values().stream().sorted().toList();
    }
}
