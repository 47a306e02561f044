package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AwakeClockTest {
    private static final long PATIENCE = 1_000;

    private final AtomicLong nanos = new AtomicLong(-50);
    private final AwakeClock clock = new AwakeClock(nanos::get, PATIENCE);

    @Test
    void whoLooksOftenSeesAllTimePass() {
        for (int i = 0; i < 40; i++) {
            nanos.addAndGet(100);
            clock.look();
        }
        nanos.addAndGet(7);
        assertThat(clock.getAsLong()).isEqualTo(4_007);
    }

    @Test
    void ofAPauseAQuarterOfThePatienceCountsHoweverLongItWas() {
        nanos.addAndGet(100);
        clock.look();
        nanos.addAndGet(1_000_000);
        assertThat(clock.getAsLong()).isEqualTo(100 + PATIENCE / 4);
        clock.look();
        assertThat(clock.getAsLong()).isEqualTo(100 + PATIENCE / 4);
        nanos.addAndGet(10);
        assertThat(clock.getAsLong()).isEqualTo(110 + PATIENCE / 4);
    }

    /** Or a machine that is always busy would wait for a disk for ever. */
    @Test
    void pausesWithoutEndUseThePatienceUpAllTheSame() {
        for (int i = 0; i < 4; i++) {
            nanos.addAndGet(5_000);
            clock.look();
        }
        assertThat(clock.getAsLong()).isEqualTo(PATIENCE);
    }
}
