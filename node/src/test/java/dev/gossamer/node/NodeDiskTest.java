package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.KeyspaceSettings;
import dev.gossamer.node.config.ConfigException;
import dev.gossamer.node.edge.admin.DiskAccount;
import dev.gossamer.node.net.EventLoops;
import dev.gossamer.node.store.MemorySettings;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.disk.DiskSettings;
import dev.gossamer.node.store.disk.format.OlderFormat;
import dev.gossamer.node.store.disk.io.Backend;
import dev.gossamer.node.store.disk.io.IoSettings;
import dev.gossamer.protocol.MemberId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeDiskTest {
    private static final long BUDGET = 64 << 20;
    private static final CacheSettings CACHE =
            new CacheSettings(
                    CacheSettings.DEFAULT_NAME,
                    Optional.empty(),
                    1 << 20,
                    1,
                    CacheSettings.Acks.ALL,
                    CacheSettings.Partition.AVAILABLE);

    @TempDir Path folder;
    private final EventLoops loops = EventLoops.start(Optional.empty(), 1);

    @AfterEach
    void closeLoops() {
        loops.close();
    }

    private NodeDisk open(Path where) {
        KeyspaceSettings caches = KeyspaceSettings.of(List.of(CACHE));
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        MemoryTier memory =
                new MemoryTier(
                        new MemorySettings(1 << 20, 1 << 20),
                        System::nanoTime,
                        System::currentTimeMillis,
                        caches.copies(),
                        registry);
        return NodeDisk.open(
                settings(where),
                loops,
                caches.diskCaches(),
                new MemberId(7),
                memory,
                Clock.systemUTC(),
                System::nanoTime,
                new SplittableRandom(1),
                registry);
    }

    private static DiskSettings settings(Path where) {
        return new DiskSettings(
                where,
                BUDGET,
                1 << 20,
                8 << 20,
                16 << 20,
                new DiskSettings.Fsync.Never(),
                Duration.ofSeconds(5),
                Duration.ofMillis(100),
                Optional.of(Backend.Kind.PORTABLE),
                IoSettings.DEFAULTS,
                OlderFormat.DISCARD);
    }

    @Test
    void aFolderThatCannotBeUsedIsNamedWithWhatCanBeDoneAboutIt() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        assertThatThrownBy(() -> open(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("disk.dir: the folder " + file + " cannot be used (")
                .hasMessageContaining("name another one, or say disk.bytes-max: 0");
    }

    @Test
    void theAccountOfItNamesTheBackendThatWasTakenAndTheBudget() {
        try (NodeDisk disk = open(folder.resolve("disk"))) {
            DiskAccount account = disk.account();
            assertThat(account.backend()).isEqualTo("portable");
            assertThat(account.why()).isNotEmpty();
            assertThat(account.bytesMax()).isEqualTo(BUDGET);
            assertThat(account.state()).isEqualTo("loading");
            assertThat(account.trouble()).isEmpty();
            assertThat(account.entries()).isZero();
        }
    }
}
