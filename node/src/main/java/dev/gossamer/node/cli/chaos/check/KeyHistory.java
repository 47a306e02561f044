package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.Circumstances;
import dev.gossamer.node.cli.chaos.history.Consistency;
import dev.gossamer.node.cli.chaos.history.WriteId;
import dev.gossamer.protocol.Version;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The calls of one key, with what the checks ask about them: who wrote a value, which version it
 * has, and which removals could explain that nothing is there.
 */
final class KeyHistory {
    /**
     * Two sides of a partition order writes by their members' clocks, which count milliseconds and
     * differ a little: of two writes closer than this, either may win the merge.
     */
    private static final long SLACK_NANOS = 100_000_000;

    private final String key;
    private final List<Call> calls;
    private final Circumstances circumstances;
    private final Consistency consistency;
    private final Map<WriteId, Call> writers = new HashMap<>();
    private final Map<WriteId, Version> versions = new HashMap<>();

    /** Those that may have happened, by start. */
    private final List<Call> removals;

    KeyHistory(String key, List<Call> calls, Circumstances circumstances) {
        this.key = key;
        this.calls = calls;
        this.circumstances = circumstances;
        this.consistency = circumstances.of(calls.getFirst().cache());
        this.removals =
                calls.stream()
                        .filter(call -> call.action() == Action.REMOVE && call.mayHaveHappened())
                        .toList();
        calls.stream()
                .filter(call -> call.action().stores())
                .forEach(call -> writers.put(call.id(), call));
        calls.forEach(this::learnVersion);
    }

    /** A write that was applied twice has two versions; only the smaller is surely reached. */
    private void learnVersion(Call call) {
        if (call.answer() instanceof Answer.Found(WriteId value, Optional<Version> version, _)) {
            version.ifPresent(
                    found -> versions.merge(value, found, (left, right) -> min(left, right)));
        }
    }

    private Version min(Version left, Version right) {
        return order().compare(left, right) <= 0 ? left : right;
    }

    String key() {
        return key;
    }

    List<Call> calls() {
        return calls;
    }

    /** Those that must form one order: reads within a bound do not. */
    List<Call> callsOfPrimary() {
        return calls.stream().filter(Call::forPrimary).toList();
    }

    Circumstances circumstances() {
        return circumstances;
    }

    Comparator<Version> order() {
        return consistency.order();
    }

    /** Whether all reads and writes of this key must form one order. */
    boolean isLinearizable() {
        return consistency == Consistency.CONSISTENT || circumstances.partitions().isEmpty();
    }

    /** How much earlier a write may have ended than another began, and yet win over it. */
    long slackNanos() {
        return isLinearizable() ? 0 : SLACK_NANOS;
    }

    /** The call that stored a value, unless nobody did or it was refused. */
    Optional<Call> writerOf(WriteId value) {
        return Optional.ofNullable(writers.get(value)).filter(Call::mayHaveHappened);
    }

    /** Any call that tried to store a value. */
    Optional<Call> callOf(WriteId value) {
        return Optional.ofNullable(writers.get(value));
    }

    /** The version of a value, as far as any read showed it. */
    Optional<Version> versionOf(WriteId value) {
        return Optional.ofNullable(versions.get(value));
    }

    List<Call> removals() {
        return removals;
    }

    /** Whether {@code earlier} was over before {@code later} began, clocks considered. */
    boolean surelyBefore(Call earlier, Call later) {
        long end = earlier.effectiveByNanos();
        return end != Long.MAX_VALUE && end + slackNanos() < later.startNanos();
    }

    /**
     * Whether a removal can have taken away, before {@code read} ended, what {@code write} stored.
     */
    boolean mayHaveBeenRemoved(Call write, Call read) {
        return removals.stream()
                .anyMatch(removal ->
                        !surelyBefore(removal, write) && removal.startNanos() <= read.endNanos());
    }
}
