package dev.gossamer.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The client and everything it needs stay small; the build lays the jars out for this. */
class WeightIT {
    private static final long BYTES_MAX = 6_000_000;

    @Test
    void theClientAndAllItNeedsStayUnderSixMegabytes() throws IOException {
        Path target = Path.of("target");
        List<Path> jars =
                Stream.concat(
                                jars(target).filter(jar -> jar.toString().contains("client")),
                                jars(target.resolve("runtime-jars")))
                        .filter(jar -> !jar.toString().contains("-sources"))
                        .toList();
        assertThat(jars).anyMatch(jar -> jar.toString().contains("kryo"));
        assertThat(jars).anyMatch(jar -> jar.toString().contains("gossamer-client"));
        assertThat(jars.stream().mapToLong(WeightIT::size).sum()).isLessThan(BYTES_MAX);
        assertThat(jars).noneMatch(jar -> jar.toString().contains("netty"));
    }

    private static Stream<Path> jars(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList().stream();
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
