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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An asynchronous cache: keys and values to requests, replies to results. */
final class RemoteAsyncCache<K, V> implements AsyncCache<K, V> {
    private final Engine engine;
    private final Leasing leasing;
    private final KeySpace<K> keys;
    private final Codec<V> values;
    private final Freshness freshness;

    /** Made once: one less object per call. */
    private final ReplyReader<Optional<V>> valueReader;

    RemoteAsyncCache(
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
        this.valueReader = reply -> CacheReplies.value(reply, values);
    }

    @Override
    public String name() {
        return keys.name();
    }

    @Override
    public AsyncCache<K, V> withFreshness(Freshness other) {
        return new RemoteAsyncCache<>(engine, leasing, keys, values, other);
    }

    @Override
    public CompletableFuture<Optional<V>> get(K key) {
        return get(key, freshness);
    }

    @Override
    public CompletableFuture<Optional<V>> get(K key, Freshness asked) {
        return find(keys.encode(key), asked);
    }

    private CompletableFuture<Optional<V>> find(byte[] encoded, Freshness asked) {
        NearEntry near = engine.nearOrNull(encoded, asked);
        return near != null
                ? decoded(() -> near.value(values))
                : send(engine.commands().get(encoded, asked, values), valueReader);
    }

    /** At once: what is in this process needs no other thread. */
    private static <T> CompletableFuture<Optional<T>> decoded(Supplier<T> decoding) {
        try {
            return CompletableFuture.completedFuture(Optional.of(decoding.get()));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<Optional<CacheEntry<V>>> getEntry(K key) {
        return getEntry(key, freshness);
    }

    @Override
    public CompletableFuture<Optional<CacheEntry<V>>> getEntry(K key, Freshness asked) {
        byte[] encoded = keys.encode(key);
        NearCache.Aged near = engine.agedOrNull(encoded, asked);
        return near != null
                ? decoded(() -> CacheReplies.entry(near, values))
                : send(
                        engine.commands().getEntry(encoded, asked, values),
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
        List<K> far = new ArrayList<>();
        List<Request> requests = new ArrayList<>();
        Map<K, NearEntry> near = new LinkedHashMap<>();
        for (K key : wanted) {
            byte[] encoded = keys.encode(key);
            NearEntry copy = engine.nearOrNull(encoded, freshness);
            if (copy != null) {
                near.put(key, copy);
            } else {
                far.add(key);
                requests.add(engine.commands().get(encoded, freshness, values));
            }
        }
        return engine.bulk()
                .send(requests, valueReader)
                .thenApply(found -> found(near, far, found));
    }

    private Map<K, V> found(Map<K, NearEntry> near, List<K> far, List<Optional<V>> answers) {
        Map<K, V> found = new LinkedHashMap<>();
        near.forEach((key, copy) -> found.put(key, copy.value(values)));
        for (int i = 0; i < far.size(); i++) {
            K key = far.get(i);
            answers.get(i).ifPresent(value -> found.put(key, value));
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
        return getOrLoad(
                        key,
                        missing ->
                                started(missing, loader)
                                        .thenApply(value ->
                                                Optional.<V>of(
                                                        Objects.requireNonNull(
                                                                value, "the loader's value"))),
                        LoadOptions.of(timeToLive))
                .thenApply(value ->
                        value.orElseThrow(
                                () -> new IllegalStateException("a loader without a value")));
    }

    private static <K, S> S started(K key, Function<? super K, ? extends S> loader) {
        return Objects.requireNonNull(loader.apply(key), "the loader's stage");
    }

    @Override
    public CompletableFuture<Optional<V>> getOrLoad(
            K key,
            Function<? super K, ? extends CompletionStage<Optional<V>>> loader,
            LoadOptions options) {
        byte[] encoded = keys.encode(key);
        if (options.asksPrimary()) {
            return taken(key, Bytes.wrap(encoded), loader, options);
        }
        return get(key).thenCompose(hit ->
                hit.isPresent()
                        ? CompletableFuture.completedFuture(hit)
                        : taken(key, Bytes.wrap(encoded), loader, options));
    }

    private CompletableFuture<Optional<V>> taken(
            K key,
            Bytes wrapped,
            Function<? super K, ? extends CompletionStage<Optional<V>>> loader,
            LoadOptions options) {
        return leasing.turn(wrapped, options, null)
                .thenComposeAsync(
                        turn ->
                                turn instanceof Turn.Mine mine
                                        ? loaded(key, wrapped, mine, loader, options)
                                        : CompletableFuture.completedFuture(
                                                decoded(((Turn.Found) turn).value())),
                        engine.completions());
    }

    private CompletableFuture<Optional<V>> loaded(
            K key,
            Bytes wrapped,
            Turn.Mine mine,
            Function<? super K, ? extends CompletionStage<Optional<V>>> loader,
            LoadOptions options) {
        if (!mine.isBackground(options)) {
            return load(key, wrapped, mine, loader, options);
        }
        CompletableFuture<Optional<V>> behind =
                load(key, wrapped, leasing.background(wrapped, mine), loader, options);
        return CompletableFuture.completedFuture(decoded(mine.old()));
    }

    private CompletableFuture<Optional<V>> load(
            K key,
            Bytes wrapped,
            Turn.Mine mine,
            Function<? super K, ? extends CompletionStage<Optional<V>>> loader,
            LoadOptions options) {
        CompletableFuture<CompletableFuture<Optional<V>>> loaded = new CompletableFuture<>();
        CompletionStage<Optional<V>> unused =
                begin(key, loader)
                        .whenComplete((value, failure) -> {
                            try {
                                loaded.complete(ended(wrapped, mine, value, failure, options));
                            } catch (Throwable e) {
                                loaded.completeExceptionally(e);
                            }
                        });
        return loaded.thenCompose(stored -> stored);
    }

    private CompletionStage<Optional<V>> begin(
            K key, Function<? super K, ? extends CompletionStage<Optional<V>>> loader) {
        try {
            return started(key, loader);
        } catch (Throwable e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The loader has ended: whoever called hears of the value when it is stored. */
    private CompletableFuture<Optional<V>> ended(
            Bytes key,
            Turn.Mine mine,
            @Nullable Optional<V> value,
            @Nullable Throwable failure,
            LoadOptions options) {
        Optional<byte[]> bytes;
        Optional<V> found;
        try {
            if (failure != null) {
                throw new CompletionException(failure);
            }
            found = Objects.requireNonNull(value, "the loader's value");
            bytes = found.map(values::encode);
        } catch (RuntimeException e) {
            Throwable cause = e.getCause() == null || failure == null ? e : rootOf(failure);
            leasing.failed(key, mine, cause, options);
            return mine.afterError(options)
                    .map(old -> CompletableFuture.completedFuture(decoded(Optional.of(old))))
                    .orElseGet(() -> CompletableFuture.failedFuture(cause));
        }
        return leasing.filled(key, mine, bytes, options).thenApply(stored -> found);
    }

    private static Throwable rootOf(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    private Optional<V> decoded(Optional<byte[]> bytes) {
        return bytes.map(values::decode);
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
