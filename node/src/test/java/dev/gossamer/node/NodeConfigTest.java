package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.config.ConfigException;
import dev.gossamer.node.config.Configuration;
import dev.gossamer.node.config.Configuration.Effective;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every setting reaches a room (C14), and the node is closed by default (C13). */
class NodeConfigTest {
    /**
     * For each setting a value that is not its default; what the rooms do with theirs, their own
     * tests show.
     */
    private static final Map<String, String> OTHER_VALUES =
            Map.ofEntries(
                    Map.entry("node.name", "other"),
                    Map.entry("node.zone", "other"),
                    Map.entry("node.weight", "50"),
                    Map.entry("node.data-dir", "/elsewhere"),
                    Map.entry("node.bind", "127.0.0.2"),
                    Map.entry("node.host", "127.0.0.3"),
                    Map.entry("node.drain-timeout", "5m"),
                    Map.entry("node.drain-grace", "9s"),
                    Map.entry("ports.redis", "1001"),
                    Map.entry("ports.clustered", "1002"),
                    Map.entry("ports.admin", "1003"),
                    Map.entry("ports.jgroups", "1004"),
                    Map.entry("ports.data", "1005"),
                    Map.entry("mesh.name", "other"),
                    Map.entry("mesh.replication", "3"),
                    Map.entry("mesh.founders", "3"),
                    Map.entry("mesh.lease", "500ms"),
                    Map.entry("mesh.link-down-after", "4s"),
                    Map.entry("mesh.return-wait", "3s"),
                    Map.entry("mesh.pending-bytes-max", "2MiB"),
                    Map.entry("mesh.repair-interval", "1m"),
                    Map.entry("mesh.peers", "127.0.0.1:7000"),
                    Map.entry("mesh.dns", "mesh.example"),
                    Map.entry("mesh.request-timeout", "1s"),
                    Map.entry("mesh.failure-timeout", "9s"),
                    Map.entry("mesh.heartbeat-interval", "1s"),
                    Map.entry("mesh.gossip-interval", "1s"),
                    Map.entry("mesh.link-queue-bytes-max", "1MiB"),
                    Map.entry("mesh.transfer-bytes-per-second-max", "1MiB"),
                    Map.entry("mesh.fill-parallelism", "9"),
                    Map.entry("invalidation.log-bytes-max", "1MiB"),
                    Map.entry("invalidation.received-bytes-max", "1MiB"),
                    Map.entry("invalidation.heartbeat", "20ms"),
                    Map.entry("invalidation.window", "1ms"),
                    Map.entry("audit.rate", "7"),
                    Map.entry("memory.max-bytes", "64MiB"),
                    Map.entry("memory.tombstone-bytes-max", "1MiB"),
                    Map.entry("memory.near-bytes-max", "1MiB"),
                    Map.entry("memory.tombstone-retention", "1h"),
                    Map.entry("clock.drift-max", "5s"),
                    Map.entry("limits.key-bytes-max", "1KiB"),
                    Map.entry("limits.value-bytes-max", "1MiB"),
                    Map.entry("limits.connections-max", "5"),
                    Map.entry("limits.client-buffers-bytes-max", "256MiB"),
                    Map.entry("limits.operations-bytes-max", "1MiB"),
                    Map.entry("limits.operation-retention", "5s"),
                    Map.entry("limits.ledger-bytes-max", "1MiB"),
                    Map.entry("limits.leases-bytes-max", "1MiB"),
                    Map.entry("leases.timeout", "2s"),
                    Map.entry("leases.timeout-max", "30s"),
                    Map.entry("limits.tags-bytes-max", "1MiB"),
                    Map.entry("explain.mutations-bytes-max", "1MiB"),
                    Map.entry("security.password", "long enough"),
                    Map.entry("net.transport", "nio"),
                    Map.entry("net.threads", "7"),
                    Map.entry("log.level", "debug"),
                    Map.entry("log.file", "/elsewhere/node.log"));

