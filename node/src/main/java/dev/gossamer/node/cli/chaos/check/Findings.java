package dev.gossamer.node.cli.chaos.check;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the checks made of a history.
 *
 * @param keys how many keys were checked
 * @param linearizable of how many keys linearizability was checked
 * @param undecided the keys whose search reached its bound: neither proved nor disproved
 * @param bounds what became of the reads with each bound, the smallest first
 */
public record Findings(
        int keys,
        int linearizable,
        List<Violation> violations,
        List<String> undecided,
        List<BoundFigures> bounds) {

    public Findings {
        violations = List.copyOf(violations);
        undecided = List.copyOf(undecided);
        bounds = List.copyOf(bounds);
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

    /**
     * In the shape that {@code --json} promises.
     *
     * @param originNanos the instant that times are shown from
     */
    public Map<String, Object> toMap(long originNanos) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("keysChecked", keys);
        map.put("keysCheckedForOrder", linearizable);
        map.put("keysUndecided", undecided);
        map.put("within", bounds.stream().map(BoundFigures::toMap).toList());
        Map<String, Object> numbers = new LinkedHashMap<>();
        Map<String, Object> evidence = new LinkedHashMap<>();
        for (Promise promise : Promise.values()) {
            numbers.put(promise.name(), counts().getOrDefault(promise, 0));
            smallest(promise)
                    .ifPresent(violation ->
                            evidence.put(promise.name(), Evidence.lines(violation, originNanos)));
        }
        map.put("violations", numbers);
        map.put("evidence", evidence);
        return map;
    }
}
