package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.Circumstances;
import dev.gossamer.node.cli.chaos.history.Consistency;
import dev.gossamer.node.cli.chaos.history.History;
import dev.gossamer.node.cli.chaos.history.Period;
import dev.gossamer.node.cli.chaos.history.WriteId;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Histories of one key, written by hand, a line a call: {@code client start end put|get|remove|add
 * [= outcome]}. Times are seconds; values are named by letters, which stand for the call that puts
 * them; {@code a@7} is value a with version 7. Outcomes: {@code ok}, {@code no}, {@code nothing},
 * {@code ?} for unknown, {@code refused}.
 */
final class Script {
    static final int AUDITOR = 99;
    static final String CONSISTENT_KEY = "consistent:k";
    static final String AVAILABLE_KEY = "available:k";

    private static final long SECOND = 1_000_000_000;

    private final String key;
    private final Map<String, WriteId> values = new HashMap<>();
    private final Map<Integer, Integer> sequences = new HashMap<>();
    private final List<Call> calls = new ArrayList<>();
    private final List<Period> partitions = new ArrayList<>();

    private Script(String key) {
        this.key = key;
    }

    static Script consistent(String... lines) {
        return new Script(CONSISTENT_KEY).add(lines);
    }

    static Script available(String... lines) {
        return new Script(AVAILABLE_KEY).add(lines);
    }

    Script partitioned(int fromSecond, int toSecond) {
        partitions.add(new Period(fromSecond * SECOND, toSecond * SECOND));
        return this;
    }

    List<Call> calls() {
        return calls;
    }

    History history() {
        return new History(
                new Circumstances(
                        1,
                        AUDITOR,
                        Map.of(
                                "consistent",
                                Consistency.CONSISTENT,
                                "available",
                                Consistency.AVAILABLE),
                        partitions),
                calls);
    }

    Findings findings() {
        return Checks.of(history(), _ -> {});
    }

    private Script add(String... lines) {
        for (String line : lines) {
            addLine(line.strip().split(" +", -1));
        }
        return this;
    }

    private void addLine(String[] words) {
        int client = words[0].equals("end") ? AUDITOR : Integer.parseInt(words[0]);
        int sequence = sequences.merge(client, 1, Integer::sum) - 1;
        Action action =
                switch (words[3]) {
                    case "get" -> Action.GET;
                    case "put" -> Action.PUT;
                    case "add" -> Action.PUT_IF_ABSENT;
                    case "remove" -> Action.REMOVE;
                    default -> throw new IllegalArgumentException(words[3]);
                };
        if (action.stores()) {
            values.put(words[4], new WriteId(client, sequence));
        }
        calls.add(
                new Call(
                        client,
                        sequence,
                        key,
                        action,
                        answer(words[words.length - 1]),
                        nanos(words[1]),
                        nanos(words[2])));
    }

    private static long nanos(String seconds) {
        return (long) (Double.parseDouble(seconds) * SECOND);
    }

    private Answer answer(String word) {
        return switch (word) {
            case "ok" -> Answer.DONE;
            case "no" -> Answer.DECLINED;
            case "nothing" -> Answer.ABSENT;
            case "?" -> new Answer.Unknown(ErrorCode.TIMEOUT);
            case "refused" -> new Answer.Refused(ErrorCode.CLUSTERDOWN);
            default -> found(word.split("@", -1));
        };
    }

    private Answer found(String[] value) {
        Optional<Version> version =
                value.length == 1
                        ? Optional.empty()
                        : Optional.of(new Version(1, Long.parseLong(value[1]), new MemberId(1)));
        WriteId writer = values.getOrDefault(value[0], WriteId.FOREIGN);
        return new Answer.Found(writer, version);
    }
}
