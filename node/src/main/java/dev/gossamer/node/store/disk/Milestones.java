package dev.gossamer.node.store.disk;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Who waits until what was staged has got somewhere: into the log, or onto the device.
 *
 * <p><b>Threads.</b> Any. <b>Bound.</b> One entry for each write that waits for its
 * acknowledgement; those are bounded where they come from.
 */
final class Milestones {
    private final ConcurrentSkipListMap<Long, List<Runnable>> waiting =
            new ConcurrentSkipListMap<>();
    private final AtomicLong reached = new AtomicLong();

    /** Runs {@code then} once everything up to the sequence has got there, perhaps at once. */
    void when(long sequence, Runnable then) {
        if (reached.get() >= sequence) {
            then.run();
            return;
        }
        waiting.compute(
                sequence,
                (_, before) -> {
                    List<Runnable> those = before == null ? new ArrayList<>(1) : before;
                    those.add(then);
                    return those;
                });
        release();
    }

    /** Everything up to the sequence has got there. */
    void reached(long sequence) {
        reached.accumulateAndGet(sequence, Math::max);
        release();
    }

    /** Nothing more will be: nobody is kept waiting for a disk that is given up. */
    void giveUp() {
        reached(Long.MAX_VALUE);
    }

    /** A disk that was given up works again, from this sequence on. */
    void resume(long sequence) {
        reached.set(sequence);
    }

    private void release() {
        long up = reached.get();
        var first = waiting.firstEntry();
        while (first != null && first.getKey() <= up) {
            List<Runnable> those = waiting.remove(first.getKey());
            if (those != null) {
                those.forEach(Runnable::run);
            }
            first = waiting.firstEntry();
        }
    }
}
