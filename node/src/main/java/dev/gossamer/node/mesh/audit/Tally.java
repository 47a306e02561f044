package dev.gossamer.node.mesh.audit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What an auditor has counted.
 *
 * <p><b>Threads.</b> Written by the auditor's lane, read by any.
 */
final class Tally {
    static final int RECENT = 32;

    final List<Duration> windows;
    final AtomicLongArray current;
    final AtomicLongArray stale;
    final AtomicLongArray unanswered;
    private final Map<Violation.Kind, AtomicLong> violations = new EnumMap<>(Violation.Kind.class);
    final AtomicLong worstStalenessNanos = new AtomicLong();
    final AtomicLong worstBeyondNanos = new AtomicLong();
    final AtomicLong dropped = new AtomicLong();
    final AtomicLong abandoned = new AtomicLong();

    /** Guarded by itself. */
    private final Deque<Violation> recent = new ArrayDeque<>();

    Tally(List<Duration> windows) {
        this.windows = List.copyOf(windows);
        for (Violation.Kind kind : Violation.Kind.values()) {
            violations.put(kind, new AtomicLong());
        }
        this.current = new AtomicLongArray(windows.size());
        this.stale = new AtomicLongArray(windows.size());
        this.unanswered = new AtomicLongArray(windows.size());
    }

    /** One look at one write is over. */
    void looked(int window, boolean isCurrent, boolean allAnswered) {
        if (!isCurrent) {
            stale.incrementAndGet(window);
        } else if (allAnswered) {
            current.incrementAndGet(window);
        } else {
            unanswered.incrementAndGet(window);
        }
    }

    void stood(long afterNanos) {
        worstStalenessNanos.accumulateAndGet(afterNanos, Math::max);
    }

    /** Counted at once; told of by {@link #tell} when its events are known. */
    void violated(Violation violation) {
        count(violation.kind()).incrementAndGet();
        if (violation.kind() == Violation.Kind.NEAR) {
            long beyond = violation.afterNanos() - violation.claimedNanos();
            worstBeyondNanos.accumulateAndGet(beyond, Math::max);
        }
    }

    void tell(Violation violation) {
        synchronized (recent) {
            if (recent.size() == RECENT) {
                recent.removeFirst();
            }
            recent.addLast(violation);
        }
    }

    long violations(Violation.Kind kind) {
        return count(kind).get();
    }

    private AtomicLong count(Violation.Kind kind) {
        return Objects.requireNonNull(violations.get(kind));
    }

    AuditReport.Window window(int index) {
        long good = current.get(index);
        long samples = good + stale.get(index);
        return new AuditReport.Window(windows.get(index), samples, good, unanswered.get(index));
    }

    AuditReport report(int ratePerSecond) {
        List<AuditReport.Window> all = new ArrayList<>();
        for (int i = 0; i < windows.size(); i++) {
            all.add(window(i));
        }
        List<Violation> told;
        synchronized (recent) {
            told = List.copyOf(recent);
        }
        return new AuditReport(
                ratePerSecond,
                all,
                violations(Violation.Kind.NEAR),
                violations(Violation.Kind.OWNER),
                Duration.ofNanos(worstStalenessNanos.get()),
                Duration.ofNanos(worstBeyondNanos.get()),
                dropped.get(),
                abandoned.get(),
                told);
    }
}
