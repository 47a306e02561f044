package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.Source;
import dev.gossamer.node.cli.chaos.history.Within;
import dev.gossamer.node.cli.chaos.history.WriteId;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A violation as lines that a person can follow: who asked what, when, and what came back. */
public final class Evidence {
    private static final int CALLS_MAX = 40;

    private Evidence() {}

    /**
     * @param originNanos the instant that times are shown from
     */
    public static List<String> lines(Violation violation, long originNanos) {
        List<String> lines = new ArrayList<>();
        Promise promise = violation.promise();
        lines.add(
                promise
                        + " ("
                        + promise.sentence()
                        + ") is broken on key "
                        + violation.key()
                        + ": "
                        + violation.sentence());
        violation.evidence().stream()
                .sorted(Comparator.comparingLong(Call::startNanos))
                .limit(CALLS_MAX)
                .forEach(call -> lines.add("  " + line(call, originNanos)));
        int more = violation.evidence().size() - CALLS_MAX;
        if (more > 0) {
            lines.add("  … and " + more + " more calls");
        }
        return lines;
    }

    private static String line(Call call, long originNanos) {
        return String.format(
                Locale.ROOT,
                "%12s … %12s  %-8s %s",
                seconds(call.startNanos() - originNanos),
                seconds(call.endNanos() - originNanos),
                call.client() + "-" + call.sequence(),
                words(call));
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.6f s", nanos / 1e9);
    }

    private static String words(Call call) {
        String asked =
                switch (call.action()) {
                    case GET -> "get" + call.within().map(Evidence::words).orElse("");
                    case PUT -> "put " + call.id();
                    case PUT_IF_ABSENT -> "put if absent " + call.id();
                    case REMOVE -> "remove";
                };
        return asked + " → " + words(call.answer());
    }

    private static String words(Answer answer) {
        return switch (answer) {
            case Answer.Found(WriteId value, Optional<Version> version, Source source) ->
                    value
                            + version.map(known -> " (version " + known + ")").orElse("")
                            + words(source);
            case Answer.Absent() -> "nothing";
            case Answer.Done() -> "done";
            case Answer.Declined() -> "condition not met";
            case Answer.Refused(var code) -> "refused: " + code;
            case Answer.Unknown(var code) -> "unknown: " + code;
        };
    }

    private static String words(Within within) {
        return " within "
                + within.bound().toMillis()
                + " ms"
                + (within.via() == Within.Via.ANY_MEMBER ? " from any member" : "");
    }

    private static String words(Source source) {
        return switch (source.speaker()) {
            case L0 -> ", L0, of " + source.ageMillis() + " ms";
            case NEAR_COPY -> ", near copy, of " + source.ageMillis() + " ms";
            case OWNER -> "";
        };
    }
}
