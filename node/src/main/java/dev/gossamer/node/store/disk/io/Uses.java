package dev.gossamer.node.store.disk.io;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the uses of something that is to be closed when the last has ended: a descriptor that was
 * closed under a read would let the read hit whichever file gets its number next. Any thread.
 */
final class Uses {
    private static final int CLOSED = Integer.MIN_VALUE;

    /** Uses under way; the sign says that nothing more may begin. */
    private final AtomicInteger state = new AtomicInteger();

    /** Whether a use may begin; then {@link #end} must follow. */
    boolean begin() {
        int seen = state.get();
        while (seen >= 0) {
            int witness = state.compareAndExchange(seen, seen + 1);
            if (witness == seen) {
                return true;
            }
            seen = witness;
        }
        return false;
    }

    /** Whether this was the last use of what was closed meanwhile. */
    boolean end() {
        return state.decrementAndGet() == CLOSED;
    }

    /** Lets nothing more begin; whether nothing is under way, asked and answered once. */
    boolean close() {
        int seen = state.getAndUpdate(now -> now | CLOSED);
        return seen == 0;
    }
}
