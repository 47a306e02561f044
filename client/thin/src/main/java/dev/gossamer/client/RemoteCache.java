package dev.gossamer.client;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.near.NearCache;
import dev.gossamer.client.near.NearEntry;
import dev.gossamer.client.routing.ReplyReader;
import dev.gossamer.client.routing.Request;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/**
 * A blocking cache. Single requests are written and decoded by the calling thread; bulk ones are
 * the asynchronous cache's, waited for.
 */
final class RemoteCache<K, V> implements Cache<K, V> {
    private final Engine engine;
    private final Leasing leasing;
    private final KeySpace<K> keys;
    private final Codec<V> values;
    private final Freshness freshness;
    private final AsyncCache<K, V> async;

    /** {@link #freshness}, counted once. */
    private final long boundNanos;

    /** Made once: one less object per call. */
    private final ReplyReader<Optional<V>> valueReader;

    RemoteCache(
            Engine engine,
            Leasing leasing,
            KeySpace<K> keys,
            Codec<V> values,
            Freshness freshness) {
        this.engine = engine;
        this.leasing = leasing;
        this.keys = keys;
        this.values = values;
        this.freshness = freshness;
        this.boundNanos = NearCache.boundNanos(freshness);
        this.async = new RemoteAsyncCache<>(engine, leasing, keys, values, freshness);
        this.valueReader = reply -> CacheReplies.value(reply, values);
    }

    @Override
    public String name() {
        return keys.name();
    }

    @Override
    public AsyncCache<K, V> async() {
        return async;
    }

    @Override
    public Cache<K, V> withFreshness(Freshness other) {
        return new RemoteCache<>(engine, leasing, keys, values, other);
    }

    @Override
    public Optional<V> get(K key) {
        return find(keys.encode(key), freshness, boundNanos);
    }

    @Override
    public Optional<V> get(K key, Freshness asked) {
        return find(keys.encode(key), asked, NearCache.boundNanos(asked));
    }

    private Optional<V> find(byte[] encoded, Freshness asked, long bound) {
        NearEntry near = engine.nearOrNull(encoded, bound);
        return near != null
                ? Optional.of(near.value(values))
                : ask(engine.commands().get(encoded, asked, values), valueReader);
    }

    @Override
    public Optional<CacheEntry<V>> getEntry(K key) {
        return getEntry(key, freshness);
    }

    @Override
    public Optional<CacheEntry<V>> getEntry(K key, Freshness asked) {
        byte[] encoded = keys.encode(key);
        NearCache.Aged near = engine.agedOrNull(encoded, asked);
        return near != null
                ? Optional.of(CacheReplies.entry(near, values))
                : ask(
                        engine.commands().getEntry(encoded, asked, values),
                        reply -> CacheReplies.entry(reply, values));
    }

    @Override
    public void put(K key, V value) {
        byte[] encoded = keys.encode(key);
        change(encoded, engine.commands().put(encoded, encode(value)), CacheReplies::stored);
    }

    @Override
    public void put(K key, V value, Duration timeToLive) {
        byte[] encoded = keys.encode(key);
        Request request = engine.commands().put(encoded, encode(value), timeToLive);
        change(encoded, request, CacheReplies::stored);
    }

    @Override
    public void put(K key, V value, WriteOptions options) {
        byte[] encoded = keys.encode(key);
        Request request = engine.commands().put(encoded, encode(value), options);
        change(encoded, request, CacheReplies::stored);
    }

    @Override
    public Version invalidateTag(String tag) {
        return ask(engine.commands().invalidateTag(keys.name(), tag), CacheReplies::version);
    }

    @Override
    public void invalidateAll() {
        ask(engine.commands().invalidateAll(keys.name()), CacheReplies::invalidated);
    }

    @Override
    public boolean putIfAbsent(K key, V value) {
        byte[] encoded = keys.encode(key);
        Request request = engine.commands().putIfAbsent(encoded, encode(value));
        return change(encoded, request, CacheReplies::stored);
    }

    @Override
    public boolean putIfAbsent(K key, V value, Duration timeToLive) {
        byte[] encoded = keys.encode(key);
        Request request = engine.commands().putIfAbsent(encoded, encode(value), timeToLive);
        return change(encoded, request, CacheReplies::stored);
    }

    @Override
    public Optional<Version> putIf(K key, V value, Version expected) {
        byte[] encoded = keys.encode(key);
        Request request = engine.commands().putIf(encoded, encode(value), expected);
        return change(encoded, request, CacheReplies::newVersion);
    }

    @Override
    public Optional<Version> putIf(K key, V value, Version expected, Duration timeToLive) {
        byte[] encoded = keys.encode(key);
        Request request = engine.commands().putIf(encoded, encode(value), expected, timeToLive);
        return change(encoded, request, CacheReplies::newVersion);
    }

