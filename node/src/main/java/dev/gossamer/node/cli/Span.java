package dev.gossamer.node.cli;

import dev.gossamer.node.config.Readers;
import java.time.Duration;
import picocli.CommandLine.TypeConversionException;

/** A length of time as people write it: {@code 500ms}, {@code 10s}, {@code 2m}. */
record Span(Duration duration) {
    private static final Duration LONGEST = Duration.ofDays(365);

    static Span parse(String text) {
        try {
            return new Span(Readers.duration(Duration.ZERO, LONGEST).apply(text));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
