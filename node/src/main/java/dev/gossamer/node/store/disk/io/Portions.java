package dev.gossamer.node.store.disk.io;

import io.netty.channel.IoEventLoop;
import io.netty.channel.SingleThreadEventLoop;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;

/**
 * What a loop does little by little: so much in one pass, the rest in the passes that follow.
 *
 * <p>A disk raises one interrupt for many reads. A loop that looks at all of them in one pass asks
 * for nothing meanwhile, since it hands over what is asked for when a pass is over; and the disk,
 * which has little left to do, is idle for as long. So the first few are looked at, what they ask
 * for is handed over, and the rest follow.
 *
 * <p>A loop that has much else to do makes few passes. So the rest may take an eighth of the time
 * that everything else takes in that pass, if that is longer: else what waits here would come to
 * nothing. More than an eighth, and a loop with nothing else to do, which spends some microseconds
 * in the kernel for each pass, would look at several at once.
 *
 * <p><b>Threads.</b> The loop. <b>Bounds.</b> Whoever adds has to bound how much there is.
 * <b>Cost.</b> A pass more for each portion: a call of the kernel that waits for nothing. Where
 * there is no more than one portion, nothing.
 */
final class Portions {
    /** Everything else may take so many times as long. */
    private static final int OTHERS = 8;

    private final IoEventLoop loop;
    private final int size;
    private final LongSupplier nanoClock;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int left;
    private boolean closed;

    /** When the pass before was over, if something waited by then. */
    private long passedNanos;

    /** Whether the next pass is going to be heard of. */
    private boolean listens;

    /**
     * @param size how many in one pass that is short
     */
    Portions(IoEventLoop loop, int size, LongSupplier nanoClock) {
        this.loop = loop;
        this.size = size;
        this.nanoClock = nanoClock;
        this.left = size;
    }

    /** Does it now, or in a later pass; in the order in which they were added. */
    void add(Runnable work) {
        if (!waiting.isEmpty()) {
            waiting.add(work);
        } else if (closed || !awaitNextPass()) {
            work.run();
        } else if (left > 0) {
            left--;
            work.run();
        } else {
            waiting.add(work);
        }
    }

    /** Does all that waits, and whatever is added later at once. */
    void close() {
        closed = true;
        while (!waiting.isEmpty()) {
            waiting.remove().run();
        }
    }

    /** Whether this pass will be told from the next; not on a loop that ends. */
    private boolean awaitNextPass() {
        if (!listens && loop instanceof SingleThreadEventLoop passing) {
            try {
                passing.executeAfterEventLoopIteration(this::passed);
                listens = true;
            } catch (RejectedExecutionException _) {
                return false;
            }
        }
        return listens;
    }

    private void passed() {
        listens = false;
        left = size;
        if (!waiting.isEmpty()) {
            passedNanos = nanoClock.getAsLong();
            try {
                // A task that comes now has its turn in the next pass, which waits for nothing.
                loop.execute(this::next);
            } catch (RejectedExecutionException _) {
                close();
            }
        }
    }

    private void next() {
        if (!awaitNextPass()) {
            close();
        }
        long begun = nanoClock.getAsLong();
        long others = begun - passedNanos;
        while (!waiting.isEmpty()
                && (left > 0 || nanoClock.getAsLong() - begun < others / OTHERS)) {
            left--;
            waiting.remove().run();
        }
    }
}