    @Override
    public boolean remove(K key) {
        byte[] encoded = keys.encode(key);
        return change(encoded, engine.commands().remove(encoded), CacheReplies::done);
    }

    @Override
    public boolean removeIf(K key, Version expected) {
        byte[] encoded = keys.encode(key);
        return change(encoded, engine.commands().removeIf(encoded, expected), CacheReplies::done);
    }

    @Override
    public Map<K, V> getAll(Collection<? extends K> wanted) {
        engine.dispatcher().checkMayBlock();
        return Engine.await(async.getAll(wanted));
    }

    @Override
    public void putAll(Map<? extends K, ? extends V> pairs) {
        engine.dispatcher().checkMayBlock();
        Engine.await(async.putAll(pairs));
    }

    @Override
    public void putAll(Map<? extends K, ? extends V> pairs, Duration timeToLive) {
        engine.dispatcher().checkMayBlock();
        Engine.await(async.putAll(pairs, timeToLive));
    }

    @Override
    public boolean expire(K key, Duration timeToLive) {
        return ask(engine.commands().expire(keys.encode(key), timeToLive), CacheReplies::done);
    }

    @Override
    public TimeToLive ttl(K key) {
        return ask(engine.commands().ttl(keys.encode(key)), CacheReplies::timeToLive);
    }

    @Override
    public V getOrLoad(K key, Function<? super K, ? extends V> loader, Duration timeToLive) {
        return getOrLoad(
                        key,
                        missing ->
                                Optional.of(
                                        Objects.requireNonNull(
                                                loader.apply(missing), "the loader's value")),
                        LoadOptions.of(timeToLive))
                .orElseThrow(() -> new IllegalStateException("a loader without a value"));
    }

    @Override
    public Optional<V> getOrLoad(
            K key, Function<? super K, Optional<V>> loader, LoadOptions options) {
        byte[] encoded = keys.encode(key);
        if (!options.asksPrimary()) {
            Optional<V> hit = find(encoded, freshness, boundNanos);
            if (hit.isPresent()) {
                return hit;
            }
        }
        engine.dispatcher().checkMayBlock();
        Bytes wrapped = Bytes.wrap(encoded);
        Turn turn = await(wrapped, options);
        if (turn instanceof Turn.Mine mine) {
            return loaded(key, wrapped, mine, loader, options);
        }
        return decoded(((Turn.Found) turn).value());
    }

    private Turn await(Bytes key, LoadOptions options) {
        CompletableFuture<Turn> asked = leasing.turn(key, options, Thread.currentThread());
        try {
            return Engine.await(asked);
        } catch (RuntimeException | Error e) {
            leasing.abandon(key, asked, options);
            throw e;
        }
    }

    private Optional<V> loaded(
            K key,
            Bytes wrapped,
            Turn.Mine mine,
            Function<? super K, Optional<V>> loader,
            LoadOptions options) {
        if (!mine.isBackground(options)) {
            return load(key, wrapped, mine, loader, options);
        }
        Turn.Mine behind = leasing.background(wrapped, mine);
        CompletableFuture<Optional<V>> unused =
                CompletableFuture.supplyAsync(
                        () -> load(key, wrapped, behind, loader, options), engine.completions());
        return decoded(mine.old());
    }

    private Optional<V> load(
            K key,
            Bytes wrapped,
            Turn.Mine mine,
            Function<? super K, Optional<V>> loader,
            LoadOptions options) {
        Optional<V> value;
        Optional<byte[]> bytes;
        try {
            value = Objects.requireNonNull(loader.apply(key), "the loader's value");
            bytes = value.map(values::encode);
        } catch (Throwable thrown) {
            leasing.failed(wrapped, mine, thrown, options);
            Optional<byte[]> instead = mine.afterError(options);
            if (instead.isPresent() && thrown instanceof Exception) {
                return decoded(instead);
            }
            throw thrown;
        }
        awaitStored(leasing.filled(wrapped, mine, bytes, options));
        return value;
    }

    /** An interruption stays visible in the thread's status; the value is there all the same. */
    private static void awaitStored(CompletableFuture<Void> storing) {
        try {
            storing.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw Engine.failure(e);
        }
    }

    private Optional<V> decoded(Optional<byte[]> bytes) {
        return bytes.map(values::decode);
    }

    private byte[] encode(V value) {
        return values.encode(Objects.requireNonNull(value, "value"));
    }

    private <T> T change(byte[] key, Request request, ReplyReader<T> reader) {
        engine.loads().overtake(key).ifPresent(Engine::await);
        return ask(request, reader);
    }

    private <T> T ask(Request request, ReplyReader<T> reader) {
        return engine.dispatcher().ask(request, reader);
    }
}
