package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.Circumstances;
import dev.gossamer.node.cli.chaos.history.Consistency;
import dev.gossamer.node.cli.chaos.history.History;
import dev.gossamer.node.cli.chaos.history.Period;
import dev.gossamer.node.cli.chaos.history.Source;
import dev.gossamer.node.cli.chaos.history.Within;
import dev.gossamer.node.cli.chaos.history.WriteId;
import dev.gossamer.protocol.Epoch;
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
 * them; {@code a@7} is value a with version 7, {@code a@7~} with one of a smaller side of a
 * partition. Outcomes: {@code ok}, {@code no}, {@code nothing}, {@code ?} for unknown, {@code
 * refused}.
 *
 * <p>{@code get200} and {@code get1000} read within so many milliseconds, {@code ask200} and {@code
 * ask1000} do so from any member; {@code a@7/L0:30} was found in L0, current 30 ms ago, {@code
 * a@7/L1:30} in a near copy.
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
                    case "get", "get200", "get1000", "ask200", "ask1000" -> Action.GET;
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
                        within(words[3]),
                        answer(words[words.length - 1]),
                        nanos(words[1]),
                        nanos(words[2])));
    }

    private static Optional<Within> within(String verb) {
        return switch (verb) {
            case "get200" -> Optional.of(Within.CLIENT_200_MS);
            case "get1000" -> Optional.of(Within.CLIENT_1_S);
            case "ask200" -> Optional.of(Within.MEMBER_200_MS);
            case "ask1000" -> Optional.of(Within.MEMBER_1_S);
            default -> Optional.empty();
        };
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
            default -> found(word.split("/", -1));
        };
    }

    private Answer found(String[] parts) {
        String[] value = parts[0].split("@", -1);
        Optional<Version> version =
                value.length == 1 ? Optional.empty() : Optional.of(version(value[1]));
        WriteId writer = values.getOrDefault(value[0], WriteId.FOREIGN);
        Source source = parts.length == 1 ? Source.OWNER : source(parts[1].split(":", -1));
        return new Answer.Found(writer, version, source);
    }

    private static Version version(String text) {
        long agreed = Epoch.agreed(1);
        boolean few = text.endsWith("~");
        String clock = few ? text.substring(0, text.length() - 1) : text;
        long epoch = few ? Epoch.provisional(agreed, 1) : agreed;
        return new Version(epoch, Long.parseLong(clock), new MemberId(1));
    }

    private static Source source(String[] tierAndAge) {
        return Source.of(Source.Tier.valueOf(tierAndAge[0]), Long.parseLong(tierAndAge[1]));
    }
}
