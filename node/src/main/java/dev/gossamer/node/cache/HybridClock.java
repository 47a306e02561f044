package dev.gossamer.node.cache;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * A clock that never goes back and is later than every time it has heard of, yet stays close to the
 * wall clock (Kulkarni et al., "Logical Physical Clocks and Consistent Snapshots", 2014). A time is
 * milliseconds since 1970 in the upper 48 bits and a counter in the lower 16; a counter that runs
 * over carries into the milliseconds.
 *
 * <p><b>Threads.</b> Any; no locks.
 *
 * <p><b>Failure.</b> One member's clock that runs ahead would drag all others along. So a time that
 * is further ahead of this node's wall clock than {@code driftMax} is refused, counted and not
 * followed (C1).
 */
public final class HybridClock {
    private static final int COUNTER_BITS = 16;

    private final LongSupplier wallMillis;
    private final long driftMaxMillis;
    private final AtomicLong last = new AtomicLong();
    private final LongAdder refused = new LongAdder();

    /**
     * @param wallMillis milliseconds since 1970; may step back
     */
    public HybridClock(LongSupplier wallMillis, Duration driftMax, MeterRegistry registry) {
        this.wallMillis = wallMillis;
        this.driftMaxMillis = driftMax.toMillis();
        FunctionCounter.builder("gossamer.clock.refused", refused, LongAdder::sum)
                .description("Versions refused because their clock ran too far ahead")
                .register(registry);
    }

    /** A time later than every one that this clock has given or witnessed. */
    public long next() {
        long physical = wallMillis.getAsLong() << COUNTER_BITS;
        while (true) {
            long before = last.get();
            long next = Math.max(physical, before + 1);
            if (last.compareAndSet(before, next)) {
                return next;
            }
        }
    }

    /**
     * Makes sure that what {@link #next} gives from now on is later than this version.
     *
     * @throws GossamerException {@link ErrorCode#CLOCKDRIFT}, when its clock is too far ahead;
     *     nothing is changed then
     */
    public void witness(Version version) {
        long seen = version.clock();
        if (seen <= last.get()) {
            return;
        }
        long aheadMillis = (seen >>> COUNTER_BITS) - wallMillis.getAsLong();
        if (aheadMillis > driftMaxMillis) {
            refused.increment();
            throw new GossamerException(ErrorCode.CLOCKDRIFT, tooFarAhead(version, aheadMillis));
        }
        last.accumulateAndGet(seen, Math::max);
    }

    private String tooFarAhead(Version version, long aheadMillis) {
        return "member "
                + version.member()
                + " wrote "
                + aheadMillis
                + " ms ahead of this node's clock; up to "
                + driftMaxMillis
                + " ms (drift-max) are followed";
    }
}
