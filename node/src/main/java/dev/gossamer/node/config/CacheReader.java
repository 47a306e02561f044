package dev.gossamer.node.config;

import dev.gossamer.node.cache.CacheSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the section {@code caches}. */
public final class CacheReader {
    private CacheReader() {}

    /**
     * The caches of the file and the one named {@code default}, which stands first and is there in
     * any case.
     *
     * @throws ConfigException when a cache wants more copies than the mesh has
     */
    public static List<CacheSettings> read(Configuration configuration) {
        List<String> names = new ArrayList<>(configuration.cacheNames());
        names.remove(CacheSettings.DEFAULT_NAME);
        names.addFirst(CacheSettings.DEFAULT_NAME);
        return names.stream().map(name -> read(configuration, name)).toList();
    }

    private static CacheSettings read(Configuration configuration, String name) {
        int meshReplication = configuration.get(Settings.MESH_REPLICATION);
        int replication = configuration.get(name, Settings.CACHE_REPLICATION, meshReplication);
        if (replication > meshReplication) {
            throw new ConfigException(
                    "caches."
                            + name
                            + ".replication is "
                            + replication
                            + ", more than mesh.replication, which is "
                            + meshReplication);
        }
        try {
            return new CacheSettings(
                    name,
                    configuration.get(name, Settings.CACHE_TTL, Optional.empty()),
                    configuration.get(
                            name,
                            Settings.CACHE_ENTRY_BYTES_MAX,
                            defaultOf(Settings.CACHE_ENTRY_BYTES_MAX)),
                    replication,
                    configuration.get(name, Settings.CACHE_ACKS, defaultOf(Settings.CACHE_ACKS)),
                    configuration.get(
                            name, Settings.CACHE_PARTITION, defaultOf(Settings.CACHE_PARTITION)),
                    configuration.get(
                            name, Settings.CACHE_FRESHNESS, defaultOf(Settings.CACHE_FRESHNESS)));
        } catch (IllegalArgumentException e) {
            throw new ConfigException("caches." + name + ": " + e.getMessage(), e);
        }
    }

    private static <T> T defaultOf(Setting<T> setting) {
        return setting.reader().apply(setting.defaultText());
    }
}
