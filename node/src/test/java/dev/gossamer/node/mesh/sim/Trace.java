package dev.gossamer.node.mesh.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * What happened last, for people, and a number that two runs share only if they went the same way.
 */
final class Trace {
    private static final int LINES_MAX = 20_000;
    private static final long PRIME = 0x100000001b3L;
    private static final double NANOS_PER_SECOND = 1e9;

    private record Line(long atNanos, int who, String what, Object detail) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%10.6f  %s %-10s %s",
                    atNanos / NANOS_PER_SECOND,
                    who == 0 ? "  " : "m" + who,
                    what,
                    detail);
        }
    }

    private final Deque<Line> lines = new ArrayDeque<>();
    private long hash = 0xcbf29ce484222325L;

    void note(long atNanos, int who, String what, Object detail) {
        hash = (hash ^ atNanos) * PRIME;
        hash = (hash ^ who) * PRIME;
        hash = (hash ^ what.hashCode()) * PRIME;
        if (lines.size() == LINES_MAX) {
            lines.removeFirst();
        }
        lines.addLast(new Line(atNanos, who, what, detail));
    }

    long hash() {
        return hash;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }
}
