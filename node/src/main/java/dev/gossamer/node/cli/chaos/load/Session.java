package dev.gossamer.node.cli.chaos.load;

import dev.gossamer.client.Cache;
import dev.gossamer.client.CacheEntry;
import dev.gossamer.client.Gossamer;
import dev.gossamer.client.codec.Codec;
import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.WriteId;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.GossamerException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * One client that makes one call after the other and says what each came to. Reads are LATEST, and
 * every value is the name of the call that stores it. For one thread.
 */
public final class Session implements AutoCloseable {
    private final int number;
    private final Gossamer mesh;
    private final LongSupplier nanoClock;
    private final Map<String, Cache<String, String>> caches = new HashMap<>();
    private int sequence;

    /**
     * @param number by which its calls are known
     * @param uri of the mesh
     */
    public Session(int number, String uri, LongSupplier nanoClock) {
        this.number = number;
        this.mesh = Gossamer.connect(uri);
        this.nanoClock = nanoClock;
    }

    /**
     * Makes a call, which takes at most the client's request timeout.
     *
     * @param key the cache's name, a colon, the key
     */
    public Call call(Action action, String key) {
        int colon = key.indexOf(':');
        Cache<String, String> cache =
                caches.computeIfAbsent(
                        key.substring(0, colon),
                        name -> mesh.cache(name, Codec.utf8(), Codec.utf8()));
        WriteId id = new WriteId(number, sequence++);
        long start = nanoClock.getAsLong();
        Answer answer = answer(cache, action, key.substring(colon + 1), id);
        return new Call(number, id.sequence(), key, action, answer, start, nanoClock.getAsLong());
    }

    private static Answer answer(
            Cache<String, String> cache, Action action, String key, WriteId id) {
        try {
            return switch (action) {
                case GET -> found(cache.getEntry(key, Freshness.LATEST));
                case PUT -> {
                    cache.put(key, id.toString());
                    yield Answer.DONE;
                }
                case PUT_IF_ABSENT -> done(cache.putIfAbsent(key, id.toString()));
                case REMOVE -> done(cache.remove(key));
            };
        } catch (GossamerException e) {
            return failure(e.code());
        }
    }

    private static Answer done(boolean took) {
        return took ? Answer.DONE : Answer.DECLINED;
    }

    private static Answer found(Optional<CacheEntry<String>> entry) {
        return entry.<Answer>map(found ->
                        new Answer.Found(writerOf(found.value()), Optional.of(found.version())))
                .orElse(Answer.ABSENT);
    }

    private static WriteId writerOf(String value) {
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
    }
}