    @Test
    void everySettingChangesWhatTheRoomsAreTold() {
        NodeConfig defaults = configOf(Map.of());
        for (Effective setting : read(Map.of()).effective()) {
            if (setting.name().equals("security.mode")) {
                continue; // what it does is below: it permits, and tells the rooms nothing
            }
            assertThat(OTHER_VALUES).containsKey(setting.name());
            String other = OTHER_VALUES.getOrDefault(setting.name(), "");
            assertThat(configOf(Map.of(setting.name(), other)))
                    .as(setting.name())
                    .isNotEqualTo(defaults);
        }
    }

    @Test
    void beyondLoopbackANodeWantsAPasswordOrToBeToldThatItIsOpen() {
        Map<String, String> exposed = Map.of("node.bind", "0.0.0.0", "node.host", "10.0.0.1");
        assertThatThrownBy(() -> configOf(exposed))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("node.bind")
                .hasMessageContaining("set security.password, or say security.mode: open");
        assertThat(configOf(with(exposed, "security.password", "long enough")).host())
                .isEqualTo("10.0.0.1");
        assertThat(configOf(with(exposed, "security.mode", "open")).host()).isEqualTo("10.0.0.1");
    }

    @ParameterizedTest
    @CsvSource({
        "security.password, short, at least 8",
        "ports.redis, 7479, two of the five ports are the same",
        "mesh.peers, nowhere, not host:port",
        "mesh.failure-timeout, 3s, shorter than two heartbeat intervals",
        "node.bind, no such host, is no address",
    })
    void whatCannotBeIsRefusedByName(String name, String value, String problem) {
        assertThatThrownBy(() -> configOf(Map.of(name, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(problem);
    }

    @Test
    void aRequestMayHoldTheLongestValueThatIsAllowed() {
        NodeConfig config = configOf(Map.of("limits.value-bytes-max", "100MiB"));
        assertThat(config.resp().request().bulkBytesMax()).isEqualTo(100 << 20);
        assertThat(config.resp().request().requestBytesMax()).isGreaterThan(100 << 20);
        assertThat(config.mesh().frameBytesMax()).isGreaterThan(100 << 20);
    }

    @Test
    void oneConnectionMayFillHalfOfWhatAllMayAndALongValueAlwaysFits() {
        NodeConfig small = configOf(Map.of("limits.client-buffers-bytes-max", "32MiB"));
        assertThat(small.resp().buffersBytesMax()).isEqualTo(64 << 20);
        NodeConfig large = configOf(Map.of("limits.client-buffers-bytes-max", "256MiB"));
        assertThat(large.resp().buffersBytesMax()).isEqualTo(256 << 20);
        assertThat(large.resp().outputBytesHardMax()).isEqualTo(128 << 20);
    }

    @Test
    void theLargestLinkQueueIsTaken() {
        assertThat(configOf(Map.of("mesh.link-queue-bytes-max", "1GiB")).mesh().linkQueueBytesMax())
                .isEqualTo(1 << 30);
        assertThatThrownBy(() -> configOf(Map.of("mesh.link-queue-bytes-max", "3GiB")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("mesh.link-queue-bytes-max");
    }

    @Test
    void aWildcardAddressNeedsOneThatOthersCanReach() {
        assertThatThrownBy(() -> configOf(Map.of("node.bind", "0.0.0.0", "security.mode", "open")))
                .hasMessageContaining("node.host");
    }

    private static Map<String, String> with(
            Map<String, String> settings, String name, String value) {
        Map<String, String> more = new java.util.HashMap<>(settings);
        more.put(name, value);
        return more;
    }

    private static NodeConfig configOf(Map<String, String> settings) {
        return NodeConfig.from(read(settings), 2);
    }

    private static Configuration read(Map<String, String> settings) {
        return Configuration.read(Optional.empty(), Map.of(), settings);
    }
}
