package dev.gossamer.client;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.routing.ReplyReader;
import dev.gossamer.client.routing.Request;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An asynchronous cache: keys and values to requests, replies to results. */
final class RemoteAsyncCache<K, V> implements AsyncCache<K, V> {
    private final Engine engine;
    private final KeySpace<K> keys;
    private final Codec<V> values;
    private final Freshness freshness;

    /** Made once: one less object per call. */
    private final ReplyReader<Optional<V>> valueReader;

    RemoteAsyncCache(Engine engine, KeySpace<K> keys, Codec<V> values, Freshness freshness) {
        this.engine = engine;
        this.keys = keys;
        this.values = values;
        this.freshness = freshness;
        this.valueReader = reply -> CacheReplies.value(reply, values);
    }

    @Override
    public String name() {
        return keys.name();
    }

    @Override
    public AsyncCache<K, V> withFreshness(Freshness other) {
        return new RemoteAsyncCache<>(engine, keys, values, other);
    }

    @Override
    public CompletableFuture<Optional<V>> get(K key) {
        return get(key, freshness);
    }

    @Override
    public CompletableFuture<Optional<V>> get(K key, Freshness asked) {
        return send(engine.commands().get(keys.encode(key), asked), valueReader);
    }

    @Override
    public CompletableFuture<Optional<CacheEntry<V>>> getEntry(K key) {
        return getEntry(key, freshness);
    }

    @Override
    public CompletableFuture<Optional<CacheEntry<V>>> getEntry(K key, Freshness asked) {
        return send(
                engine.commands().getEntry(keys.encode(key), asked),
                reply -> CacheReplies.entry(reply, values));
    }

    @Override
    public CompletableFuture<Void> put(K key, V value) {
        byte[] encoded = keys.encode(key);
        return change(encoded, engine.commands().put(encoded, encode(value)), CacheReplies::stored)
                .thenAccept(stored -> {});
    }

    @Override
    public CompletableFuture<Void> put(K key, V value, Duration timeToLive) {
        byte[] encoded = keys.encode(key);
        Request request = engine.commands().put(encoded, encode(value), timeToLive);
        return change(encoded, request, CacheReplies::stored).thenAccept(stored -> {});
    }

    @Override
    public CompletableFuture<Void> put(K key, V value, WriteOptions options) {
        byte[] encoded = keys.encode(key);
        Request request = engine.commands().put(encoded, encode(value), options);
        return change(encoded, request, CacheReplies::stored).thenAccept(stored -> {});
    }

    @Override
    public CompletableFuture<Version> invalidateTag(String tag) {
        return send(engine.commands().invalidateTag(keys.name(), tag), CacheReplies::version);
    }

    @Override
    public CompletableFuture<Void> invalidateAll() {
        return send(engine.commands().invalidateAll(keys.name()), CacheReplies::invalidated)
                .thenAccept(done -> {});
    }

    @Override
    public CompletableFuture<Boolean> putIfAbsent(K key, V value) {
        byte[] encoded = keys.encode(key);
        Request request = engine.commands().putIfAbsent(encoded, encode(value));
        return change(encoded, request, CacheReplies::stored);
    }

    @Override
    public CompletableFuture<Boolean> putIfAbsent(K key, V value, Duration timeToLive) {
        byte[] encoded = keys.encode(key);
        Request request = engine.commands().putIfAbsent(encoded, encode(value), timeToLive);
        return change(encoded, request, CacheReplies::stored);
    }

    @Override
    public CompletableFuture<Optional<Version>> putIf(K key, V value, Version expected) {
        byte[] encoded = keys.encode(key);
        Request request = engine.commands().putIf(encoded, encode(value), expected);
        return change(encoded, request, CacheReplies::newVersion);
    }

    @Override
    public CompletableFuture<Optional<Version>> putIf(
            K key, V value, Version expected, Duration timeToLive) {
        byte[] encoded = keys.encode(key);
        Request request = engine.commands().putIf(encoded, encode(value), expected, timeToLive);
        return change(encoded, request, CacheReplies::newVersion);
    }

    @Override
    public CompletableFuture<Boolean> remove(K key) {
        byte[] encoded = keys.encode(key);
        return change(encoded, engine.commands().remove(encoded), CacheReplies::done);
    }

    @Override
    public CompletableFuture<Boolean> removeIf(K key, Version expected) {
        byte[] encoded = keys.encode(key);
        return change(encoded, engine.commands().removeIf(encoded, expected), CacheReplies::done);
    }

    @Override
    public CompletableFuture<Map<K, V>> getAll(Collection<? extends K> wanted) {
        List<K> list = new ArrayList<>(wanted);
        List<Request> requests =
                list.stream()
                        .map(key -> engine.commands().get(keys.encode(key), freshness))
                        .toList();
        return engine.bulk().send(requests, valueReader).thenApply(found -> found(list, found));
    }

