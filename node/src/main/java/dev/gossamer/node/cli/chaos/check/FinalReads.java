package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Whether what is there in the end, healed and quiet, is the work of the last writes (C2): a value
 * must not have been overwritten by an acknowledged write that began after it was stored, and
 * nothing may be there only if a removal explains it.
 */
final class FinalReads {
    private FinalReads() {}

    static Stream<Violation> check(KeyHistory key) {
        int auditor = key.circumstances().auditor();
        List<Call> reads = key.calls().stream().filter(call -> call.client() == auditor).toList();
        if (reads.isEmpty()) {
            return Stream.empty(); // the campaign was cut off before its end
        }
        Call last = reads.getLast();
        return switch (last.answer()) {
            case Answer.Found found -> overwritten(key, last, found).stream();
            case Answer.Absent _ -> vanished(key, last).stream();
            case Answer.Refused _, Answer.Unknown _ ->
                    Stream.of(violation(key, "the key cannot be read after all was healed", reads));
            case Answer.Done _, Answer.Declined _ ->
                    throw new IllegalArgumentException("the auditor only reads");
        };
    }

    private static Optional<Violation> overwritten(KeyHistory key, Call read, Answer.Found found) {
        Optional<Call> writer = key.writerOf(found.value());
        if (writer.isEmpty()) {
            return Optional.empty(); // Provenance says so
        }
        return latestDone(key, _ -> true)
                .filter(later -> key.surelyBefore(writer.get(), later))
                .map(later ->
                        violation(
                                key,
                                "an acknowledged write is lost: an older value is there in"
                                        + " the end",
                                List.of(writer.get(), later, read)));
    }

    private static Optional<Violation> vanished(KeyHistory key, Call read) {
        return latestDone(key, call -> call.action().stores())
                .filter(write -> !key.mayHaveBeenRemoved(write, read))
                .map(write -> {
                    List<Call> evidence = new ArrayList<>();
                    key.removals().stream()
                            .filter(removal -> key.surelyBefore(removal, write))
                            .reduce((_, later) -> later)
                            .ifPresent(evidence::add);
                    evidence.add(write);
                    evidence.add(read);
                    return violation(
                            key,
                            "an acknowledged write is lost: nothing is there in the end",
                            evidence);
                });
    }

    private static Optional<Call> latestDone(KeyHistory key, Predicate<Call> kind) {
        return key.calls().stream()
                .filter(Call::done)
                .filter(kind)
                .max(Comparator.comparingLong(Call::startNanos));
    }

    private static Violation violation(KeyHistory key, String sentence, List<Call> evidence) {
        return new Violation(Promise.C2, key.key(), sentence, evidence);
    }
}
