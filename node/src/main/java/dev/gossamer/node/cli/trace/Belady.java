package dev.gossamer.node.cli.trace;

import java.util.Arrays;

/**
 * The best that any cache of a given number of entries could do on a trace: it knows the future.
 *
 * <p>On a miss in a full cache the entry whose next read is furthest away goes, or the new one is
 * not taken in when its own next read is further still (Belady 1966 [1], with bypass [2]). A write
 * stores its key like a miss does, and makes an earlier copy worthless: keeping a key is of use
 * only if its next access is a read.
 *
 * <p><b>Cost.</b> O(n log n) time, about 13 bytes per access.
 *
 * <ol>
 *   <li>L. A. Belady, A study of replacement algorithms for a virtual-storage computer, IBM Systems
 *       Journal 5(2), 1966.
 *   <li>R. L. Mattson et al., Evaluation techniques for storage hierarchies, IBM Systems Journal
 *       9(2), 1970.
 * </ol>
 */
public final class Belady {
    private static final int NEVER = Integer.MAX_VALUE;

    private final Trace trace;
    private final boolean[] cached;
    private final MaxHeap nextReads;
    private int size;

    private Belady(Trace trace) {
        this.trace = trace;
        this.cached = new boolean[trace.keyCount()];
        this.nextReads = new MaxHeap();
    }

    /** How many of the trace's reads the best cache of {@code entriesMax} entries answers. */
    public static long hits(Trace trace, long entriesMax) {
        return new Belady(trace).run((int) Math.min(entriesMax, trace.keyCount()));
    }

    private long run(int entriesMax) {
        int[] nextRead = nextReads(trace);
        long hits = 0;
        for (int at = 0; at < trace.length(); at++) {
            int key = trace.key(at);
            if (cached[key] && !trace.isWrite(at)) {
                hits++;
            }
            if (cached[key]) {
                keepOrDrop(key, nextRead[at]);
            } else if (nextRead[at] != NEVER && entriesMax > 0) {
                takeIn(key, nextRead[at], entriesMax);
            }
        }
        return hits;
    }

    private void keepOrDrop(int key, int next) {
        if (next == NEVER) {
            cached[key] = false;
            size--;
        } else {
            nextReads.push(next);
        }
    }

    /**
     * What stands in the heap for accesses that have passed is smaller than all that is to come, so
     * the top is always true while anything is cached.
     */
    private void takeIn(int key, int next, int entriesMax) {
        if (size < entriesMax) {
            size++;
        } else if (nextReads.top() > next) {
            cached[trace.key(nextReads.pop())] = false;
        } else {
            return;
        }
        cached[key] = true;
        nextReads.push(next);
    }

    /** For each access, where its key is accessed next if that is a read. */
    private static int[] nextReads(Trace trace) {
        int[] next = new int[trace.length()];
        int[] seenAt = new int[trace.keyCount()];
        Arrays.fill(seenAt, NEVER);
        for (int at = trace.length() - 1; at >= 0; at--) {
            int key = trace.key(at);
            next[at] = seenAt[key];
            seenAt[key] = trace.isWrite(at) ? NEVER : at;
        }
        return next;
    }

    /** A binary heap of ints, the greatest on top. */
    private static final class MaxHeap {
        private int[] items = new int[1024];
        private int count;

        int top() {
            return items[0];
        }

        void push(int item) {
            if (count == items.length) {
                items = Arrays.copyOf(items, count * 2);
            }
            int at = count++;
            while (at > 0 && items[(at - 1) >> 1] < item) {
                items[at] = items[(at - 1) >> 1];
                at = (at - 1) >> 1;
            }
            items[at] = item;
        }

        int pop() {
            int top = items[0];
            int last = items[--count];
            int at = 0;
            while (2 * at + 1 < count) {
                int child = 2 * at + 1;
                if (child + 1 < count && items[child + 1] > items[child]) {
                    child++;
                }
                if (items[child] <= last) {
                    break;
                }
                items[at] = items[child];
                at = child;
            }
            items[at] = last;
            return top;
        }
    }
}
