package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.Invalidation.Done;
import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Version;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/**
 * Invalidates for the edges, each kind in its way.
 *
 * <p><b>Threads.</b> Any.
 */
final class Invalidations {
    private static final int KEYS_PER_PAGE = 256;

    private final Shared shared;
    private final Member self;
    private final List<Lane> lanes;
    private final Walks walks;
    private final BiFunction<Operation, Caller, CompletableFuture<Outcome>> write;
    private final Workers workers;

    /**
     * @param write carries an operation out, wherever its primary is
     */
    Invalidations(
            Shared shared,
            Member self,
            List<Lane> lanes,
            Walks walks,
            BiFunction<Operation, Caller, CompletableFuture<Outcome>> write,
            Workers workers) {
        this.shared = shared;
        this.self = self;
        this.lanes = lanes;
        this.walks = walks;
        this.write = write;
        this.workers = workers;
    }

    /**
     * @param caller on whose behalf
     */
    CompletableFuture<Done> start(Invalidation what, Caller caller) {
        return switch (what) {
            case Invalidation.Tag(var cache, var tag) -> tag(cache, tag, caller);
            case Invalidation.Cache(var name) -> prefix(Bytes.utf8(name + ':'), caller);
            case Invalidation.Prefix(var prefix) -> prefix(prefix, caller);
            case Invalidation.Key(var key) ->
                    remove(key, caller.by("invalidation")).thenApply(Invalidations::removed);
        };
    }

    private CompletableFuture<Done> tag(String cache, Bytes tag, Caller caller) {
        Keyspace keyspace = shared.keyspace();
        Bytes someKey = Bytes.utf8(cache + ':');
        try {
            long hash = keyspace.tagsOf(someKey, List.of(tag))[0];
            return bump(keyspace.settingsOf(someKey), hash, tag.toString(), caller);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(
                    new GossamerException(ErrorCode.ERR, String.valueOf(e.getMessage())));
        }
    }

    private CompletableFuture<Done> bump(
            CacheSettings cache, long tag, String name, Caller caller) {
        CompletableFuture<Version> answer = new CompletableFuture<>();
        Lane lane = lanes.get(Math.floorMod(Long.hashCode(tag), lanes.size()));
        lane.execute(() -> new Bump(shared, lane, self, cache, tag, answer).start());
        return answer.thenApply(version -> {
            boolean ofCache = Tags.ofCache(cache) == tag;
            shared.keyspace().mutations().invalidated(ofCache, tag, name, version, caller);
            return new Done(Optional.of(version), 0);
        });
    }

    private CompletableFuture<Done> prefix(Bytes prefix, Caller caller) {
        for (CacheSettings cache : shared.keyspace().caches()) {
            if (Bytes.utf8(cache.name() + ':').equals(prefix)) {
                return bump(cache, Tags.ofCache(cache), cache.name(), caller);
            }
        }
        return CompletableFuture.supplyAsync(
                () -> removeAll(prefix, caller.by("prefix " + prefix)), workers);
    }

    /** Runs on a worker. */
    private Done removeAll(Bytes prefix, Caller caller) {
        long removed = 0;
        long cursor = 0;
        do {
            Mesh.ScanPage page = walks.scan(cursor, KEYS_PER_PAGE, Mesh.Scope.MESH);
            List<CompletableFuture<Long>> removing =
                    page.keys().stream()
                            .filter(key -> startsWith(key, prefix))
                            .map(key -> remove(key, caller))
                            .toList();
            for (CompletableFuture<Long> each : removing) {
                removed += each.join();
            }
            cursor = page.cursor();
        } while (cursor != 0);
        return removed(removed);
    }

    private CompletableFuture<Long> remove(Bytes key, Caller caller) {
        var removal = new Operation.Remove(key, Operation.Condition.ALWAYS, false);
        return write.apply(removal, caller).thenApply(Invalidations::count);
    }

    private static long count(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Applied _ -> 1;
            case Outcome.Unchanged _ -> 0;
            case Outcome.Leased _ -> throw new IllegalStateException("a removal got a lease");
            case Outcome.Refused(var code, var message) ->
                    throw new GossamerException(code, message);
        };
    }

    private static Done removed(long count) {
        return new Done(Optional.empty(), count);
    }

    private static boolean startsWith(Bytes key, Bytes prefix) {
        int length = prefix.length();
        return key.length() >= length
                && Arrays.equals(key.array(), 0, length, prefix.array(), 0, length);
    }
}
