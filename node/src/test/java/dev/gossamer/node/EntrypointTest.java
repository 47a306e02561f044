package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** deploy/entrypoint.sh, with a java that only says how it was called. */
class EntrypointTest {
    private static final Path SCRIPT = Path.of("..", "deploy", "entrypoint.sh");
    private static final String JAVA =
            """
            #!/bin/sh
            case "$*" in
              *--help*) echo "Usage: of the node"; exit 0 ;;
              *broken*) echo "broken.yaml: no such file" >&2; exit 2 ;;
              *--print-jvm-flags) printf '%s\\n' -Xmx42m '-Djdk.serialFilter=!*' ;;
              *) printf '<%s>' "$@" ;;
            esac
            """;

    @TempDir Path folder;

    @BeforeEach
    void install() throws IOException {
        Path java = Files.writeString(folder.resolve("java"), JAVA);
        assertThat(java.toFile().setExecutable(true)).isTrue();
        // What the filter's pattern would become if the shell took it for file names.
        Files.createFile(folder.resolve("-Djdk.serialFilter=!x"));
    }

    private record Ended(int code, String output) {}

    private Ended run(String... words) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", SCRIPT.toAbsolutePath().toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().merge("PATH", folder + ":", (path, first) -> first + path);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    @Test
    void aNodeRunsWithTheFlagsThatFitItsConfiguration() throws Exception {
        Ended ended = run("node", "--config", "/etc/my nodes/a.yaml");
        assertThat(ended.output())
                .startsWith("<-Xmx42m><-Djdk.serialFilter=!*><-cp>")
                .endsWith(
                        "/gossamer-node.jar><dev.gossamer.node.cli.GossamerCommand>"
                                + "<node><--config></etc/my nodes/a.yaml>");
        assertThat(ended.code()).isZero();
    }

    @Test
    void otherCommandsRunAsTheyAre() throws Exception {
        assertThat(run("status", "--json").output())
                .contains("<-XX:+UseSerialGC>")
                .endsWith("<dev.gossamer.node.cli.GossamerCommand><status><--json>");
        assertThat(run("node", "--help")).isEqualTo(new Ended(0, "Usage: of the node\n"));
    }

    @Test
    void aConfigurationThatIsRefusedEndsTheContainerAndSaysWhy() throws Exception {
        assertThat(run("node", "--config", "broken.yaml"))
                .isEqualTo(new Ended(2, "broken.yaml: no such file\n"));
    }
}
