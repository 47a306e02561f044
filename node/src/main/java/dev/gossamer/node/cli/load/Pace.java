package dev.gossamer.node.cli.load;

import dev.gossamer.node.cli.trace.Trace;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How fast a trace is replayed. */
public sealed interface Pace {
    Pattern PER_SECOND = Pattern.compile("([0-9]+)/s");
    Pattern TIMES = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)x");

    /** As fast as answers come. */
    record Unlimited() implements Pace {}

    /** So many accesses a second. */
    record PerSecond(long accesses) implements Pace {}

    /** As it was recorded, or so many times as fast. */
    record Recorded(double factor) implements Pace {}

    /**
     * Reads {@code max}, {@code 5000/s} or {@code 1x}.
     *
     * @throws IllegalArgumentException for anything else
     */
    static Pace parse(String text) {
        Matcher perSecond = PER_SECOND.matcher(text);
        if (perSecond.matches() && Long.parseLong(perSecond.group(1)) > 0) {
            return new PerSecond(Long.parseLong(perSecond.group(1)));
        }
        Matcher times = TIMES.matcher(text);
        if (times.matches() && Double.parseDouble(times.group(1)) > 0) {
            return new Recorded(Double.parseDouble(times.group(1)));
        }
        if (text.equals("max")) {
            return new Unlimited();
        }
        throw new IllegalArgumentException(
                "'" + text + "' is no speed; write max, a rate such as 5000/s, or 1x");
    }

    /** When the access at a position is due, in nanoseconds after the first. */
    default long dueNanos(Trace trace, int at) {
        return switch (this) {
            case Unlimited() -> 0;
            case PerSecond(long accesses) -> (long) (at * 1e9 / accesses);
            case Recorded(double factor) ->
                    (long) ((trace.micros(at) - trace.micros(0)) * 1e3 / factor);
        };
    }
}
