package dev.gossamer.client;

import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * {@link Cache} for callers that don't wait: the same methods, the same meaning.
 *
 * <p><b>Threads.</b> The methods never block. Futures end on the client's completion executor, and
 * so run there what hangs onto them by a method without {@code Async} in its name; a near copy's
 * has ended before it is returned, and what hangs onto it runs on the caller. Each ends by the
 * request timeout (about 10 ms later at most, 100 ms when the client was idle).
 *
 * <p><b>Failure.</b> As the cause of the future's exception, as {@link Cache} describes. Cancelling
 * a future abandons the answer, not the request.
 */
public interface AsyncCache<K, V> {
    /** The name, which is also the prefix of its keys; {@code default} has none. */
    String name();

    AsyncCache<K, V> withFreshness(Freshness freshness);

    CompletableFuture<Optional<V>> get(K key);

    CompletableFuture<Optional<V>> get(K key, Freshness freshness);

    CompletableFuture<Optional<CacheEntry<V>>> getEntry(K key);

    CompletableFuture<Optional<CacheEntry<V>>> getEntry(K key, Freshness freshness);

    CompletableFuture<Void> put(K key, V value);

    CompletableFuture<Void> put(K key, V value, Duration timeToLive);

    CompletableFuture<Void> put(K key, V value, WriteOptions options);

    CompletableFuture<Version> invalidateTag(String tag);

    CompletableFuture<Void> invalidateAll();

    CompletableFuture<Boolean> putIfAbsent(K key, V value);

    CompletableFuture<Boolean> putIfAbsent(K key, V value, Duration timeToLive);

    CompletableFuture<Optional<Version>> putIf(K key, V value, Version expected);

    CompletableFuture<Optional<Version>> putIf(
            K key, V value, Version expected, Duration timeToLive);

    CompletableFuture<Boolean> remove(K key);

    CompletableFuture<Boolean> removeIf(K key, Version expected);

    CompletableFuture<Map<K, V>> getAll(Collection<? extends K> keys);

    CompletableFuture<Void> putAll(Map<? extends K, ? extends V> pairs);

    CompletableFuture<Void> putAll(Map<? extends K, ? extends V> pairs, Duration timeToLive);

    CompletableFuture<Boolean> expire(K key, Duration timeToLive);

    CompletableFuture<TimeToLive> ttl(K key);

    /**
     * @param loader called on the completion executor; its stage ends with a value, never null
     */
    CompletableFuture<V> getOrLoad(
            K key,
            Function<? super K, ? extends CompletionStage<? extends V>> loader,
            Duration timeToLive);

    /**
     * @param loader called on the completion executor; its stage ends empty when the origin has
     *     nothing under the key
     */
    CompletableFuture<Optional<V>> getOrLoad(
            K key,
            Function<? super K, ? extends CompletionStage<Optional<V>>> loader,
            LoadOptions options);
}
