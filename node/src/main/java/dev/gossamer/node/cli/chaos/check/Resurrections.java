package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether something removed came back (C8): a read that begins after a removal was acknowledged
 * meets no value whose write was over before the removal began.
 *
 * <p>Reads within a bound may meet it until their bound is over: {@link BoundedReads} sees to it.
 *
 * <p>While the members of an {@code available} cache cannot reach one another, a side that has not
 * heard of the removal still answers the older value; nothing came back there, it never left. Such
 * reads are passed over.
 */
final class Resurrections {
    private final KeyHistory key;
    private final List<Call> removals;

    /** For each of the removals and all after it, the one that ended first. */
    private final Call[] firstEnded;

    private Resurrections(KeyHistory key) {
        this.key = key;
        this.removals = key.removals().stream().filter(Call::done).toList();
        this.firstEnded = new Call[removals.size()];
        for (int i = removals.size() - 1; i >= 0; i--) {
            Call own = removals.get(i);
            boolean last = i == removals.size() - 1;
            firstEnded[i] =
                    last || own.endNanos() <= firstEnded[i + 1].endNanos()
                            ? own
                            : firstEnded[i + 1];
        }
    }

    static Stream<Violation> check(KeyHistory key) {
        Resurrections check = new Resurrections(key);
        return key.callsOfPrimary().stream().flatMap(call -> check.of(call).stream());
    }

    private Optional<Violation> of(Call read) {
        if (!(read.answer() instanceof Answer.Found found)) {
            return Optional.empty();
        }
        return key.writerOf(found.value())
                .flatMap(writer ->
                        removalBetween(writer, read)
                                .map(removal ->
                                        new Violation(
                                                Promise.C8,
                                                key.key(),
                                                "a value came back after its removal",
                                                List.of(writer, removal, read))));
    }

    private Optional<Call> removalBetween(Call writer, Call read) {
        if (writer.effectiveByNanos() == Long.MAX_VALUE) {
            return Optional.empty();
        }
        int first = firstAfter(writer);
        if (first == removals.size() || firstEnded[first].endNanos() >= read.startNanos()) {
            return Optional.empty();
        }
        Call removal = firstEnded[first];
        boolean excused =
                !key.isLinearizable()
                        && key.circumstances().partitioned(removal.startNanos(), read.endNanos());
        return excused ? Optional.empty() : Optional.of(removal);
    }

    /** The index of the first removal that began surely after the write was over. */
    private int firstAfter(Call writer) {
        int low = 0;
        int high = removals.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (key.surelyBefore(writer, removals.get(middle))) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
