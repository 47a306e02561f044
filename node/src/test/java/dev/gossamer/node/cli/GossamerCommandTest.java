package dev.gossamer.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class GossamerCommandTest {
    private static final int COLUMNS = 100;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<String> nodes = new ArrayList<>();
    private final CommandLine command =
            GossamerCommand.commandLine(
                    (file, flags) -> nodes.add(file + " " + flags),
                    new Terminal(out, err, COLUMNS, false, false));

    @TempDir private Path folder;

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theHeapOfANodeHoldsTheIndexOfItsSsdAndWhatIsOnItsWayThere() throws IOException {
        assertThat(heapMiB("memory: {max-bytes: 64MiB}")).isEqualTo(64 * 3 / 2 + 128);
        assertThat(
                        heapMiB(
                                "memory: {max-bytes: 64MiB}",
                                "disk: {bytes-max: 64GiB, index-bytes-max: 128MiB,"
                                        + " staging-bytes-max: 32MiB}"))
                .isEqualTo((64 + 128 + 32) * 3 / 2 + 128);
        assertThat(out()).contains("-XX:MaxDirectMemorySize=" + (256 + 64) + "m");
    }

    @Test
    void anIndexThatTheDiskIsTooSmallForNeedsNoHeap() throws IOException {
        assertThat(
                        heapMiB(
                                "memory: {max-bytes: 64MiB}",
                                "disk: {bytes-max: 512MiB, index-bytes-max: 1GiB,"
                                        + " staging-bytes-max: 32MiB}"))
                .isEqualTo((64 + 512 / 4 + 32) * 3 / 2 + 128);
    }

    private long heapMiB(String... yaml) throws IOException {
        Path file = Files.write(folder.resolve("node.yaml"), List.of(yaml));
        out.reset();
        assertThat(command.execute("node", "--config", file.toString(), "--print-jvm-flags"))
                .isZero();
        return out().lines()
                .filter(line -> line.startsWith("-Xmx"))
                .mapToLong(line -> Long.parseLong(line.substring(4, line.length() - 1)))
                .sum();
    }

    @Test
    void everyCommandHasHelpWithAnExample() {
        checkHelp(command, "");
    }

    private void checkHelp(CommandLine parent, String before) {
        parent.getSubcommands()
                .forEach((last, sub) -> {
                    String name = before + last;
                    out.reset();
                    assertThat(command.execute((name + " --help").split(" "))).as(name).isZero();
                    boolean shown = !sub.getCommandSpec().usageMessage().hidden();
                    assertThat(out()).as(name).contains("Usage: gossamer " + name);
                    if (shown) {
                        assertThat(out()).as(name).contains("Example", "gossamer " + name);
                    }
                    checkHelp(sub, name + " ");
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "upp                                      | up",
                "up --nodes many                          | --nodes",
                "up --nodes 0                             | [1, 100]",
                "up --nodes 2 --replication 3             | --replication 3",
                "up --base-port 65500                     | --base-port",
                "up --memory much                         | is not a size",
                "up --memory 1KiB                         | less than 1MiB",
                "node                                     | --config",
                "get                                      | KEY",
                "bench --ratio 3                          | --ratio",
                "replay --trace x --capacity lots         | lots",
                "replay --trace x --speed fast            | speed",
                "chaos --faults flood                     | flood",
                "chaos --nodes 5 --down 5                 | --down 5",
                "chaos --nodes 3 --replication 4          | --replication 4",
                "chaos --minutes 0                        | --minutes",
                "completion fish                          | fish",
                "disk inspekt                             | inspekt",
                "disk verify one two                      | two",
                "disk dump --value-size much              | is not a size",
                "down --frobnicate                        | --frobnicate",
            })
    void whatIsNotUnderstoodIsNamedAndExitsWithTwo(String arguments, String named) {
        assertThat(command.execute(arguments.strip().split(" +"))).isEqualTo(2);
        assertThat(err()).contains(named.strip()).doesNotContain("Exception", "\tat ");
        assertThat(out()).isEmpty();
    }

    @Test
    void aFailureIsOneSentenceAndExitsWithOne() {
        assertThat(command.execute("status", "--admin", "127.0.0.1:1")).isEqualTo(1);
        assertThat(err().lines()).hasSize(1);
        assertThat(err()).contains("no node answered at http://127.0.0.1:1", "gossamer up");
        assertThat(out()).isEmpty();
    }

    @Test
    void anAddressThatIsNoneIsNamed() {
        assertThat(command.execute("get", "k", "--mesh", "redis://127.0.0.1:1")).isEqualTo(1);
        assertThat(err()).contains("--mesh", "gossamer://").hasLineCount(1);
        err.reset();
        assertThat(command.execute("status", "--admin", "http://")).isEqualTo(1);
        assertThat(err()).contains("--admin").hasLineCount(1);
    }

    @Test
    void verboseShowsWhereAFailureCameFrom() {
        assertThat(command.execute("status", "--admin", "127.0.0.1:1", "--verbose")).isEqualTo(1);
        assertThat(err()).contains("ConnectException");
    }

    @Test
    void downOnAFolderWithoutAMeshSaysSoAndIsNoFailure() {
        String data = folder.resolve("none").toString();
        assertThat(command.execute("down", "--data", data)).isZero();
        assertThat(out()).contains("nothing to stop");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @Test
    void nodePassesTheFileAndTheOverridingSettingsOn() {
        assertThat(command.execute("node", "--config", "n.yaml", "--set", "log.level=debug"))
                .isZero();
        assertThat(nodes).containsExactly("n.yaml {log.level=debug}");
    }

    @Test
    void configOfAFileShowsWhoSaidWhat() throws java.io.IOException {
        Path file = Files.writeString(folder.resolve("n.yaml"), "memory: {max-bytes: 64MiB}\n");
        assertThat(command.execute("config", "--config", file.toString(), "memory")).isZero();
        assertThat(out()).contains("memory.max-bytes", "64MiB", "n.yaml:1");
        assertThat(out()).doesNotContain("ports.redis");
    }

    @Test
    void anUnknownSettingInAFileIsRefusedByName() throws java.io.IOException {
        Path file = Files.writeString(folder.resolve("n.yaml"), "memory: {max-byte: 64MiB}\n");
        assertThat(command.execute("config", "--config", file.toString())).isEqualTo(1);
        assertThat(err()).contains("memory.max-byte", "memory.max-bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh"})
    void completionKnowsTheCommandsButNotTheHiddenOnes(String shell) {
        assertThat(command.execute("completion", shell)).isZero();
        assertThat(out()).contains("status", "replay", "gossamer").doesNotContain("'train'");
    }
}
