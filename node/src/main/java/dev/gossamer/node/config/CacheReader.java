package dev.gossamer.node.config;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.store.disk.DiskRules;
import dev.gossamer.node.store.disk.DiskRules.Policy;
import dev.gossamer.node.store.disk.format.Compression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the section {@code caches}. */
public final class CacheReader {
    private static final int CACHES_MAX = 4096;

    /** What memory has let go, and is over so soon, is hardly read again before. */
    private static final Duration TTL_MIN_ON_EVICTION = Duration.ofMinutes(1);

    private CacheReader() {}

    /**
     * The caches of the file and the one named {@code default}, which stands first and is there in
     * any case.
     *
     * @throws ConfigException when a cache wants more copies than the mesh has, or an SSD where
     *     there is none
     */
    public static List<CacheSettings> read(Configuration configuration) {
        List<String> names = new ArrayList<>(configuration.cacheNames());
        names.remove(CacheSettings.DEFAULT_NAME);
        names.addFirst(CacheSettings.DEFAULT_NAME);
        if (names.size() > CACHES_MAX) {
            throw new ConfigException(
                    "caches: " + names.size() + " are more than " + CACHES_MAX + ", the most");
        }
        return names.stream().map(name -> read(configuration, name)).toList();
    }

    private static CacheSettings read(Configuration configuration, String name) {
        int meshReplication = configuration.get(Settings.MESH_REPLICATION);
        int replication = configuration.get(name, CacheOptions.REPLICATION, meshReplication);
        if (replication > meshReplication) {
            throw new ConfigException(
                    "caches."
                            + name
                            + ".replication is "
                            + replication
                            + ", more than mesh.replication, which is "
                            + meshReplication);
        }
        DiskRules disk = disk(configuration, name);
        try {
            return new CacheSettings(
                    name,
                    configuration.get(name, CacheOptions.TTL, Optional.empty()),
                    said(configuration, name, CacheOptions.ENTRY_BYTES_MAX),
                    replication,
                    said(configuration, name, CacheOptions.ACKS),
                    said(configuration, name, CacheOptions.PARTITION),
                    said(configuration, name, CacheOptions.FRESHNESS),
                    disk);
        } catch (IllegalArgumentException e) {
            throw new ConfigException("caches." + name + ": " + e.getMessage(), e);
        }
    }

    /** An SSD that was left out is a mistake; one that was switched off is not. */
    private static DiskRules disk(Configuration configuration, String name) {
        if (configuration.get(StorageSettings.BYTES_MAX) == 0) {
            if (!configuration.says(StorageSettings.BYTES_MAX)) {
                refuseDisk(configuration, name);
            }
            return DiskRules.NEVER;
        }
        Compression compression = said(configuration, name, CacheOptions.DISK_COMPRESSION);
        if (!compression.isUsable()) {
            throw configuration.refused(
                    name,
                    CacheOptions.DISK_COMPRESSION,
                    "its native library cannot be loaded on this machine; say lz4 or none");
        }
        Policy policy = said(configuration, name, CacheOptions.DISK);
        return policy == Policy.NEVER
                ? DiskRules.NEVER
                : new DiskRules(
                        policy,
                        compression,
                        said(configuration, name, CacheOptions.DISK_BYTES_MAX),
                        said(configuration, name, CacheOptions.DISK_ENTRY_BYTES_MAX)
                                .orElse(Long.MAX_VALUE),
                        said(configuration, name, CacheOptions.DISK_TTL_MIN)
                                .orElse(
                                        policy == Policy.ON_EVICTION
                                                ? TTL_MIN_ON_EVICTION
                                                : Duration.ZERO));
    }

    private static void refuseDisk(Configuration configuration, String name) {
        for (Setting<?> setting : CacheOptions.OF_DISK) {
            if (configuration.says(name, setting)) {
                throw configuration.refused(
                        name,
                        setting,
                        "this node has no SSD tier; give it one with disk.bytes-max, or say"
                                + " disk.bytes-max: 0 to mean that");
            }
        }
    }

    private static <T> T said(Configuration configuration, String name, Setting<T> setting) {
        return configuration.get(name, setting, setting.reader().apply(setting.defaultText()));
    }
}
