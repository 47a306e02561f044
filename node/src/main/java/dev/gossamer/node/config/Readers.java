package dev.gossamer.node.config;

import dev.gossamer.protocol.Freshness;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How the text of a setting becomes a value. Every reader's error says what was written and what
 * would be right.
 */
public final class Readers {
    private static final Pattern QUANTITY =
            Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([A-Za-z]*)");
    private static final Map<String, Long> BYTE_UNITS =
            Map.of(
                    "",
                    1L,
                    "B",
                    1L,
                    "KB",
                    1_000L,
                    "MB",
                    1_000_000L,
                    "GB",
                    1_000_000_000L,
                    "KIB",
                    1L << 10,
                    "MIB",
                    1L << 20,
                    "GIB",
                    1L << 30,
                    "TIB",
                    1L << 40);
    private static final Map<String, Duration> TIME_UNITS =
            Map.of(
                    "us",
                    Duration.ofNanos(1_000),
                    "ms",
                    Duration.ofMillis(1),
                    "s",
                    Duration.ofSeconds(1),
                    "m",
                    Duration.ofMinutes(1),
                    "h",
                    Duration.ofHours(1),
                    "d",
                    Duration.ofDays(1));

    private Readers() {}

    public static Function<String, String> text() {
        return text -> {
            if (text.isBlank()) {
                throw new IllegalArgumentException("is empty");
            }
            return text;
        };
    }

    /** Empty text means absent. */
    public static <T> Function<String, Optional<T>> optional(Function<String, T> reader) {
        return text -> text.isEmpty() ? Optional.empty() : Optional.of(reader.apply(text));
    }

    public static Function<String, Integer> integer(int min, int max) {
        return text -> {
            try {
                int value = Integer.parseInt(text);
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("'" + text + "' is not a whole number", e);
            }
            throw new IllegalArgumentException(text + " is outside [" + min + ", " + max + "]");
        };
    }

    /** A size in bytes with a unit: {@code 256MiB}, {@code 1.5GiB}, {@code 4096B}. */
    public static Function<String, Long> bytes(long min, long max) {
        return text -> {
            Matcher parts = QUANTITY.matcher(text.strip());
            Long unit =
                    parts.matches()
                            ? BYTE_UNITS.get(parts.group(2).toUpperCase(Locale.ROOT))
                            : null;
            if (unit == null) {
                throw new IllegalArgumentException(
                        "'" + text + "' is not a size; write a number and a unit, such as 256MiB");
            }
            BigDecimal exact = new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit));
            if (exact.compareTo(BigDecimal.valueOf(min)) < 0
                    || exact.compareTo(BigDecimal.valueOf(max)) > 0) {
                throw new IllegalArgumentException(
                        text + " is outside [" + min + " B, " + max + " B]");
            }
            return exact.longValue();
        };
    }

    /** A time with a unit: {@code 200ms}, {@code 8s}, {@code 10m}. */
    public static Function<String, Duration> duration(Duration min, Duration max) {
        return text -> {
            Matcher parts = QUANTITY.matcher(text.strip());
            Duration unit = parts.matches() ? TIME_UNITS.get(parts.group(2)) : null;
            if (unit == null) {
                throw new IllegalArgumentException(
                        "'"
                                + text
                                + "' is not a time; write a number and a unit of us, ms, s, m, h or d, such as 8s");
            }
            BigDecimal nanos =
                    new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit.toNanos()));
            Duration value =
                    nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                            ? max.plusNanos(1)
                            : Duration.ofNanos(nanos.longValue());
            if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
                throw new IllegalArgumentException(
                        text + " is outside [" + show(min) + ", " + show(max) + "]");
            }
            return value;
        };
    }

    /** {@code latest}, {@code any}, or a time up to which a near copy may answer. */
    public static Function<String, Freshness> freshness(Duration max) {
        Function<String, Duration> bound = duration(Duration.ZERO, max);
        return text ->
                switch (text) {
                    case "latest" -> Freshness.LATEST;
                    case "any" -> Freshness.ANY;
                    default -> new Freshness.Within(bound.apply(text));
                };
    }

    private static String show(Duration duration) {
        return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }

    public static Function<String, Boolean> flag() {
        return text ->
                switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default ->
                            throw new IllegalArgumentException(
                                    "'" + text + "' is not one of: true, false");
                };
    }

    /** One of an enum's names, written in lower case with dashes. */
    public static <E extends Enum<E>> Function<String, E> choice(Class<E> type) {
        return text -> {
            for (E constant : type.getEnumConstants()) {
                if (nameOf(constant).equals(text)) {
                    return constant;
                }
            }
            String known =
                    Arrays.stream(type.getEnumConstants())
                            .map(Readers::nameOf)
                            .collect(Collectors.joining(", "));
            throw new IllegalArgumentException("'" + text + "' is not one of: " + known);
        };
    }

    private static String nameOf(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Texts separated by commas; empty text is an empty list. */
    public static Function<String, List<String>> list() {
        return text ->
                Arrays.stream(text.split(","))
                        .map(String::strip)
                        .filter(item -> !item.isEmpty())
                        .toList();
    }
}
