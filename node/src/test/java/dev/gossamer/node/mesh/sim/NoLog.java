package dev.gossamer.node.mesh.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/**
 * Nothing that a simulated thread says is logged. The log has a lock that all simulations share:
 * who waits for it is woken by another simulation's thread, which then works in a world that is not
 * its own, or gets the lock when its world is over and never gives it back.
 */
final class NoLog extends TurboFilter {
    static final String SIMULATED = "simulated-";

    private NoLog() {}

    /** From now on, for this process. */
    static void begin() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).addTurboFilter(new NoLog());
    }

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] params,
            @Nullable Throwable cause) {
        boolean isSimulated = Thread.currentThread().getName().startsWith(SIMULATED);
        return isSimulated ? FilterReply.DENY : FilterReply.NEUTRAL;
    }
}
