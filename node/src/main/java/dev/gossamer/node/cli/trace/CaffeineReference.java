package dev.gossamer.node.cli.trace;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

/**
 * What one Caffeine cache in one process makes of a trace: the yardstick for the mesh.
 *
 * <p>It is bounded by weight, as the memory of a node is, for Caffeine does not decide alike under
 * both of its bounds: one by weight sizes its frequency sketch by what it has, one by count by what
 * it may have. On one of the traces of docs/replay.md that alone is worth two points.
 */
public final class CaffeineReference {
    private static final int ENTRY_WEIGHT = 4_096;

    private CaffeineReference() {}

    /**
     * How many of the trace's reads a cache of at most {@code entriesMax} entries answers. A miss
     * stores its key, a write as well.
     */
    public static long hits(Trace trace, long entriesMax) {
        Cache<Integer, Boolean> cache =
                Caffeine.newBuilder()
                        .maximumWeight(entriesMax * ENTRY_WEIGHT)
                        .<Integer, Boolean>weigher((_, _) -> ENTRY_WEIGHT)
                        .executor(Runnable::run)
                        .build();
        long hits = 0;
        for (int at = 0; at < trace.length(); at++) {
            int key = trace.key(at);
            if (trace.isWrite(at)) {
                cache.put(key, true);
            } else if (cache.getIfPresent(key) != null) {
                hits++;
            } else {
                cache.put(key, true);
            }
        }
        return hits;
    }
}
