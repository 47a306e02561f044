package dev.gossamer.node.cli.chaos.load;

import dev.gossamer.client.Cache;
import dev.gossamer.client.CacheEntry;
import dev.gossamer.client.Gossamer;
import dev.gossamer.client.codec.Codec;
import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.Source;
import dev.gossamer.node.cli.chaos.history.Within;
import dev.gossamer.node.cli.chaos.history.WriteId;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.GossamerException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * One client that makes one call after the other and says what each came to. Every value is the
 * name of the call that stores it. A session keeps near copies of its own, or asks any member when
 * it may have an older answer. For one thread.
 */
public final class Session implements AutoCloseable {
    /** As good as any age that no bound reaches: nothing proves that the value was ever current. */
    private static final long UNPROVEN_NANOS = Duration.ofDays(1).toNanos();

    private final int number;
    private final Gossamer mesh;
    private final Optional<AnyMember> anyMember;
    private final LongSupplier nanoClock;
    private final Map<String, Cache<String, String>> caches = new HashMap<>();
    private int sequence;

    /**
     * @param number by which its calls are known
     * @param uri of the mesh
     * @param nearBytesMax for its near copies; 0 for a session without
     */
    public Session(int number, String uri, long nearBytesMax, LongSupplier nanoClock) {
        this.number = number;
        this.mesh = Gossamer.builder().uri(uri).nearBytesMax(nearBytesMax).connect();
        this.anyMember = nearBytesMax > 0 ? Optional.empty() : Optional.of(new AnyMember(uri));
        this.nanoClock = nanoClock;
    }

    /**
     * Reads LATEST, or writes, which takes at most the client's request timeout.
     *
     * @param key the cache's name, a colon, the key
     */
    public Call call(Action action, String key) {
        return call(
                action,
                key,
                Optional.empty(),
                id -> answer(cacheOf(key), action, inCache(key), id));
    }

    /** Reads what is younger than the bound; see {@link #call}. */
    public Call read(String key, Bound bound) {
        return anyMember
                .map(members ->
                        call(
                                Action.GET,
                                key,
                                Optional.of(bound.ofMember()),
                                _ -> members.read(key, bound.time())))
                .orElseGet(() ->
                        call(
                                Action.GET,
                                key,
                                Optional.of(bound.ofClient()),
                                _ -> found(cacheOf(key).getEntry(inCache(key), bound.fresh()))));
    }

    private Call call(
            Action action, String key, Optional<Within> within, Function<WriteId, Answer> asking) {
        WriteId id = new WriteId(number, sequence++);
        long start = nanoClock.getAsLong();
        Answer answer = answered(id, asking);
        long end = nanoClock.getAsLong();
        return new Call(number, id.sequence(), key, action, within, answer, start, end);
    }

    private static Answer answered(WriteId id, Function<WriteId, Answer> asking) {
        try {
            return asking.apply(id);
        } catch (GossamerException e) {
            return failure(e.code());
        }
    }

    private Cache<String, String> cacheOf(String key) {
        return caches.computeIfAbsent(
                key.substring(0, key.indexOf(':')),
                name -> mesh.cache(name, Codec.utf8(), Codec.utf8()));
    }

    private static String inCache(String key) {
        return key.substring(key.indexOf(':') + 1);
    }

    private static Answer answer(
            Cache<String, String> cache, Action action, String key, WriteId id) {
        return switch (action) {
            case GET -> found(cache.getEntry(key, Freshness.LATEST));
            case PUT -> {
                cache.put(key, id.toString());
                yield Answer.DONE;
            }
            case PUT_IF_ABSENT -> done(cache.putIfAbsent(key, id.toString()));
            case REMOVE -> done(cache.remove(key));
        };
    }

    private static Answer done(boolean took) {
        return took ? Answer.DONE : Answer.DECLINED;
    }

    private static Answer found(Optional<CacheEntry<String>> entry) {
        return entry.<Answer>map(found ->
                        new Answer.Found(
                                writerOf(found.value()),
                                Optional.of(found.version()),
                                sourceOf(found)))
                .orElse(Answer.ABSENT);
    }

    /** Members say whole milliseconds, rounded up, and so does this. */
    private static Source sourceOf(CacheEntry<String> entry) {
        long nanos = entry.age().map(Duration::toNanos).orElse(UNPROVEN_NANOS);
        return Source.of(
                Source.Tier.valueOf(entry.tier()),
                Math.ceilDiv(nanos, Duration.ofMillis(1).toNanos()));
    }

    static WriteId writerOf(String value) {
        try {
            return WriteId.parse(value);
        } catch (IllegalArgumentException _) {
            return WriteId.FOREIGN; // the checks report it
        }
    }

    /** Only an error that may be retried promises that nothing was changed. */
    private static Answer failure(ErrorCode code) {
        return code.retryable() ? new Answer.Refused(code) : new Answer.Unknown(code);
    }

    @Override
    public void close() {
        mesh.close();
        anyMember.ifPresent(AnyMember::close);
    }
}
