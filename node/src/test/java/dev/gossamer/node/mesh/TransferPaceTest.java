package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TransferPaceTest {
    private final AtomicLong now = new AtomicLong(5_000);
    private final TransferPace pace = new TransferPace(1_000, now::get);

    @Test
    void bytesAreOwedUntilTheirTimeHasPassed() {
        assertThat(pace.owed(500)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(500));
        assertThat(pace.owed(250)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(750));
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(700));
        assertThat(pace.owed(0)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
    }

    @Test
    void idleTimeIsNotSavedUp() {
        now.addAndGet(TimeUnit.SECONDS.toNanos(60));
        assertThat(pace.owed(100)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
    }

    @Test
    void whatCannotWaitIsPaidForByWhatCan() {
        pace.spendAtOnce(2_000);
        assertThat(pace.owed(0)).isEqualTo(TimeUnit.SECONDS.toNanos(2));
        assertThat(pace.bytes()).isEqualTo(2_000);
    }
}