    private static <K, V> Map<K, V> found(List<K> keys, List<Optional<V>> values) {
        Map<K, V> found = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            K key = keys.get(i);
            values.get(i).ifPresent(value -> found.put(key, value));
        }
        return found;
    }

    @Override
    public CompletableFuture<Void> putAll(Map<? extends K, ? extends V> pairs) {
        return putAll(pairs, engine.commands()::put);
    }

    @Override
    public CompletableFuture<Void> putAll(
            Map<? extends K, ? extends V> pairs, Duration timeToLive) {
        return putAll(pairs, (key, value) -> engine.commands().put(key, value, timeToLive));
    }

    private interface PutCommand {
        Request of(byte[] key, byte[] value);
    }

    private CompletableFuture<Void> putAll(
            Map<? extends K, ? extends V> pairs, PutCommand command) {
        List<Request> requests = new ArrayList<>(pairs.size());
        List<CompletableFuture<Void>> storing = new ArrayList<>();
        pairs.forEach((key, value) -> {
            byte[] encoded = keys.encode(key);
            requests.add(command.of(encoded, encode(value)));
            engine.loads().overtake(encoded).ifPresent(storing::add);
        });
        return CompletableFuture.allOf(storing.toArray(new CompletableFuture<?>[0]))
                .thenCompose(ready -> engine.bulk().send(requests, CacheReplies::stored))
                .thenAccept(stored -> {});
    }

    @Override
    public CompletableFuture<Boolean> expire(K key, Duration timeToLive) {
        return send(engine.commands().expire(keys.encode(key), timeToLive), CacheReplies::done);
    }

    @Override
    public CompletableFuture<TimeToLive> ttl(K key) {
        return send(engine.commands().ttl(keys.encode(key)), CacheReplies::timeToLive);
    }

    @Override
    public CompletableFuture<V> getOrLoad(
            K key,
            Function<? super K, ? extends CompletionStage<? extends V>> loader,
            Duration timeToLive) {
        return get(key).thenCompose(hit ->
                hit.map(CompletableFuture::completedFuture)
                        .orElseGet(() -> load(key, loader, timeToLive)));
    }

    private CompletableFuture<V> load(
            K key,
            Function<? super K, ? extends CompletionStage<? extends V>> loader,
            Duration timeToLive) {
        byte[] encoded = keys.encode(key);
        Bytes wrapped = Bytes.wrap(encoded);
        Load mine = new Load();
        Optional<Load> running = engine.loads().join(wrapped, mine);
        if (running.isPresent()) {
            return join(wrapped, running.get());
        }
        CompletableFuture<V> loaded = new CompletableFuture<>();
        CompletionStage<? extends V> unused =
                begin(key, loader)
                        .whenComplete((value, failure) ->
                                ended(mine, wrapped, timeToLive, value, failure, loaded));
        return loaded;
    }

    private CompletionStage<? extends V> begin(
            K key, Function<? super K, ? extends CompletionStage<? extends V>> loader) {
        try {
            return Objects.requireNonNull(loader.apply(key), "the loader's stage");
        } catch (Throwable e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The loader has ended: everybody learns of it before the value is stored. */
    private void ended(
            Load mine,
            Bytes key,
            Duration timeToLive,
            @Nullable V value,
            @Nullable Throwable failure,
            CompletableFuture<V> loaded) {
        byte[] bytes;
        V found;
        try {
            if (failure != null) {
                throw new CompletionException(failure);
            }
            found = Objects.requireNonNull(value, "the loader's value");
            bytes = values.encode(found);
        } catch (RuntimeException e) {
            Throwable cause = e instanceof CompletionException && failure != null ? failure : e;
            engine.loads().end(key, mine);
            mine.value().completeExceptionally(cause);
            loaded.completeExceptionally(cause);
            return;
        }
        mine.value().complete(bytes);
        if (!mine.beginStoring()) {
            loaded.complete(found);
            return;
        }
        store(mine, key, bytes, timeToLive, () -> loaded.complete(found));
    }

    /** A value that cannot be stored is still the value; the metrics count the failure. */
    private void store(
            Load mine, Bytes key, byte[] bytes, Duration timeToLive, Runnable afterwards) {
        Request request = engine.commands().putIfAbsent(key.array(), bytes, timeToLive);
        CompletableFuture<Boolean> unused =
                send(request, CacheReplies::stored)
                        .whenComplete((stored, problem) -> {
                            engine.loads().end(key, mine);
                            mine.endStoring();
                            afterwards.run();
                        });
    }

    /**
     * Waits for another caller's load; one that does not end is not waited for by later callers.
     */
    private CompletableFuture<V> join(Bytes key, Load running) {
        CompletableFuture<byte[]> waiting = running.value().copy();
        engine.endAfterLoadTimeout(waiting);
        return waiting.whenComplete((bytes, failure) -> endIfOverdue(key, running))
                .thenApplyAsync(values::decode, engine.completions());
    }

    private void endIfOverdue(Bytes key, Load running) {
        if (!running.value().isDone()) {
            engine.loads().end(key, running);
            running.overtake();
        }
    }

    private byte[] encode(V value) {
        return values.encode(Objects.requireNonNull(value, "value"));
    }

    private <T> CompletableFuture<T> change(byte[] key, Request request, ReplyReader<T> reader) {
        return engine.loads()
                .overtake(key)
                .map(storing -> storing.thenCompose(stored -> send(request, reader)))
                .orElseGet(() -> send(request, reader));
    }

    private <T> CompletableFuture<T> send(Request request, ReplyReader<T> reader) {
        return engine.dispatcher().send(request, reader);
    }
}
