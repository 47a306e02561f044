package dev.gossamer.node.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.store.MemorySettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyspaceSettingsTest {
    private static final CacheSettings DEFAULT = KeyspaceSettings.DEFAULT.caches().getFirst();

    @ParameterizedTest(name = "{0} {1} {2} {3} {4}: {5}")
    @CsvSource({
        "1s, 1s, 65536, 1s, 4096, ''",
        "0s, 1s, 65536, 1s, 4096, tombstone retention",
        "1s, 0s, 65536, 1s, 4096, drift maximum",
        "1s, 1s, 65535, 1s, 4096, operations of 65535",
        "1s, 1s, 65536, 0s, 4096, operation retention",
        "1s, 1s, 65536, 1s, 4095, the ledger of 4095",
    })
    void whatIsTooSmallIsRefusedByName(
            String retention, String drift, long operations, String age, long ledger, String why) {
        if (why.isEmpty()) {
            assertThat(settings(retention, drift, operations, age, ledger).caches()).hasSize(1);
        } else {
            assertThatThrownBy(() -> settings(retention, drift, operations, age, ledger))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(why);
        }
    }

    @Test
    void tombstonesHaveALeastBudgetOfTheirOwn() {
        assertThatThrownBy(() -> new MemorySettings(1 << 20, 65_535))
                .hasMessageContaining("tombstones of 65535");
        assertThatThrownBy(() -> new MemorySettings((1 << 20) - 1, 65_536))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theCopiesOfAKeyAreThoseOfItsCache() {
        var thin =
                new CacheSettings(
                        "thin",
                        Optional.empty(),
                        100,
                        1,
                        CacheSettings.Acks.ALL,
                        CacheSettings.Partition.AVAILABLE);
        var copies = KeyspaceSettings.of(List.of(DEFAULT, thin)).copies();
        assertThat(copies.applyAsInt(KeyspaceLab.key("thin:1"))).isEqualTo(1);
        assertThat(copies.applyAsInt(KeyspaceLab.key("1"))).isEqualTo(DEFAULT.replication());
    }

    private static KeyspaceSettings settings(
            String retention, String drift, long operations, String age, long ledger) {
        return new KeyspaceSettings(
                Duration.parse("PT" + retention),
                Duration.parse("PT" + drift),
                operations,
                Duration.parse("PT" + age),
                ledger,
                LeaseSettings.DEFAULT,
                4L << 20,
                4L << 20,
                List.of(DEFAULT));
    }
}
