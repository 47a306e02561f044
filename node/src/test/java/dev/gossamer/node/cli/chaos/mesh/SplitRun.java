package dev.gossamer.node.cli.chaos.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a {@link Split} on the clients' host of a network of its own, which takes a process of its
 * own.
 */
final class SplitRun {
    private static final int PATIENCE_SECONDS = 300;

    private SplitRun() {}

    /**
     * Runs it, and fails with what it said when it fails.
     *
     * @param atLeast how long the members are apart
     */
    static void of(Path folder, Duration atLeast) throws IOException, InterruptedException {
        List<Network> made = new ArrayList<>();
        assumeThatCode(() -> made.add(Network.create(folder, Split.MEMBERS + 1)))
                .doesNotThrowAnyException();
        Network network = made.getFirst();
        try {
            run(network, folder, atLeast);
        } finally {
            network.remove();
        }
    }

    private static void run(Network network, Path folder, Duration atLeast)
            throws IOException, InterruptedException {
        Path output = folder.resolve("split.txt");
        List<String> command = new ArrayList<>(network.onClient());
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.net.preferIPv4Stack=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Split.class.getName(),
                        folder.toString(),
                        network.prefix(),
                        atLeast.toString()));
        Process inner =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(inner.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as(Files.readString(output))
                    .isTrue();
        } finally {
            inner.destroyForcibly();
        }
        assertThat(inner.exitValue()).as(Files.readString(output)).isZero();
        Files.copy(output, Path.of("target", "split.txt"), StandardCopyOption.REPLACE_EXISTING);
    }
}
