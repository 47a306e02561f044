package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.Mesh.Read;
import dev.gossamer.node.mesh.Mesh.Tier;
import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.node.mesh.link.Lanes;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.OperationId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The routers of all lanes, and how a request comes to one of them.
 *
 * <p><b>Threads.</b> {@link #here}, {@link #read}, {@link #write} and {@link #awaitLease} on a
 * lane; the rest any.
 */
final class Routers {
    private final Member self;
    private final Lanes lanes;
    private final Map<Lane, LoopRouter> byLane = new HashMap<>();

    Routers(Member self, Lanes lanes, Shared shared, RandomGenerator random) {
        this.self = self;
        this.lanes = lanes;
        for (Lane each : lanes.all()) {
            long operations = random.nextLong() ^ self.id().value() ^ self.incarnation();
            byLane.put(each, new LoopRouter(shared, each, operations));
        }
    }

    /**
     * The router of the lane that calls.
     *
     * @throws IllegalStateException on a thread that is no lane of this member
     */
    LoopRouter here() {
        return Objects.requireNonNull(byLane.get(lanes.here()));
    }

    void read(Bytes key, Freshness freshness, Mesh.Callback<Read> callback) {
        here().read(key, freshness, true, new Reading(self, callback));
    }

    void write(Operation operation, Mesh.Callback<Outcome> callback) {
        here().write(operation, callback);
    }

    void write(Operation operation, OperationId id, Mesh.Callback<Outcome> callback) {
        here().write(operation, id, true, callback);
    }

    void awaitLease(Bytes key, long waitMillis, Mesh.Callback<Bytes> callback) {
        LeaseWait.start(here(), key, waitMillis, true, callback);
    }

    CompletableFuture<Read> readAsync(Bytes key, Freshness freshness) {
        Into<Read> into = new Into<>(Caller.UNKNOWN);
        onLaneOf(key, () -> read(key, freshness, into));
        return into.future;
    }

    CompletableFuture<Outcome> writeAsync(Operation operation, Caller caller) {
        Into<Outcome> into = new Into<>(caller);
        onLaneOf(operation.key(), () -> write(operation, into));
        return into.future;
    }

    /** One lane per key, so that one caller's requests for it keep their order. */
    private void onLaneOf(Bytes key, Runnable work) {
        List<Lane> all = lanes.all();
        all.get(key.slotIndex() % all.size()).execute(work);
    }

    /** Whether no request waits for its answer. A lane that does not answer counts as busy. */
    boolean isIdle(Workers workers) {
        List<CompletableFuture<Integer>> open = open();
        workers.pause(Workers.PAUSE_NANOS);
        return open.stream().allMatch(count -> count.getNow(1) == 0);
    }

    /** Requests that are not answered yet, per lane; each is counted when its lane gets to it. */
    private List<CompletableFuture<Integer>> open() {
        return lanes.all().stream()
                .map(lane -> CompletableFuture.supplyAsync(() -> here().open(), lane))
                .toList();
    }

    private record Reading(Member self, Mesh.Callback<Read> callback)
            implements ReadAttempt.Answer {
        @Override
        public void found(@Nullable Entry entry, Whence whence) {
            Member from = whence.from();
            Tier tier = from == null || whence.isNear() ? Tier.L1 : Tier.L3;
            callback.done(new Read(entry, tier, from == null ? self : from, whence.ageNanos()));
        }

        @Override
        public void failed(ErrorCode code, String message) {
            callback.failed(code, message);
        }

        @Override
        public Mesh.@Nullable ValueTaker takerOrNull() {
            return callback.takerOrNull();
        }
    }

    private static final class Into<T> implements Mesh.Callback<T> {
        private final CompletableFuture<T> future = new CompletableFuture<>();
        private final Caller caller;

        Into(Caller caller) {
            this.caller = caller;
        }

        @Override
        public Caller caller() {
            return caller;
        }

        @Override
        public void done(T answer) {
            future.complete(answer);
        }

        @Override
        public void failed(ErrorCode code, String message) {
            future.completeExceptionally(new GossamerException(code, message));
        }
    }
}
