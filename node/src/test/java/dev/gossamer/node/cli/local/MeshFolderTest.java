package dev.gossamer.node.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.node.config.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshFolderTest {
    @TempDir private Path path;

    private static ProcessIdentity thisProcess() {
        return ProcessIdentity.of(ProcessHandle.current().pid()).orElseThrow();
    }

    private static MeshState stateOf(ProcessIdentity process) {
        return new MeshState(
                7379, 1, Optional.empty(), List.of(new MeshState.Node("node-0", process)));
    }

    @Test
    void theStateComesBackAsItWasSaved() throws IOException {
        MeshFolder folder = new MeshFolder(path);
        assertThat(folder.state()).isEmpty();
        MeshState state =
                new MeshState(
                        23_700,
                        2,
                        Optional.of(new ProcessIdentity(11, 12)),
                        List.of(
                                new MeshState.Node("node-0", new ProcessIdentity(1, 2)),
                                new MeshState.Node("node-1", new ProcessIdentity(3, 4))));
        folder.save(state);
        assertThat(folder.state()).contains(state);
        folder.forgetState();
        assertThat(folder.state()).isEmpty();
    }

    @Test
    void aStateThatCannotBeReadIsNotTakenForNone() throws IOException {
        MeshFolder folder = new MeshFolder(path);
        Files.writeString(path.resolve("mesh.json"), "{\"format\": 99}");
        assertThatThrownBy(folder::state)
                .isInstanceOf(CliException.class)
                .hasMessageContaining("mesh.json");
    }

    @Test
    void aProcessWithTheSameNumberButAnotherStartIsNotTheSame() throws IOException {
        ProcessIdentity here = thisProcess();
        ProcessIdentity recycled = new ProcessIdentity(here.pid(), here.start() - 1);
        assertThat(here.alive()).isPresent();
        assertThat(recycled.alive()).isEmpty();
        MeshFolder folder = new MeshFolder(path);
        folder.save(stateOf(recycled));
        try (MeshFolder.Hold _ = folder.take()) {
            assertThat(folder.state().orElseThrow().alive()).isEmpty();
        }
    }

    @Test
    void aFolderWhoseNodesRunIsNotTakenAgain() throws IOException {
        MeshFolder folder = new MeshFolder(path);
        folder.save(stateOf(thisProcess()));
        assertThatThrownBy(folder::take)
                .isInstanceOf(CliException.class)
                .hasMessageContaining("already up")
                .hasMessageContaining("gossamer down");
    }

    @Test
    void aFolderThatCannotBeMadeIsOneSentence() throws IOException {
        Path file = Files.createFile(path.resolve("file"));
        assertThatThrownBy(new MeshFolder(file.resolve("below"))::take)
                .isInstanceOf(CliException.class)
                .hasMessageContaining("cannot be written")
                .hasMessageContaining("--data");
    }

    @Test
    void theFilesThatUpWritesAreReadByTheNodeAsTheyWereMeant() throws IOException {
        MeshFolder folder = new MeshFolder(path.resolve("a \"quoted\\ folder"));
        NodePlan plan = new NodePlan(new PortPlan(23_700, 3), 2, 5_000_000);
        plan.write(folder);
        Map<String, String> settings =
                Configuration.read(Optional.of(folder.configuration("node-1")), Map.of(), Map.of())
                        .effective()
                        .stream()
                        .collect(
                                Collectors.toMap(
                                        Configuration.Effective::name,
                                        Configuration.Effective::value));
        assertThat(settings)
                .containsEntry("node.name", "node-1")
                .containsEntry("node.zone", "zone-1")
                .containsEntry("node.data-dir", folder.node("node-1").toString())
                .containsEntry("ports.redis", "23701")
                .containsEntry("ports.data", "24101")
                .containsEntry("mesh.name", "gossamer-23700")
                .containsEntry("mesh.replication", "2")
                .containsEntry("mesh.peers", "127.0.0.1:24000,127.0.0.1:24001,127.0.0.1:24002")
                .containsEntry("memory.max-bytes", "5000000B");
    }

    @Test
    void moreCopiesThanNodesAreRefused() {
        assertThatThrownBy(() -> new NodePlan(new PortPlan(23_700, 2), 3, 1 << 20))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--replication 3 is outside [1, 2]");
    }
}
