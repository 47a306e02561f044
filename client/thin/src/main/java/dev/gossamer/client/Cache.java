package dev.gossamer.client;

import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A named cache in the mesh, typed, for callers that wait. {@link #async} is the same for those
 * that don't.
 *
 * <p><b>Threads.</b> Any number at once; the object is small and may be kept or made anew.
 *
 * <p><b>Failure.</b> Every method throws {@link dev.gossamer.protocol.GossamerException}: TIMEOUT
 * at the client's request timeout (the outcome of a write is then unknown), INTERRUPTED when the
 * caller's thread is interrupted (its status stays set), BUSY at once when too much is under way,
 * UNREACHABLE when nobody answers, STALE when only older values could be had than this client has
 * seen, and what the members last said, where they refused until the timeout. A miss is an answer,
 * not a failure.
 *
 * <p><b>Session.</b> No call goes back behind what was answered to any call of the same {@link
 * Gossamer} before it began (C3), but for {@code ttl}.
 *
 * <p><b>Near copies.</b> Where the client keeps any ({@link ClientSettings#nearBytesMax}), a read
 * within a bound may be answered from them while it is proved that they are fresh enough (C4), one
 * of ANY always, one of LATEST never.
 *
 * <p><b>Retries.</b> Every call is repeated within the timeout, when a connection breaks as well: a
 * write is done once, and answers as it did the first time (C5), up to 30 s after it began. On
 * servers that are no members of a mesh, {@code putIfAbsent} and {@code remove} are repeated only
 * when they provably were not done: their result would lie otherwise.
 *
 * <p>A time to live is rounded up to whole milliseconds. Writes without one expire as the cache's
 * settings say.
 */
public interface Cache<K, V> {
    /** The name, which is also the prefix of its keys; {@code default} has none. */
    String name();

    AsyncCache<K, V> async();

    /** The same cache, read with another freshness where a call names none. */
    Cache<K, V> withFreshness(Freshness freshness);

    /** The value under a key, as fresh as this cache's default asks. */
    Optional<V> get(K key);

    Optional<V> get(K key, Freshness freshness);

    /** A value with its version, tier and expiry. */
    Optional<CacheEntry<V>> getEntry(K key);

    Optional<CacheEntry<V>> getEntry(K key, Freshness freshness);

    void put(K key, V value);

    void put(K key, V value, Duration timeToLive);

    /** Stores an entry that may depend on tags. Servers that are no members refuse tags. */
    void put(K key, V value, WriteOptions options);

    /**
     * Makes every entry of this cache that depends on the tag count as absent: once it returns, no
     * LATEST read, of any client, finds what was written before it began (C6, C8). Its cost does
     * not depend on how many entries there are. Repeating it is safe; with NOREPLICAS it may have
     * been done in part.
     *
     * @return its version: later than that of each entry that it made absent
     */
    Version invalidateTag(String tag);

    /**
     * The same for all entries of this cache. Where the mesh has no settings for a cache of this
     * name, members walk over all keys to remove them, which may take longer than the request
     * timeout.
     */
    void invalidateAll();

    /** Stores unless there is an entry; whether it stored. */
    boolean putIfAbsent(K key, V value);

    boolean putIfAbsent(K key, V value, Duration timeToLive);

    /**
     * Stores if the entry still has the version that was read; {@link Version#NONE} expects none.
     *
     * @return the new version, or empty when another one was found
     */
    Optional<Version> putIf(K key, V value, Version expected);

    Optional<Version> putIf(K key, V value, Version expected, Duration timeToLive);

    /** Removes an entry; whether there was one. */
    boolean remove(K key);

    /** Removes an entry if it still has the version that was read; whether it removed. */
    boolean removeIf(K key, Version expected);

    /**
     * The values of those keys that have one. The requests travel together, to every member at
     * once.
     */
    Map<K, V> getAll(Collection<? extends K> keys);

    /**
     * Stores each pair, to every member at once; no transaction. When one fails, the others may
     * have been stored.
     */
    void putAll(Map<? extends K, ? extends V> pairs);

    void putAll(Map<? extends K, ? extends V> pairs, Duration timeToLive);

    /** Lets an entry expire after {@code timeToLive} from now; whether there is one. */
    boolean expire(K key, Duration timeToLive);

    TimeToLive ttl(K key);

    /**
     * {@link #getOrLoad(Object, Function, LoadOptions)} with {@link LoadOptions#of} the time to
     * live, and a loader that always finds something.
     *
     * @param loader answers with a value, never null; runs on the calling thread
     */
    V getOrLoad(K key, Function<? super K, ? extends V> loader, Duration timeToLive);

    /**
     * The value under a key; when there is none, what {@code loader} makes of the key, which is
     * then stored.
     *
     * <p><b>One loader (C7).</b> For one key, one loader runs at a time in the whole mesh, under a
     * lease of the key's primary. The other callers, of all programs, wait for it, or take an old
     * value where {@code options} allow it; TIMEOUT says that they have waited in vain. A loader
     * that throws frees its lease at once, one that dies by the lease's timeout. What a loader
     * throws reaches its caller and all who wait in this program; one of the others loads then.
     *
     * <p><b>No stale fill (C6).</b> When anybody writes, removes or invalidates the key while the
     * loader runs, its value is returned to its own caller and not stored; whoever waited asks
     * anew. If only storing fails, the value is returned.
     *
     * <p><b>Cost.</b> A hit is a plain read, from wherever this cache's freshness allows. With any
     * of the options that look at a value's age, or that remember absence, each call asks the key's
     * primary. Servers without leases see to one loader per program only.
     *
     * @param loader empty when the origin has nothing under the key; runs on the calling thread,
     *     and on the client's completion executor when a value is renewed in the background
     * @return empty when the origin has nothing
     */
    Optional<V> getOrLoad(K key, Function<? super K, Optional<V>> loader, LoadOptions options);
}
