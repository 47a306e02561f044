package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether every value that was read was written, not refused, and not read before (C14). */
final class Provenance {
    private Provenance() {}

    static Stream<Violation> check(KeyHistory key) {
        return key.calls().stream().flatMap(call -> check(key, call).stream());
    }

    private static Optional<Violation> check(KeyHistory key, Call read) {
        if (!(read.answer() instanceof Answer.Found found)) {
            return Optional.empty();
        }
        Optional<Call> writer = key.callOf(found.value());
        if (writer.isEmpty()) {
            return violation(key, "a read met a value that nobody wrote there", List.of(read));
        }
        if (!writer.get().mayHaveHappened()) {
            return violation(
                    key, "a read met a value that was not stored", List.of(writer.get(), read));
        }
        return writer.get().startNanos() > read.endNanos()
                ? violation(
                        key,
                        "a read met a value before it was written",
                        List.of(read, writer.get()))
                : Optional.empty();
    }

    private static Optional<Violation> violation(
            KeyHistory key, String sentence, List<Call> evidence) {
        return Optional.of(new Violation(Promise.C14, key.key(), sentence, evidence));
    }
}
