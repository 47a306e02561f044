package dev.gossamer.node.cache;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The rules that all named caches share, and the caches.
 *
 * @param tombstoneRetention how long a removal is remembered, so that a late, older copy cannot
 *     bring the entry back (C8). Longer protects against members that are away longer; each
 *     tombstone takes the memory of an entry without a value meanwhile. At least 1 s; 10 min by
 *     default
 * @param driftMax how far another member's clock may be ahead of this one's before what it wrote is
 *     refused (C1). At least 1 ms; 1 min by default
 * @param caches the named caches; exactly one is called {@link CacheSettings#DEFAULT_NAME}
 */
public record KeyspaceSettings(
        Duration tombstoneRetention, Duration driftMax, List<CacheSettings> caches) {
    private static final Duration RETENTION_MIN = Duration.ofSeconds(1);
    private static final Duration DRIFT_MIN = Duration.ofMillis(1);
    private static final Duration MAX = Duration.ofDays(365);

    /** Values up to 16 MiB with keys up to 64 KiB. */
    private static final long ENTRY_BYTES_MAX = (16L << 20) + (64 << 10);

    /** One cache for all keys, without an expiry, with as many copies as the mesh keeps. */
    public static final KeyspaceSettings DEFAULT =
            new KeyspaceSettings(
                    Duration.ofMinutes(10),
                    Duration.ofMinutes(1),
                    List.of(
                            new CacheSettings(
                                    CacheSettings.DEFAULT_NAME,
                                    Optional.empty(),
                                    ENTRY_BYTES_MAX,
                                    Integer.MAX_VALUE,
                                    CacheSettings.Acks.ALL)));

    public KeyspaceSettings {
        caches = List.copyOf(caches);
        within("tombstone retention", tombstoneRetention, RETENTION_MIN);
        within("drift maximum", driftMax, DRIFT_MIN);
        Set<String> names = new HashSet<>();
        for (CacheSettings cache : caches) {
            if (!names.add(cache.name())) {
                throw new IllegalArgumentException("two caches are named '" + cache.name() + "'");
            }
        }
        if (!names.contains(CacheSettings.DEFAULT_NAME)) {
            throw new IllegalArgumentException(
                    "no cache is named '" + CacheSettings.DEFAULT_NAME + "'");
        }
    }

    private static void within(String what, Duration value, Duration min) {
        if (value.compareTo(min) < 0 || value.compareTo(MAX) > 0) {
            throw new IllegalArgumentException(
                    what + " of " + value + " is outside [" + min + ", " + MAX + "]");
        }
    }
}
