package dev.gossamer.node.cache;

import dev.gossamer.node.cache.CacheSettings.Partition;
import dev.gossamer.protocol.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which named cache a key belongs to: {@code users:42} to {@code users}, if there is one, and else
 * to the default cache. Immutable; finding allocates nothing and reads no more of the key than the
 * longest name has.
 */
final class NamedCaches {
    private final List<CacheSettings> all;
    private final Named fallback;
    private final int nameLengthMax;
    private final boolean anyConsistent;

    /** Open addressing by the hash of the name's bytes; a power of two, at most half full. */
    private final @Nullable Named[] table;

    /**
     * @param index in {@link #all}
     */
    private record Named(byte[] name, CacheSettings settings, int index) {}

    /**
     * @param caches with distinct names, one of them the default's, as {@link KeyspaceSettings}
     *     checks
     */
    NamedCaches(List<CacheSettings> caches) {
        List<CacheSettings> ordered = new ArrayList<>();
        this.table = new @Nullable Named[Integer.highestOneBit(caches.size()) * 4];
        int longest = 0;
        for (CacheSettings cache : caches) {
            ordered.add(
                    cache.name().equals(CacheSettings.DEFAULT_NAME) ? 0 : ordered.size(), cache);
        }
        this.all = List.copyOf(ordered);
        for (int i = all.size() - 1; i >= 0; i--) {
            byte[] name = all.get(i).name().getBytes(StandardCharsets.UTF_8);
            insert(new Named(name, all.get(i), i));
            longest = Math.max(longest, name.length);
        }
        this.nameLengthMax = longest;
        this.fallback = new Named(new byte[0], all.getFirst(), 0);
        this.anyConsistent =
                all.stream().anyMatch(each -> each.partition() == Partition.CONSISTENT);
    }

    /** The default cache first. */
    List<CacheSettings> all() {
        return all;
    }

    /** Whether any of them compares epochs first. */
    boolean anyConsistent() {
        return anyConsistent;
    }

    CacheSettings of(Bytes key) {
        return namedOf(key).settings;
    }

    /** Which of {@link #all} it is. */
    int indexOf(Bytes key) {
        return namedOf(key).index;
    }

    private Named namedOf(Bytes key) {
        if (all.size() == 1) {
            return fallback;
        }
        byte[] bytes = key.array();
        int end = Math.min(bytes.length, nameLengthMax + 1);
        int hash = 1;
        for (int i = 0; i < end; i++) {
            if (bytes[i] == ':') {
                return find(bytes, i, hash);
            }
            hash = 31 * hash + bytes[i];
        }
        return fallback;
    }

    private Named find(byte[] key, int length, int hash) {
        for (int i = place(hash); ; i = (i + 1) & (table.length - 1)) {
            Named named = table[i];
            if (named == null) {
                return fallback;
            }
            if (Arrays.equals(named.name, 0, named.name.length, key, 0, length)) {
                return named;
            }
        }
    }

    private void insert(Named named) {
        int i = place(Arrays.hashCode(named.name));
        while (table[i] != null) {
            i = (i + 1) & (table.length - 1);
        }
        table[i] = named;
    }

    private int place(int hash) {
        return (hash ^ (hash >>> 16)) & (table.length - 1);
    }
}
