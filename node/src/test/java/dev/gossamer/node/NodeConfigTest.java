package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.config.ConfigException;
import dev.gossamer.node.config.Configuration;
import dev.gossamer.node.config.Configuration.Effective;
import dev.gossamer.node.store.disk.DiskSettings;
import dev.gossamer.node.store.disk.DiskSettings.Fsync;
import dev.gossamer.node.store.disk.io.IoSettings;
import java.nio.file.Path;
import java.time.Duration;
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
                    Map.entry("node.return-within", "3m"),
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
                    Map.entry("disk.bytes-max", "2GiB"),
                    Map.entry("disk.dir", "elsewhere"),
                    Map.entry("disk.segment-bytes", "16MiB"),
                    Map.entry("disk.staging-bytes-max", "1MiB"),
                    Map.entry("disk.index-bytes-max", "1MiB"),
                    Map.entry("disk.pinned-bytes", "1MiB"),
                    Map.entry("disk.fsync", "always"),
                    Map.entry("disk.read-timeout", "1s"),
                    Map.entry("disk.probe-interval", "1s"),
                    Map.entry("disk.backend", "portable"),
                    Map.entry("disk.direct", "false"),
                    Map.entry("disk.io-depth", "16"),
                    Map.entry("disk.io-pending-bytes-max", "8MiB"),
                    Map.entry("disk.older-format", "refuse"),
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

    private static final Map<String, String> WITH_DISK = Map.of("disk.bytes-max", "1GiB");

    @Test
    void everySettingChangesWhatTheRoomsAreTold() {
        NodeConfig defaults = configOf(WITH_DISK);
        for (Effective setting : read(Map.of()).effective()) {
            if (setting.name().equals("security.mode")) {
                continue; // what it does is below: it permits, and tells the rooms nothing
            }
            assertThat(OTHER_VALUES).containsKey(setting.name());
            String other = OTHER_VALUES.getOrDefault(setting.name(), "");
            assertThat(configOf(with(WITH_DISK, setting.name(), other)))
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
        "disk.segment-bytes, 32MiB, this node has no SSD tier",
    })
    void whatCannotBeIsRefusedByName(String name, String value, String problem) {
        assertThatThrownBy(() -> configOf(Map.of(name, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @CsvSource({
        "200MiB, disk.bytes-max, 200MiB, say at least",
        "1GiB, disk.fsync, every, such as",
        "1GiB, disk.fsync, every 2h, outside",
        "1GiB, disk.backend, iouring, is not one of: auto",
        "0, disk.fsync, sometimes, is not one of: never",
        "0, disk.direct, yes, is not one of: true",
    })
    void whatCannotBeIsRefusedOfAnSsdToo(
            String bytesMax, String name, String value, String problem) {
        assertThatThrownBy(() -> configOf(with(Map.of("disk.bytes-max", bytesMax), name, value)))
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

    /** C2: while a member is waited for, one copy is less than was promised. */
    @Test
    void aNodeWithAnSsdHandsItsSlotsOverUnlessItIsToldThatItComesBack() {
        assertThat(configOf(WITH_DISK).farewell().back()).isZero();
    }

    @Test
    void aNodeHasNoSsdTierUnlessItIsGivenBytes() {
        assertThat(configOf(Map.of()).disk()).isEmpty();
        DiskSettings disk = configOf(WITH_DISK).disk().orElseThrow();
        assertThat(disk.bytesMax()).isEqualTo(1 << 30);
        assertThat(disk.folder()).isEqualTo(Path.of("data", "disk").toAbsolutePath());
        assertThat(disk.fsync()).isEqualTo(new Fsync.Every(Duration.ofSeconds(1)));
        assertThat(disk.backend()).isEmpty();
        assertThat(disk.io()).isEqualTo(IoSettings.DEFAULTS);
    }

    @Test
    void anSsdTierThatIsSwitchedOffMayKeepItsSettings() {
        assertThat(configOf(Map.of("disk.bytes-max", "0", "disk.fsync", "never")).disk()).isEmpty();
    }

    @Test
    void theSmallestBudgetThatARefusalNamesIsTaken() {
        long smallest = DiskSettings.bytesMin(1 << 20);
        Map<String, String> settings = Map.of("disk.segment-bytes", "1MiB");
        assertThat(configOf(with(settings, "disk.bytes-max", smallest + "B")).disk()).isPresent();
        assertThatThrownBy(() -> configOf(with(settings, "disk.bytes-max", smallest - 1 + "B")))
                .hasMessageContaining("say at least " + smallest + "B");
    }

    @Test
    void segmentsThatAreNoWholePagesAreRefused() {
        assertThatThrownBy(() -> configOf(with(WITH_DISK, "disk.segment-bytes", "100001B")))
                .hasMessageContaining("disk.segment-bytes: 100001 B is not a multiple of 4KiB");
    }

    @Test
    void theSsdTierTakesNoFolderThatHoldsWhatIsNotItsOwn() {
        assertThatThrownBy(() -> configOf(with(WITH_DISK, "disk.dir", "../data")))
                .hasMessageContaining("disk.dir")
                .hasMessageContaining("say a folder of its own");
        assertThat(configOf(with(WITH_DISK, "disk.dir", "/ssd/l2")).disk().orElseThrow().folder())
                .isEqualTo(Path.of("/ssd/l2"));
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
