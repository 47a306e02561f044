package dev.gossamer.node.cli.chaos.history;

import java.util.List;
import java.util.Map;

/**
 * What a checker must know beside the calls.
 *
 * @param seed of the campaign
 * @param auditor the session that read every key once, after everything was healed and quiet
 * @param caches how each cache was configured
 * @param partitions when members could not all reach one another, each until the mesh must be one
 *     again
 */
public record Circumstances(
        long seed, int auditor, Map<String, Consistency> caches, List<Period> partitions) {

    public Circumstances {
        caches = Map.copyOf(caches);
        partitions = List.copyOf(partitions);
    }

    /** What the cache of that name chose; a cache that is not named is available. */
    public Consistency of(String cache) {
        return caches.getOrDefault(cache, Consistency.AVAILABLE);
    }

    /**
     * Whatever began by then, and ends at {@code toNanos}, met a partition; {@link Long#MIN_VALUE}
     * when there was none.
     */
    public long apartUntilNanos(long toNanos) {
        return partitions.stream()
                .filter(period -> period.startNanos() <= toNanos)
                .mapToLong(Period::endNanos)
                .max()
                .orElse(Long.MIN_VALUE);
    }

    /** Whether a partition lay anywhere within that time. */
    public boolean partitioned(long fromNanos, long toNanos) {
        return partitions.stream().anyMatch(period -> period.meets(fromNanos, toNanos));
    }
}
