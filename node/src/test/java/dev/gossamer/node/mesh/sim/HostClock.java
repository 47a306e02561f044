package dev.gossamer.node.mesh.sim;

/**
 * One machine's clocks: the monotonic one runs a little faster or slower than the others', the wall
 * clock also stands somewhere else and may be set.
 */
final class HostClock {
    /** 1 January 2030. */
    private static final long START_MILLIS = 1_893_456_000_000L;

    private static final double NANOS_PER_MILLI = 1e6;

    private final World world;
    private final double rate;
    private long offsetMillis;

    /**
     * @param rate of this clock's seconds to the world's
     */
    HostClock(World world, double rate, long offsetMillis) {
        this.world = world;
        this.rate = rate;
        this.offsetMillis = offsetMillis;
    }

    long nanoTime() {
        return (long) (world.nowNanos() * rate);
    }

    long wallMillis() {
        return START_MILLIS + offsetMillis + (long) (nanoTime() / NANOS_PER_MILLI);
    }

    void step(long millis) {
        offsetMillis += millis;
    }

    long offsetMillis() {
        return offsetMillis;
    }

    /** How long the world takes for so many of this clock's nanoseconds, rounded up. */
    long worldNanos(long nanos) {
        return (long) Math.ceil(nanos / rate);
    }
}
