package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HealthTest {
    private long nowNanos;
    private final Breaker breaker = new Breaker();
    private final Health health = new Health(() -> nowNanos, breaker);

    @Test
    void aDiskMostOfWhoseReadsAreTooSlowIsGivenUp() {
        for (int i = 0; i < 15; i++) {
            health.answered();
            health.readTooSlow();
        }
        assertThat(breaker.isBroken()).isFalse();
        health.readTooSlow();
        assertThat(breaker.reasonOrNull()).isEqualTo("reads take too long");
    }

    /** What rests on it would be lost for some moments in which the host had no time. */
    @Test
    void aDiskThatAnswersMostReadsInTimeIsNot() {
        for (int i = 0; i < 1_000; i++) {
            health.answered();
            health.answered();
            health.readTooSlow();
        }
        assertThat(breaker.isBroken()).isFalse();
    }

    @Test
    void whatWasLongAgoDoesNotCount() {
        for (int i = 0; i < 100; i++) {
            health.readTooSlow();
            nowNanos += TimeUnit.SECONDS.toNanos(1);
        }
        assertThat(breaker.isBroken()).isFalse();
    }
}
