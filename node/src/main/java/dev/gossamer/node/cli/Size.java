package dev.gossamer.node.cli;

import dev.gossamer.node.config.Readers;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes as people write it: {@code 256MiB}, {@code 1.5GiB} or plain {@code 4096}. */
record Size(long bytes) {
    private static final long BYTES_MAX = 1L << 50;

    static Size parse(String text) {
        try {
            return new Size(Readers.bytes(0, BYTES_MAX).apply(text));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
