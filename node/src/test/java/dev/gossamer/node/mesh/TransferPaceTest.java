package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TransferPaceTest {
    private final AtomicLong now = new AtomicLong(5_000);
    private final Workers workers = new VirtualWorkers();
    private final TransferPace pace = new TransferPace(1_000, workers, now::get);

    @AfterEach
    void close() {
        workers.close();
    }

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
    void whoSpendsMoreThanTheBurstWaitsForTheRest() {
        TransferPace real = new TransferPace(1_000_000, workers, System::nanoTime);
        long begun = System.nanoTime();
        for (int i = 0; i < 4; i++) {
            real.spend(50_000);
        }
        assertThat(System.nanoTime() - begun).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(90));
    }
}
