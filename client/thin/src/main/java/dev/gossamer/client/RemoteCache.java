package dev.gossamer.client;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.routing.ReplyReader;
import dev.gossamer.client.routing.Request;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * A blocking cache. Single requests are written and decoded by the calling thread; bulk ones are
 * the asynchronous cache's, waited for.
 */
final class RemoteCache<K, V> implements Cache<K, V> {
    private final Engine engine;
    private final KeySpace<K> keys;
    private final Codec<V> values;
    private final Freshness freshness;
    private final AsyncCache<K, V> async;

    /** Made once: one less object per call. */
    private final ReplyReader<Optional<V>> valueReader;

    RemoteCache(Engine engine, KeySpace<K> keys, Codec<V> values, Freshness freshness) {
        this.engine = engine;
        this.keys = keys;
        this.values = values;
        this.freshness = freshness;
        this.async = new RemoteAsyncCache<>(engine, keys, values, freshness);
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
        return new RemoteCache<>(engine, keys, values, other);
    }

    @Override
    public Optional<V> get(K key) {
        return get(key, freshness);
    }

    @Override
    public Optional<V> get(K key, Freshness asked) {
        return ask(engine.commands().get(keys.encode(key), asked), valueReader);
    }

    @Override
    public Optional<CacheEntry<V>> getEntry(K key) {
        return getEntry(key, freshness);
    }

    @Override
    public Optional<CacheEntry<V>> getEntry(K key, Freshness asked) {
        return ask(
                engine.commands().getEntry(keys.encode(key), asked),
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
        byte[] encoded = keys.encode(key);
        Optional<V> hit = ask(engine.commands().get(encoded, freshness), valueReader);
        if (hit.isPresent()) {
            return hit.get();
        }
        Bytes wrapped = Bytes.wrap(encoded);
        Load mine = new Load();
        Optional<Load> running = engine.loads().join(wrapped, mine);
        return running.isPresent()
                ? join(wrapped, running.get())
                : load(key, wrapped, mine, loader, timeToLive);
    }

    private V load(
            K key,
            Bytes wrapped,
            Load mine,
            Function<? super K, ? extends V> loader,
            Duration timeToLive) {
        V value;
        byte[] bytes;
        try {
            value = Objects.requireNonNull(loader.apply(key), "the loader's value");
            bytes = values.encode(value);
        } catch (Throwable thrown) {
            engine.loads().end(wrapped, mine);
            mine.value().completeExceptionally(thrown);
            throw thrown;
        }
        mine.value().complete(bytes);
        if (mine.beginStoring()) {
            store(wrapped, mine, bytes, timeToLive);
        }
        return value;
    }

    private void store(Bytes key, Load mine, byte[] bytes, Duration timeToLive) {
        try {
            ask(
                    engine.commands().putIfAbsent(key.array(), bytes, timeToLive),
                    CacheReplies::stored);
        } catch (GossamerException e) {
            // A value that cannot be stored is still the value; the metrics count the failure. An
            // interruption stays visible in the thread's status.
            if (e.code() == ErrorCode.INTERNAL) {
                throw e;
            }
        } finally {
            engine.loads().end(key, mine);
            mine.endStoring();
        }
    }

    /**
     * Waits for another caller's load; one that does not end is not waited for by later callers.
     */
    private V join(Bytes key, Load running) {
        if (running.isRunBy(Thread.currentThread()) && !running.value().isDone()) {
            throw new IllegalStateException("the loader of " + key + " asks for its own key");
        }
        try {
            return values.decode(engine.awaitLoad(running.value()));
        } catch (GossamerException e) {
            if (e.code() == ErrorCode.TIMEOUT && !running.value().isDone()) {
                engine.loads().end(key, running);
                running.overtake();
            }
            throw e;
        }
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
