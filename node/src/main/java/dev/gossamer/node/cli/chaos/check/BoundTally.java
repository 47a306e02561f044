package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.Source.Speaker;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Collects {@link BoundFigures}, bound by bound. For one thread. */
final class BoundTally {
    private final Map<Duration, OfBound> bounds = new TreeMap<>();

    private static final class OfBound {
        private final Map<Speaker, Integer> answers = new EnumMap<>(Speaker.class);
        private int unanswered;
        private long oldestMillis;
        private long stalestNanos;
        private int allowed;

        private BoundFigures figures(Duration bound) {
            return new BoundFigures(
                    bound,
                    answers,
                    unanswered,
                    Duration.ofMillis(oldestMillis),
                    Duration.ofNanos(stalestNanos),
                    allowed);
        }
    }

    private OfBound of(Call read) {
        return bounds.computeIfAbsent(read.within().orElseThrow().bound(), _ -> new OfBound());
    }

    /** Counts a read with a bound. */
    void add(Call read) {
        OfBound bound = of(read);
        switch (read.answer()) {
            case Answer.Found found -> {
                bound.answers.merge(found.source().speaker(), 1, Integer::sum);
                bound.oldestMillis = Math.max(bound.oldestMillis, found.source().ageMillis());
            }
            case Answer.Absent _ -> bound.answers.merge(Speaker.OWNER, 1, Integer::sum);
            case Answer.Refused _, Answer.Unknown _ -> bound.unanswered++;
            case Answer.Done _, Answer.Declined _ ->
                    throw new IllegalArgumentException(read + " is no read");
        }
    }

    /** Its value had been overwritten so long before it. */
    void stale(Call read, long nanos) {
        OfBound bound = of(read);
        bound.stalestNanos = Math.max(bound.stalestNanos, nanos);
    }

    /** It was older than its bound, and might be. */
    void allowed(Call read) {
        of(read).allowed++;
    }

    List<BoundFigures> figures() {
        return bounds.entrySet().stream()
                .map(each -> each.getValue().figures(each.getKey()))
                .toList();
    }
}
