package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.edge.admin.Health.Check;
import dev.gossamer.node.store.disk.DiskStatus;
import dev.gossamer.node.store.disk.DiskStatus.State;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NodeHealthTest {
    private static DiskStatus disk(State state) {
        return new DiskStatus(state, "no space left", 1, 2, 0, 1, 1, 1, 0, 1, 0, 1);
    }

    @ParameterizedTest
    @EnumSource(names = {"OPEN", "HALF_OPEN"})
    void aNodeWhoseDiskIsNotUsedIsReadyAllTheSameAndSaysWhatItLacks(State state) {
        Check check = NodeHealth.with(disk(state));
        assertThat(check.ok()).isTrue();
        assertThat(check.status()).isEqualTo("degraded");
        assertThat(check.reasons())
                .containsExactly("the SSD tier is not used, it failed: no space left");
    }

    @ParameterizedTest
    @EnumSource(names = {"LOADING", "CLOSED", "STOPPED"})
    void aDiskThatIsUsedOrComesUpIsNotComplainedOf(State state) {
        assertThat(NodeHealth.with(disk(state))).isEqualTo(Check.OK);
    }

    @ParameterizedTest
    @EnumSource(State.class)
    void beforeItServesANodeIsNotReadyHoweverItsDiskIs(State state) {
        NodeHealth health = new NodeHealth();
        health.watch(() -> disk(state));
        assertThat(health.ready().status()).isEqualTo("unavailable");
    }
}
