package dev.gossamer.node.cli.terminal;

import java.time.Duration;
import java.util.Locale;

/** Numbers as people read them. */
public final class Figures {
    private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Figures() {}

    /** With thousands separated: {@code 1,234,567}. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** In the largest unit that leaves a number of at least one: {@code 1.5 GiB}. */
    public static String bytes(long bytes) {
        double scaled = bytes;
        int unit = 0;
        while (scaled >= 1024 && unit < BYTE_UNITS.length - 1) {
            scaled /= 1024;
            unit++;
        }
        String digits = unit == 0 || scaled >= 100 ? "%.0f %s" : "%.1f %s";
        return String.format(Locale.ROOT, digits, scaled, BYTE_UNITS[unit]);
    }

    /** A part of one as {@code 12.34 %}. */
    public static String percent(double part) {
        return String.format(Locale.ROOT, "%.2f %%", part * 100);
    }

    /** A latency: {@code 830 ns}, {@code 41 µs}, {@code 1.25 ms}, {@code 2.0 s}. */
    public static String latency(long nanos) {
        if (nanos < 1_000) {
            return nanos + " ns";
        }
        if (nanos < 1_000_000) {
            return String.format(Locale.ROOT, "%.0f µs", nanos / 1e3);
        }
        if (nanos < 1_000_000_000) {
            return String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
        }
        return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
    }

    /** A time that somebody waits: {@code 0.8 s}, {@code 42 s}, {@code 3 min 5 s}. */
    public static String elapsed(Duration time) {
        long seconds = time.toSeconds();
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
        }
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds / 60 + " min " + seconds % 60 + " s";
    }
}
