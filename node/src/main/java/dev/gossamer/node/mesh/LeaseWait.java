package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Leases;
import dev.gossamer.node.mesh.link.DeadlineWheel;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import java.util.concurrent.TimeUnit;

/**
 * Somebody who waits until a key that another loads is worth asking for again: its lease has ended,
 * by a fill or otherwise, or its time is over. Whatever goes wrong on the way wakes the waiter as
 * well, for asking again is always right; so nothing is tried twice here. It holds nobody up: later
 * requests for the slot pass by it.
 *
 * <p><b>Threads.</b> Belongs to the router's loop; {@link #over} by any.
 */
final class LeaseWait extends DeadlineWheel.Deadline implements Leases.Waiter, ReplyHandler {
    private final LoopRouter router;
    private final Bytes key;
    private final Mesh.Callback<Bytes> callback;
    private boolean ended;

    private LeaseWait(LoopRouter router, Bytes key, Mesh.Callback<Bytes> callback) {
        this.router = router;
        this.key = key;
        this.callback = callback;
    }

    /**
     * @param waitMillis cut to the longest time of a lease
     * @param forwards whether another member may be asked; false for what another member asked
     * @param callback hears the key; or BUSY when there is no room for so many who wait
     */
    static void start(
            LoopRouter router,
            Bytes key,
            long waitMillis,
            boolean forwards,
            Mesh.Callback<Bytes> callback) {
        LeaseWait wait = new LeaseWait(router, key, callback);
        long millisMax = router.leases().settings().timeoutMax().toMillis();
        long nanos = TimeUnit.MILLISECONDS.toNanos(Math.clamp(waitMillis, 0, millisMax));
        Holding holding = router.shared.epochs().latest();
        int slot = key.slotIndex();
        if (router.mayApply(holding, slot, key)) {
            wait.here(nanos);
        } else if (forwards && !holding.topology().isEmpty() && !holding.isPrimary(slot)) {
            wait.there(holding, slot, nanos);
        } else {
            wait.end();
        }
    }

    private void here(long nanos) {
        long left;
        try {
            left = router.leases().await(key, this);
        } catch (GossamerException e) {
            callback.failed(e.code(), String.valueOf(e.getMessage()));
            return;
        }
        if (left == 0) {
            end();
        } else if (!ended) {
            router.lane.wheel().add(this, router.nanoTime() + Math.min(nanos, left));
        }
    }

    private void there(Holding holding, int slot, long nanos) {
        router.lane.send(
                holding.topology().primary(slot),
                new Request.AwaitLease(key, TimeUnit.NANOSECONDS.toMillis(nanos)),
                holding.epoch(),
                router.nanoTime() + nanos + router.shared.timeoutNanos(),
                this);
    }

    @Override
    public void over() {
        router.lane.execute(this::end);
    }

    private void end() {
        if (!ended) {
            ended = true;
            cancel();
            callback.done(key);
        }
    }

    @Override
    protected void expired() {
        router.leases().leave(key, this);
        end();
    }

    @Override
    public void replied(Reply reply) {
        if (reply instanceof Reply.Failed(var code, var message)) {
            callback.failed(code, message);
        } else {
            end();
        }
    }

    @Override
    public void lost(ErrorCode code, boolean maybeSent, String message) {
        if (code == ErrorCode.BUSY) {
            callback.failed(code, message);
        } else {
            end();
        }
    }
}
