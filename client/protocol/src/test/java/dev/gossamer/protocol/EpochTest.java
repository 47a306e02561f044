package dev.gossamer.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EpochTest {
    @Test
    void aProvisionalEpochLiesBetweenTheAgreedOneItStandsOnAndTheNext() {
        long agreed = Epoch.agreed(7);
        long provisional = Epoch.provisional(agreed, 3);
        assertThat(provisional).isGreaterThan(agreed).isLessThan(Epoch.agreed(8));
        assertThat(Epoch.isProvisional(provisional)).isTrue();
        assertThat(Epoch.isProvisional(agreed)).isFalse();
        assertThat(Epoch.agreedPart(provisional)).isEqualTo(agreed);
        assertThat(Epoch.number(provisional)).isEqualTo(7);
    }

    @Test
    void oneThatFollowsAnotherStandsOnTheSameAgreedOne() {
        long first = Epoch.provisional(Epoch.agreed(7), 3);
        assertThat(Epoch.provisional(first, 4)).isEqualTo(Epoch.provisional(Epoch.agreed(7), 4));
    }

    @Test
    void aViewWhoseLowerBitsAreZeroIsProvisionalStill() {
        assertThat(Epoch.isProvisional(Epoch.provisional(Epoch.agreed(1), 1L << 20))).isTrue();
    }

    @Test
    void peopleReadTheAgreedNumberAndTheProvisionalOne() {
        assertThat(Epoch.text(Epoch.agreed(7))).isEqualTo("7");
        assertThat(Epoch.text(Epoch.provisional(Epoch.agreed(7), 3))).isEqualTo("7~3");
    }
}
