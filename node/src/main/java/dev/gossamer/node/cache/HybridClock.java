package dev.gossamer.node.cache;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A clock that never goes back and is later than every time it has heard of, yet stays close to the
 * wall clock (Kulkarni et al., "Logical Physical Clocks and Consistent Snapshots", 2014). A time is
 * milliseconds since 1970 in the upper 48 bits and a counter in the lower 16; a counter that runs
 * over carries into the milliseconds.
 *
 * <p><b>Durability.</b> It neither gives nor follows a time beyond its ceiling, which is on the
 * disk before it holds: so it never goes back over a restart either, whatever the wall clock does
 * meanwhile. {@link #extend} raises the ceiling ahead of need. After a restart the clock begins
 * where the ceiling was, at most {@link #AHEAD} later than what it had given.
 *
 * <p><b>Threads.</b> Any; no locks but in {@link #extend}, which waits for the disk and is to be
 * called by no event loop.
 *
 * <p><b>Failure.</b> One member's clock that runs ahead would drag all others along. So a time that
 * is further ahead than {@code driftMax} of the latest that this node's wall clock has shown is
 * refused, counted and not followed (C1). When the disk does not keep up, times lag behind the wall
 * clock, and when none is left below the ceiling, the answer is {@link ErrorCode#BUSY}.
 */
public final class HybridClock {
    /** How far ahead of need the ceiling is raised. */
    public static final Duration AHEAD = Duration.ofSeconds(3);

    /** How often the root calls {@link #extend}. */
    public static final long EXTEND_INTERVAL_MILLIS = 100;

    private static final Logger log = LoggerFactory.getLogger(HybridClock.class);
    private static final int COUNTER_BITS = 16;
    private static final long AHEAD_TICKS = AHEAD.toMillis() << COUNTER_BITS;

    /**
     * What a start adds to a ceiling that is ahead of the wall clock already: little, so that a
     * process that is restarted over and over does not run away from it.
     */
    private static final long START_TICKS = 250L << COUNTER_BITS;

    /**
     * Which times may be given.
     *
     * @param limit the last one
     * @param refillAt from here on the ceiling is to be raised
     * @param holdAt how far the wall clock is followed; what is above is for counting
     */
    private record Reserve(long limit, long refillAt, long holdAt) {
        static Reserve of(long base, long limit) {
            return new Reserve(limit, limit - (limit - base) / 2, limit - (limit - base) / 4);
        }
    }

    private final LongSupplier wallMillis;
    private final long driftMaxMillis;
    private final ClockCeiling ceiling;
    private final AtomicLong last = new AtomicLong();

    /** The latest time that was heard of and is beyond the ceiling. */
    private final AtomicLong wanted = new AtomicLong();

    private final LongAdder refused = new LongAdder();
    private final LongAdder exhausted = new LongAdder();
    private volatile Reserve reserve;

    /** The latest that the wall clock has shown; it may have stepped back since. */
    private volatile long wallMillisMax;

    /** Guarded by this: whether the disk failed last time. */
    private boolean failing;

    /**
     * Begins where the ceiling was. Waits for the disk.
     *
     * @param wallMillis milliseconds since 1970; may step back
     * @throws GossamerException when the ceiling cannot be read or written
     */
    public HybridClock(
            LongSupplier wallMillis,
            Duration driftMax,
            ClockCeiling ceiling,
            MeterRegistry registry) {
        this.wallMillis = wallMillis;
        this.driftMaxMillis = driftMax.toMillis();
        this.ceiling = ceiling;
        this.reserve = begin();
        register(registry);
    }

    private Reserve begin() {
        try {
            long recalled = ceiling.recall();
            long physical = wallMillis.getAsLong() << COUNTER_BITS;
            long limit = Math.max(physical + AHEAD_TICKS, recalled + START_TICKS);
            ceiling.remember(limit);
            last.set(recalled);
            wallMillisMax = Math.max(physical, recalled) >>> COUNTER_BITS;
            return Reserve.of(Math.max(physical, recalled), limit);
        } catch (IOException e) {
            throw new GossamerException(
                    ErrorCode.ERR, "The clock's ceiling can't be kept: " + e.getMessage(), e);
        }
    }

    private void register(MeterRegistry registry) {
        FunctionCounter.builder("gossamer.clock.refused", refused, LongAdder::sum)
                .description("Versions refused because their clock ran too far ahead")
                .register(registry);
        FunctionCounter.builder("gossamer.clock.busy", exhausted, LongAdder::sum)
                .description("Requests refused because the clock's ceiling was not raised in time")
                .register(registry);
    }

    /**
     * A time later than every one that this clock has given or followed.
     *
     * @throws GossamerException {@link ErrorCode#BUSY} when there is none below the ceiling
     */
    public long next() {
        return next(wallMillis.getAsLong());
    }

    /** The same for a caller that has just read the wall clock. */
    long next(long nowMillis) {
        Reserve now = reserve;
        long physical = nowMillis << COUNTER_BITS;
        long earliest = Math.min(physical, now.holdAt());
        while (true) {
            long before = last.get();
            long next = Math.max(earliest, before + 1);
            if (next > now.limit()) {
                throw busy();
            }
            if (last.compareAndSet(before, next)) {
                return next;
            }
        }
    }

    /** The latest time that this clock has given or followed. */
    public long latest() {
        return last.get();
    }

    /**
     * Makes sure that what {@link #next} gives from now on is later than this version.
     *
     * @throws GossamerException {@link ErrorCode#CLOCKDRIFT}, when its clock is too far ahead, and
     *     {@link ErrorCode#BUSY} when it is beyond the ceiling; it is not followed then
     */
    public void witness(Version version) {
        if (version.clock() > last.get()) {
            follow(version.clock(), "member " + version.member());
        }
    }

    /** {@link #witness(Version)} for a time that another member's clock has given or followed. */
    public void witness(long clock) {
        if (clock > last.get()) {
            follow(clock, "a member");
        }
    }

    private void follow(long seen, String who) {
        long wall = Math.max(wallMillis.getAsLong(), wallMillisMax);
        long aheadMillis = (seen >>> COUNTER_BITS) - wall;
        if (aheadMillis > driftMaxMillis) {
            refused.increment();
            throw new GossamerException(ErrorCode.CLOCKDRIFT, tooFarAhead(who, aheadMillis));
        }
        if (seen > reserve.limit()) {
            wanted.accumulateAndGet(seen, Math::max);
            throw busy();
        }
        last.accumulateAndGet(seen, Math::max);
    }

    /**
     * Raises the ceiling, if half of what there was is used. A disk that fails is asked again the
     * next time; it is logged once.
     */
    public synchronized void extend() {
        long wall = wallMillis.getAsLong();
        wallMillisMax = Math.max(wallMillisMax, wall);
        long base = Math.max(wall << COUNTER_BITS, Math.max(last.get(), wanted.get()));
        if (base < reserve.refillAt()) {
            return;
        }
        long limit = base + AHEAD_TICKS;
        try {
            ceiling.remember(limit);
            reserve = Reserve.of(base, limit);
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                log.warn("the clock's ceiling can't be raised; writes will answer BUSY: {}", e);
            }
            failing = true;
        }
    }

    private GossamerException busy() {
        exhausted.increment();
        return new GossamerException(
                ErrorCode.BUSY, "the clock's ceiling is being raised; the disk is slow");
    }

    private String tooFarAhead(String who, long aheadMillis) {
        return who
                + " wrote "
                + aheadMillis
                + " ms ahead of this node's clock; up to "
                + driftMaxMillis
                + " ms (drift-max) are followed";
    }
}
