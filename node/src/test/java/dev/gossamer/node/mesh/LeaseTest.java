package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private final AtomicLong nanos = new AtomicLong(-5);
    private final Lease lease = new Lease(nanos::get);

    @Test
    void itIsHeldUntilItsTimeAndNobodyHasToSaySo() {
        assertThat(lease.isHeld()).isFalse();
        lease.set(10);
        assertThat(lease.isHeld()).isTrue();
        assertThat(lease.leftNanos()).isEqualTo(15);
        nanos.set(9);
        assertThat(lease.isHeld()).isTrue();
        nanos.set(10);
        assertThat(lease.isHeld()).isFalse();
        assertThat(lease.leftNanos()).isZero();
    }

    @Test
    void whatWasNeverHeldIsNotHeldHoweverLongAgoThatIs() {
        nanos.set(1);
        lease.set(Long.MIN_VALUE);
        assertThat(lease.isHeld()).isFalse();
        assertThat(lease.leftNanos()).isZero();
    }
}
