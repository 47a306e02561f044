package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.mesh.link.DeadlineWheel;
import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.SyncReply;
import dev.gossamer.node.mesh.link.SyncRequest;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done for one topology and no longer: it asks members, lets workers work, and waits. When
 * the topology is in force no more, nothing of it goes on.
 *
 * <p><b>Threads.</b> Everything is called on one lane and answers there. Only what is handed to
 * {@link #work} and {@link #change} runs on a worker.
 */
final class Errand {
    private static final Logger log = LoggerFactory.getLogger(Errand.class);

    /** How long something may go on failing before people are told, and then again. */
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    /** After a failure. */
    private static final long RETRY_NANOS = 20_000_000;

    private static final int QUICK_RETRIES = 10;
    private static final int RETRY_DOUBLINGS_MAX = 6;

    final Holding holding;
    final Keyspace keyspace;
    private final Lane lane;
    private final Executor workers;
    private final Fence fence;
    private final LongSupplier nanoClock;
    private final long patienceNanos;
    private final BooleanSupplier over;
    private long complainedAtNanos;

    /**
     * @param patienceNanos for each answer of another member
     * @param over whether the topology is in force no more
     */
    Errand(
            Holding holding,
            Keyspace keyspace,
            Lane lane,
            Executor workers,
            Fence fence,
            LongSupplier nanoClock,
            long patienceNanos,
            BooleanSupplier over) {
        this.holding = holding;
        this.keyspace = keyspace;
        this.lane = lane;
        this.workers = workers;
        this.fence = fence;
        this.nanoClock = nanoClock;
        this.patienceNanos = patienceNanos;
        this.over = over;
        this.complainedAtNanos = nanoClock.getAsLong();
    }

    /** Goes on a little later with what did not succeed; people are told when that lasts. */
    void retry(int slots, String why, Runnable work) {
        retry(slots, why, 0, work);
    }

    /**
     * The same, the later the more often it was in vain: what may last for minutes is not to keep
     * anybody busy.
     */
    void retry(int slots, String why, int vain, Runnable work) {
        long now = nanoClock.getAsLong();
        if (now - complainedAtNanos > PATIENCE_NANOS) {
            complainedAtNanos = now;
            String epoch = Epoch.text(holding.epoch());
            log.warn("epoch {}: {} slots still wait to be synchronised: {}", epoch, slots, why);
        }
        int doublings = Math.clamp(vain - QUICK_RETRIES, 0, RETRY_DOUBLINGS_MAX);
        later(RETRY_NANOS << doublings, work);
    }

    boolean isOver() {
        return over.getAsBoolean();
    }

    /** Asks a member; one of the two hears, unless the errand is over. */
    <R extends SyncReply> void ask(
            Member member,
            SyncRequest request,
            Class<R> expected,
            Consumer<R> then,
            Consumer<String> failed) {
        if (isOver()) {
            return;
        }
        lane.send(
                member,
                new Request.Sync(request),
                holding.epoch(),
                nanoClock.getAsLong() + patienceNanos,
                new ReplyHandler() {
                    @Override
                    public void replied(Reply reply) {
                        if (isOver()) {
                            return;
                        }
                        if (reply instanceof Reply.Synced(var answer)
                                && expected.isInstance(answer)) {
                            then.accept(expected.cast(answer));
                        } else {
                            failed.accept(member.name() + " answered " + reply);
                        }
                    }

                    @Override
                    public void lost(ErrorCode code, boolean maybeSent, String message) {
                        if (!isOver()) {
                            failed.accept(message);
                        }
                    }
                });
    }

    /** Lets a worker do what takes long and changes nothing here. */
    <T> void work(Supplier<T> task, Consumer<T> then, Consumer<String> failed) {
        if (isOver()) {
            return;
        }
        workers.execute(() -> {
            try {
                T result = task.get();
                back(() -> then.accept(result));
            } catch (GossamerException e) {
                back(() -> failed.accept(String.valueOf(e.getMessage())));
            }
        });
    }

    /**
     * Lets a worker change entries here. The change is whole before the next topology comes into
     * force, or does not happen.
     */
    void change(Runnable task, Runnable then, Consumer<String> failed) {
        work(
                () -> fence.within(() -> !isOver(), task),
                done -> {
                    if (done) {
                        then.run();
                    }
                },
                failed);
    }

    private void back(Runnable work) {
        lane.execute(() -> {
            if (!isOver()) {
                work.run();
            }
        });
    }

    /** Goes on, on this lane, when that is done, however it ends: at once, if it is. */
    void after(CompletableFuture<?> awaited, Runnable work) {
        if (awaited.isDone()) {
            work.run();
        } else {
            awaited.whenComplete((_, _) -> back(work));
        }
    }

    /** Does something on this lane a little later. */
    void later(long nanos, Runnable work) {
        atLatest(
                nanos,
                () -> {
                    if (!isOver()) {
                        work.run();
                    }
                });
    }

    /** The same, whether the errand is over by then or not. */
    void atLatest(long nanos, Runnable work) {
        var pause =
                new DeadlineWheel.Deadline() {
                    @Override
                    protected void expired() {
                        work.run();
                    }
                };
        lane.wheel().add(pause, nanoClock.getAsLong() + nanos);
    }
}
