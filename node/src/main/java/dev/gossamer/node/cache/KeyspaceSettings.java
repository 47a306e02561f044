package dev.gossamer.node.cache;

import dev.gossamer.node.store.disk.DiskCaches;
import dev.gossamer.protocol.Bytes;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * The rules that all named caches share, and the caches.
 *
 * @param tombstoneRetention how long a removal is remembered, so that a late, older copy cannot
 *     bring the entry back (C8). Longer protects against members that are away longer; each
 *     tombstone takes the memory of an entry without a value meanwhile. At least 1 s; 10 min by
 *     default
 * @param driftMax how far another member's clock may be ahead of this one's before what it wrote is
 *     refused (C1). At least 1 ms; 1 min by default
 * @param operationsBytesMax what the outcomes of recent operations may take, so that a repeated
 *     call is answered and not applied again (C5). It must hold what comes in while clients still
 *     repeat a call: (writes a second) × (the client's deadline in seconds) × about 220 bytes, more
 *     for calls that answer a value. At least 64 KiB; 16 MiB by default
 * @param operationRetention how long an outcome is remembered at most; more than any client's
 *     deadline. At least 1 s; 1 min by default
 * @param ledgerBytesMax what the ledger of merges may take (C9), about 260 bytes and the key for
 *     each loss. At least 4 KiB; 4 MiB by default
 * @param leases how leases are given to load keys
 * @param tagsBytesMax what the tags that were invalidated may take, about 21 to 43 bytes for each.
 *     Over it those that were invalidated longest ago are forgotten, and with them all tagged
 *     entries that are older than that. At least 4 KiB; 4 MiB by default, for 196,608 tags
 * @param mutationsBytesMax what the last changes of keys, and who caused them, may take ({@link
 *     Mutations}): about 57 bytes for each change, and some 200 for each client that is named in
 *     them. 0 for keeping none, at most 1 TiB; 4 MiB by default
 * @param caches the named caches; exactly one is called {@link CacheSettings#DEFAULT_NAME}
 */
public record KeyspaceSettings(
        Duration tombstoneRetention,
        Duration driftMax,
        long operationsBytesMax,
        Duration operationRetention,
        long ledgerBytesMax,
        LeaseSettings leases,
        long tagsBytesMax,
        long mutationsBytesMax,
        List<CacheSettings> caches) {
    private static final Duration RETENTION_MIN = Duration.ofSeconds(1);
    private static final Duration DRIFT_MIN = Duration.ofMillis(1);
    private static final long OPERATIONS_BYTES_MIN = 64L << 10;
    private static final long LEDGER_BYTES_MIN = 4L << 10;
    private static final long TAGS_BYTES_MIN = 4L << 10;
    private static final long TAGS_BYTES = 4L << 20;
    private static final long MUTATIONS_BYTES = 4L << 20;
    private static final long MUTATIONS_BYTES_MAX = 1L << 40;
    private static final Duration MAX = Duration.ofDays(365);

    /** Values up to 16 MiB with keys up to 64 KiB. */
    private static final long ENTRY_BYTES_MAX = (16L << 20) + (64 << 10);

    /** One cache for all keys, without an expiry, with as many copies as the mesh keeps. */
    public static final KeyspaceSettings DEFAULT =
            of(
                    List.of(
                            new CacheSettings(
                                    CacheSettings.DEFAULT_NAME,
                                    Optional.empty(),
                                    ENTRY_BYTES_MAX,
                                    Integer.MAX_VALUE,
                                    CacheSettings.Acks.ALL,
                                    CacheSettings.Partition.AVAILABLE)));

    /** These caches, under rules that are the default ones. */
    public static KeyspaceSettings of(List<CacheSettings> caches) {
        return new KeyspaceSettings(
                Duration.ofMinutes(10),
                Duration.ofMinutes(1),
                16L << 20,
                Duration.ofMinutes(1),
                4L << 20,
                LeaseSettings.DEFAULT,
                TAGS_BYTES,
                MUTATIONS_BYTES,
                caches);
    }

    public KeyspaceSettings {
        caches = List.copyOf(caches);
        within("tombstone retention", tombstoneRetention, RETENTION_MIN);
        within("drift maximum", driftMax, DRIFT_MIN);
        within("operation retention", operationRetention, RETENTION_MIN);
        atLeast("operations", operationsBytesMax, OPERATIONS_BYTES_MIN);
        atLeast("the ledger", ledgerBytesMax, LEDGER_BYTES_MIN);
        atLeast("invalidated tags", tagsBytesMax, TAGS_BYTES_MIN);
        if (mutationsBytesMax < 0 || mutationsBytesMax > MUTATIONS_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "memory for mutations of "
                            + mutationsBytesMax
                            + " bytes is outside [0, 1 TiB]");
        }
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

    private static void atLeast(String what, long bytes, long min) {
        if (bytes < min) {
            throw new IllegalArgumentException(
                    "memory for " + what + " of " + bytes + " bytes is less than " + min);
        }
    }

    /**
     * The least copies that any cache wants of its entries.
     *
     * @param most how many the mesh keeps
     */
    public int copiesMin(int most) {
        return caches.stream().mapToInt(CacheSettings::replication).reduce(most, Math::min);
    }

    /**
     * How many copies a key's cache wants. What it answers is the same for ever, and costs a look
     * at the key's prefix.
     */
    public ToIntFunction<Bytes> copies() {
        NamedCaches named = new NamedCaches(caches);
        return key -> named.of(key).replication();
    }

    /** The caches as the SSD knows them: their names, copies and rules; likewise. */
    public DiskCaches diskCaches() {
        NamedCaches named = new NamedCaches(caches);
        List<DiskCaches.Named> all =
                named.all().stream()
                        .map(each ->
                                new DiskCaches.Named(each.name(), each.replication(), each.disk()))
                        .toList();
        return new DiskCaches() {
            @Override
            public int indexOf(Bytes key) {
                return named.indexOf(key);
            }

            @Override
            public List<Named> all() {
                return all;
            }
        };
    }
}
