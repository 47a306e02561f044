package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.WriteId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Linearizability by trying every order of every choice: slow, short, and plainly right. */
final class AllOrders {
    private AllOrders() {}

    static boolean anyExplains(List<Call> calls) {
        List<Call> relevant =
                calls.stream()
                        .filter(call -> !(call.answer() instanceof Answer.Refused))
                        .filter(call ->
                                call.action() != Action.GET
                                        || !(call.answer() instanceof Answer.Unknown))
                        .toList();
        return explains(relevant, Optional.empty());
    }

    private static boolean explains(List<Call> left, Optional<WriteId> value) {
        if (left.stream().noneMatch(Call::answered)) {
            return true;
        }
        long end = left.stream().mapToLong(Call::effectiveByNanos).min().orElseThrow();
        for (Call next : left) {
            if (next.startNanos() <= end) {
                List<Call> rest = new ArrayList<>(left);
                rest.remove(next);
                Optional<Optional<WriteId>> after = after(next, value);
                if (after.isPresent() && explains(rest, after.get())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The value after the call; empty when it could not have been answered so. */
    private static Optional<Optional<WriteId>> after(Call call, Optional<WriteId> value) {
        boolean present = value.isPresent();
        boolean open = !call.answered();
        Optional<Optional<WriteId>> unchanged = Optional.of(value);
        Optional<Optional<WriteId>> stored = Optional.of(Optional.of(call.id()));
        Optional<Optional<WriteId>> removed = Optional.of(Optional.empty());
        return switch (call.action()) {
            case GET ->
                    unchanged.filter(_ ->
                            call.answer() instanceof Answer.Found found
                                    ? value.equals(Optional.of(found.value()))
                                    : !present);
            case PUT -> stored;
            case PUT_IF_ABSENT ->
                    (present ? unchanged : stored).filter(_ -> open || call.done() != present);
            case REMOVE -> removed.filter(_ -> open || call.done() == present);
        };
    }
}
