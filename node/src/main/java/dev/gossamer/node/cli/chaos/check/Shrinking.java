package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.WriteId;
import dev.gossamer.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Makes a history of one key that is not linearizable as small as it can, so that a person can see
 * why. What is left is still a consequence of what happened: each step only takes away what no
 * linearizable history would miss.
 *
 * <ol>
 *   <li>Time is cut off: what began later is dropped, writes that ended later become open.
 *   <li>If it fails without looking at what conditional writes said about the value before them,
 *       then a value may go with its write and all its reads, or all removals with all reads that
 *       met nothing.
 *   <li>Single reads go.
 * </ol>
 *
 * <p><b>Cost.</b> At most {@code checksMax} searches.
 */
final class Shrinking {
    private static final Answer OPEN = new Answer.Unknown(ErrorCode.TIMEOUT);

    private final Predicate<List<Call>> fails;
    private int checksLeft;

    private Shrinking(Predicate<List<Call>> fails, int checksMax) {
        this.fails = fails;
        this.checksLeft = checksMax;
    }

    /**
     * @param calls of one key, which are not linearizable
     * @param configurationsMax bound of each search
     */
    static List<Call> smallest(List<Call> calls, long configurationsMax, int checksMax) {
        Shrinking strict = new Shrinking(those(true, configurationsMax), checksMax);
        List<Call> left = strict.cutTime(calls);
        Shrinking lax = new Shrinking(those(false, configurationsMax), strict.checksLeft);
        if (lax.stillFails(left)) {
            left = lax.withoutParts(left, Shrinking::byValue);
            return lax.withoutParts(left, Shrinking::eachRead);
        }
        return strict.withoutParts(left, Shrinking::eachRead);
    }

    private static Predicate<List<Call>> those(boolean strict, long configurationsMax) {
        return calls ->
                Linearizability.of(calls, strict, configurationsMax) == Linearizability.Verdict.NO;
    }

    private boolean stillFails(List<Call> calls) {
        return checksLeft-- > 0 && fails.test(calls);
    }

    private List<Call> cutTime(List<Call> calls) {
        List<Long> ends = calls.stream().map(Call::endNanos).distinct().sorted().toList();
        int low = 0;
        int high = ends.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (stillFails(until(calls, ends.get(middle)))) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        List<Call> cut = until(calls, ends.get(low));
        return stillFails(cut) ? cut : calls;
    }

    private static List<Call> until(List<Call> calls, long nanos) {
        List<Call> cut = new ArrayList<>();
        for (Call call : calls) {
            if (call.endNanos() <= nanos) {
                cut.add(call);
            } else if (call.startNanos() <= nanos
                    && call.action() != Action.GET
                    && !(call.answer() instanceof Answer.Refused)) {
                cut.add(call.with(OPEN));
            }
        }
        return cut.stream().filter(Shrinking::says).toList();
    }

    /** Refusals and reads without an answer say nothing. */
    private static boolean says(Call call) {
        return switch (call.answer()) {
            case Answer.Refused _ -> false;
            case Answer.Unknown _ -> call.action() != Action.GET;
            case Answer.Found _, Answer.Absent _, Answer.Done _, Answer.Declined _ -> true;
        };
    }

    /** Each value's write and reads; and, as one part, what makes and meets nothing. */
    private static List<List<Call>> byValue(List<Call> calls) {
        Map<Optional<WriteId>, List<Call>> parts = new LinkedHashMap<>();
        for (Call call : calls) {
            parts.computeIfAbsent(valueOf(call), _ -> new ArrayList<>()).add(call);
        }
        return List.copyOf(parts.values());
    }

    private static Optional<WriteId> valueOf(Call call) {
        if (call.answer() instanceof Answer.Found found) {
            return Optional.of(found.value());
        }
        return call.action().stores() ? Optional.of(call.id()) : Optional.empty();
    }

    private static List<List<Call>> eachRead(List<Call> calls) {
        return calls.stream().filter(call -> call.action() == Action.GET).map(List::of).toList();
    }

    /** Takes away ever smaller runs of parts, as long as what is left fails. */
    private List<Call> withoutParts(
            List<Call> calls, java.util.function.Function<List<Call>, List<List<Call>>> partsOf) {
        List<Call> left = calls;
        List<List<Call>> parts = new ArrayList<>(partsOf.apply(left));
        for (int size = Math.max(1, parts.size() / 2); size >= 1; size /= 2) {
            for (int from = 0; from < parts.size(); ) {
                int to = Math.min(parts.size(), from + size);
                List<Call> without = minus(left, parts.subList(from, to));
                if (stillFails(without)) {
                    left = without;
                    parts.subList(from, to).clear();
                } else {
                    from = to;
                }
            }
        }
        return left;
    }

    private static List<Call> minus(List<Call> calls, List<List<Call>> parts) {
        java.util.Set<WriteId> gone = new java.util.HashSet<>();
        parts.forEach(part -> part.forEach(call -> gone.add(call.id())));
        return calls.stream().filter(call -> !gone.contains(call.id())).toList();
    }
}
