package dev.gossamer.node.cli.chaos.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.config.CacheReader;
import dev.gossamer.node.config.Configuration;
import dev.gossamer.node.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshPlanTest {
    private static final MeshPlan PLAN = new MeshPlan("chaos-7", 5, 3, 64 << 20);

    @TempDir Path folder;

    /** What a member is started with is understood by a member. */
    @Test
    void theConfigurationOfAMemberIsUnderstoodAndNamesEveryPeer() throws IOException {
        Path file = folder.resolve("gossamer.yaml");
        Files.writeString(
                file, PLAN.yaml(4, folder.resolve("a \"b\" \\"), folder.resolve("node.log")));
        Configuration configuration = Configuration.read(Optional.of(file), Map.of(), Map.of());
        assertThat(configuration.get(Settings.MESH_REPLICATION)).isEqualTo(3);
        assertThat(CacheReader.read(configuration))
                .extracting(cache -> cache.name())
                .containsExactlyInAnyOrder("default", "consistent", "available");
        assertThat(PLAN.yaml(4, folder, folder))
                .contains("host: 10.77.0.5", "10.77.0.1:", "10.77.0.6:", "chaos-7");
    }

    @Test
    void clientsKnowTheMembersThatStay() {
        assertThat(PLAN.clientUri())
                .isEqualTo(
                        "gossamer://10.77.0.1:7379,10.77.0.2:7379,10.77.0.3:7379,"
                                + "10.77.0.4:7379,10.77.0.5:7379");
    }
}
