package dev.gossamer.node.cli.chaos.check;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the checks made of a history.
 *
 * @param keys how many keys were checked
 * @param linearizable of how many keys linearizability was checked
 * @param undecided the keys whose search reached its bound: neither proved nor disproved
 */
public record Findings(
        int keys, int linearizable, List<Violation> violations, List<String> undecided) {

    public Findings {
        violations = List.copyOf(violations);
        undecided = List.copyOf(undecided);
    }

    /** Whether every promise held, and was decided to. */
    public boolean clean() {
        return violations.isEmpty() && undecided.isEmpty();
    }

    /** How many violations there are of each promise that has one. */
    public Map<Promise, Integer> counts() {
        Map<Promise, Integer> counts = new EnumMap<>(Promise.class);
        violations.forEach(violation -> counts.merge(violation.promise(), 1, Integer::sum));
        return counts;
    }

    /** The violation of a promise that takes the fewest calls to show. */
    public Optional<Violation> smallest(Promise promise) {
        return violations.stream()
                .filter(violation -> violation.promise() == promise)
                .min(Comparator.comparingInt(violation -> violation.evidence().size()));
    }
}
