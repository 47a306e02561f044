package dev.gossamer.node.cli.chaos.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All calls of a campaign and the circumstances they were made under. Immutable.
 *
 * @param calls in the order of their starts
 */
public record History(Circumstances circumstances, List<Call> calls) {
    private static final Comparator<Call> BY_START =
            Comparator.comparingLong(Call::startNanos)
                    .thenComparingInt(Call::client)
                    .thenComparingInt(Call::sequence);

    public History {
        calls = calls.stream().sorted(BY_START).toList();
    }

    /** The calls of each key, in the order of their starts. */
    public Map<String, List<Call>> byKey() {
        Map<String, List<Call>> keys = new TreeMap<>();
        for (Call call : calls) {
            keys.computeIfAbsent(call.key(), _ -> new ArrayList<>()).add(call);
        }
        return keys;
    }
}
