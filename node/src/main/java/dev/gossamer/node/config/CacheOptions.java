package dev.gossamer.node.config;

import static dev.gossamer.node.config.Readers.bytes;
import static dev.gossamer.node.config.Readers.choice;
import static dev.gossamer.node.config.Readers.duration;
import static dev.gossamer.node.config.Readers.freshness;
import static dev.gossamer.node.config.Readers.integer;
import static dev.gossamer.node.config.Readers.optional;

import dev.gossamer.node.cache.CacheSettings.Acks;
import dev.gossamer.node.cache.CacheSettings.Partition;
import dev.gossamer.node.store.disk.DiskRules.Policy;
import dev.gossamer.node.store.disk.format.Compression;
import dev.gossamer.protocol.Freshness;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What may be said of a named cache, under {@code caches.<name>}. */
final class CacheOptions {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final Duration MILLISECOND = Duration.ofMillis(1);

    static final Setting<Optional<Duration>> TTL =
            new Setting<>(
                    "ttl",
                    "",
                    optional(duration(MILLISECOND, Duration.ofDays(3_650))),
                    "Expiry of entries written without one; empty for never.");
    static final Setting<Long> ENTRY_BYTES_MAX =
            new Setting<>(
                    "entry-bytes-max",
                    "16MiB",
                    bytes(16, 512 * MIB),
                    "Most that key and value may have together.");
    static final Setting<Integer> REPLICATION =
            new Setting<>(
                    "replication",
                    "",
                    integer(1, 16),
                    "Copies, at most mesh.replication, which is the default.");
    static final Setting<Acks> ACKS =
            new Setting<>(
                    "acks",
                    "all",
                    choice(Acks.class),
                    "'all': acknowledged when every copy is stored; 'primary': when the primary has it.");

    static final Setting<Partition> PARTITION =
            new Setting<>(
                    "partition",
                    "available",
                    choice(Partition.class),
                    "'available': both sides of a partition serve, and the later write wins the merge; 'consistent': the smaller side refuses.");

    static final Setting<Freshness> FRESHNESS =
            new Setting<>(
                    "freshness",
                    "1s",
                    freshness(Duration.ofDays(1)),
                    "How old an answer may be when a read does not say: 'latest', 'any' or a duration, within which a near copy may answer.");
    static final Setting<Policy> DISK =
            new Setting<>(
                    "disk",
                    "write-through",
                    choice(Policy.class),
                    "What goes to the SSD, where a node has one (disk.bytes-max): 'write-through': every write, so that a restart finds it; 'on-eviction': what memory has no room for; 'never'.");
    static final Setting<Compression> DISK_COMPRESSION =
            new Setting<>(
                    "disk-compression",
                    "lz4",
                    choice(Compression.class),
                    "How values are compressed on the SSD, where that makes them smaller: 'none', 'lz4' (fast) or 'zstd' (smaller, several times the work).");
    static final Setting<Long> DISK_BYTES_MAX =
            new Setting<>(
                    "disk-bytes-max",
                    "0B",
                    bytes(0, 1024 * GIB),
                    "What the cache's entries may take of the SSD; what comes beyond stays in memory only. 0 for no limit but the node's.");
    static final Setting<Optional<Long>> DISK_ENTRY_BYTES_MAX =
            new Setting<>(
                    "disk-entry-bytes-max",
                    "",
                    optional(bytes(16, 512 * MIB)),
                    "A larger entry, key and value together, stays in memory only, and so does one over half of disk.segment-bytes; empty for no other limit.");
    static final Setting<Optional<Duration>> DISK_TTL_MIN =
            new Setting<>(
                    "disk-ttl-min",
                    "",
                    optional(duration(Duration.ZERO, Duration.ofDays(3_650))),
                    "What expires sooner than this is not written to the SSD; empty for 0s with write-through and 1m with on-eviction.");

    static final List<Setting<?>> ALL =
            List.of(
                    TTL,
                    ENTRY_BYTES_MAX,
                    REPLICATION,
                    ACKS,
                    PARTITION,
                    FRESHNESS,
                    DISK,
                    DISK_COMPRESSION,
                    DISK_BYTES_MAX,
                    DISK_ENTRY_BYTES_MAX,
                    DISK_TTL_MIN);

    /** Those that need an SSD. */
    static final List<Setting<?>> OF_DISK =
            List.of(DISK, DISK_COMPRESSION, DISK_BYTES_MAX, DISK_ENTRY_BYTES_MAX, DISK_TTL_MIN);

    private CacheOptions() {}
}
