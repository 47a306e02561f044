package dev.gossamer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LoadOptionsTest {
    private static final LoadOptions PLAIN = LoadOptions.of(Duration.ofSeconds(100));

    @Test
    void jitterOnlyShortensAndByItsShareAtMost() {
        LoadOptions options = PLAIN.withJitter(0.2);
        assertThat(options.timeToKeep(0)).isEqualTo(Duration.ofSeconds(100));
        assertThat(options.timeToKeep(1)).isEqualTo(Duration.ofSeconds(80));
        SplittableRandom random = new SplittableRandom(4);
        assertThat(random.doubles(100).mapToObj(options::timeToKeep).distinct().count())
                .isGreaterThan(90);
        assertThat(PLAIN.timeToKeep(0.7)).isEqualTo(Duration.ofSeconds(100));
    }

    @Test
    void aValueIsKeptForTheLongestTimeThatItMayServeOld() {
        LoadOptions options =
                PLAIN.withStaleWhileRevalidate(Duration.ofSeconds(5))
                        .withStaleIfError(Duration.ofSeconds(60))
                        .withStaleForWaiters(Duration.ofSeconds(9))
                        .withRefreshAhead(Duration.ofSeconds(3));
        assertThat(options.timeToKeep(0)).isEqualTo(Duration.ofSeconds(160));
        assertThat(options.due()).isEqualTo(Duration.ofSeconds(63));
        assertThat(options.staleAgeMax()).isEqualTo(Duration.ofSeconds(109));
        assertThat(options.mayRevalidate(105_000)).isTrue();
        assertThat(options.mayRevalidate(105_001)).isFalse();
        assertThat(options.mayFollowError(160_000)).isTrue();
        assertThat(options.mayFollowError(160_001)).isFalse();
    }

    @Test
    void onlyWhatLooksAtAgesOrAbsenceHasToAskThePrimary() {
        assertThat(PLAIN.asksPrimary()).isFalse();
        assertThat(PLAIN.withJitter(0.5).asksPrimary()).isFalse();
        assertThat(PLAIN.withAbsentTtl(Duration.ofMillis(1)).asksPrimary()).isTrue();
        assertThat(PLAIN.withRefreshAhead(Duration.ofMillis(1)).asksPrimary()).isTrue();
        assertThat(PLAIN.withStaleIfError(Duration.ofMillis(1)).asksPrimary()).isTrue();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> LoadOptions.of(Duration.ZERO)).hasMessageContaining("timeToLive");
        assertThatThrownBy(() -> PLAIN.withJitter(0.91)).hasMessageContaining("jitter");
        assertThatThrownBy(() -> PLAIN.withJitter(Double.NaN)).hasMessageContaining("jitter");
        assertThatThrownBy(() -> PLAIN.withRefreshAhead(Duration.ofSeconds(100)))
                .hasMessageContaining("refreshAhead");
        assertThatThrownBy(() -> PLAIN.withStaleIfError(Duration.ofSeconds(-1)))
                .hasMessageContaining("staleIfError");
        assertThatThrownBy(() -> PLAIN.withLeaseTimeout(Duration.ZERO))
                .hasMessageContaining("leaseTimeout");
        assertThatThrownBy(() -> PLAIN.withWaitTimeout(Duration.ZERO))
                .hasMessageContaining("waitTimeout");
    }
}
