package dev.gossamer.node.cli.terminal;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How far a long piece of work has come: a line in place several times a second on a terminal, a
 * plain line every five seconds elsewhere. Nothing is shown in the first two seconds.
 */
public final class Progress {
    private static final long LIVE_INTERVAL_NANOS = 200_000_000;
    private static final long PLAIN_INTERVAL_NANOS = 5_000_000_000L;
    private static final long QUIET_NANOS = 2_000_000_000L;

    private final Terminal terminal;
    private final String what;
    private final LongSupplier nanoClock;
    private final long startedAtNanos;
    private long shownAtNanos;

    public Progress(Terminal terminal, String what, LongSupplier nanoClock) {
        this.terminal = terminal;
        this.what = what;
        this.nanoClock = nanoClock;
        this.startedAtNanos = nanoClock.getAsLong();
        this.shownAtNanos = startedAtNanos;
    }

    /**
     * @param total what {@code done} ends at
     * @param more figures of the work, shown behind
     */
    public void at(long done, long total, String more) {
        long now = nanoClock.getAsLong();
        long interval = terminal.live() ? LIVE_INTERVAL_NANOS : PLAIN_INTERVAL_NANOS;
        if (now - startedAtNanos < QUIET_NANOS || now - shownAtNanos < interval) {
            return;
        }
        shownAtNanos = now;
        String text = what + " " + describe(done, total, now) + (more.isEmpty() ? "" : ", " + more);
        if (terminal.live()) {
            terminal.status(text);
        } else {
            terminal.note(text);
        }
    }

    private String describe(long done, long total, long now) {
        double part = total == 0 ? 1 : Math.min(1, (double) done / total);
        Duration elapsed = Duration.ofNanos(now - startedAtNanos);
        String soFar = (int) (part * 100) + " % after " + Figures.elapsed(elapsed);
        if (part < 0.01) {
            return soFar;
        }
        long left = (long) (elapsed.toNanos() * (1 - part) / part);
        return soFar + ", about " + Figures.elapsed(Duration.ofNanos(left)) + " to go";
    }

    /** Takes the line away. */
    public void done() {
        terminal.clearStatus();
    }
}
