package dev.gossamer.client.routing;

import dev.gossamer.client.connection.Address;
import dev.gossamer.client.connection.Connection;
import dev.gossamer.client.connection.Exchange;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One request of the program, over all its attempts, until its one end: an answer, an error, or its
 * deadline.
 *
 * <p><b>How it ends once.</b> Whoever moves {@link #state} from RUNNING to ENDING writes the
 * outcome, then moves it to ENDED, which publishes the outcome. A call is in at most one
 * connection's queue; after a deadline it stays there, ended, to keep its place among the replies.
 */
final class Call<T> extends Exchange implements Runnable {
    private static final int RUNNING = 0;
    private static final int ENDING = 1;
    private static final int ENDED = 2;

    /** A last attempt within this part of the patience says less than those before. */
    private static final int SHORTLY = 4;

    /**
     * How long a change may be sent again that may have been done: half of the least time for which
     * members remember its id by default, so that they still know it.
     */
    private static final long REPEATABLE_NANOS = 30_000_000_000L;

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Call> STATE =
            AtomicIntegerFieldUpdater.newUpdater(Call.class, "state");

    private final Dispatcher dispatcher;
    private final Request request;
    private final ReplyReader<T> reader;
    private final long startNanos;
    private final long deadlineNanos;

    /** The asynchronous caller's, or null. */
    private final @Nullable CompletableFuture<T> futureOrNull;

    /** The blocking caller, or null. */
    private final @Nullable Thread waiterOrNull;

    private volatile int state = RUNNING;

    /** Written while ENDING. */
    private @Nullable Reply replyOrNull;

    private @Nullable GossamerException failureOrNull;
    private @Nullable Connection answeredByOrNull;

    /** Written by one attempt at a time; handed on through queues. */
    private int attempts;

    private boolean perhapsDone;
    private @Nullable Address redirectOrNull;
    private boolean elsewhere;

    /** Whether an attempt may still be answered. */
    private volatile boolean underWay;

    /** When the present attempt began; published by {@link #underWay}. */
    private long begunNanos;

    /** Why the last attempt failed, for the message of a timeout. */
    private volatile @Nullable GossamerException lastProblemOrNull;

    Call(
            Dispatcher dispatcher,
            Request request,
            ReplyReader<T> reader,
            @Nullable CompletableFuture<T> futureOrNull,
            long startNanos,
            long timeoutNanos) {
        super(request.wire());
        this.dispatcher = dispatcher;
        this.request = request;
        this.reader = reader;
        this.futureOrNull = futureOrNull;
        this.waiterOrNull = futureOrNull == null ? Thread.currentThread() : null;
        this.startNanos = startNanos;
        this.deadlineNanos = startNanos + timeoutNanos;
    }

    Request request() {
        return request;
    }

    boolean isOver() {
        return state != RUNNING;
    }

    int attempts() {
        return attempts;
    }

    @Nullable Address redirectOrNull() {
        return redirectOrNull;
    }

    void redirect(@Nullable Address to) {
        redirectOrNull = to;
    }

    /** Whether the primary that the topology names should be passed over, this once. */
    boolean takeElsewhere() {
        boolean asked = elsewhere;
        elsewhere = false;
        return asked;
    }

    void elsewhere() {
        elsewhere = true;
    }

    /** An attempt begins. */
    void begun(long nowNanos) {
        attempts++;
        begunNanos = nowNanos;
        underWay = true;
    }

    /** Whether the present attempt, and not the ones before, is why there is no answer. */
    private boolean isKeptWaiting() {
        long waited = deadlineNanos - begunNanos;
        boolean shortly = waited < (deadlineNanos - startNanos) / SHORTLY;
        return underWay && !(shortly && request.safety() == Safety.READ);
    }

    /** An attempt has ended, and not with the answer. */
    void problem(GossamerException cause) {
        lastProblemOrNull = cause;
        underWay = false;
    }

    /** A server said that it does not know what became of an attempt. */
    void perhapsDone() {
        perhapsDone = true;
    }

    /** Whether it may be sent again after all that has become of it. */
    boolean mayGoOn(long nowNanos) {
        return !perhapsDone || mayRepeat(nowNanos);
    }

    /** Whether sending it again does no harm at this time. */
    boolean mayRepeat(long nowNanos) {
        return switch (request.safety()) {
            case READ -> true;
            case REPEATABLE -> nowNanos - startNanos < REPEATABLE_NANOS;
            case ONCE -> false;
        };
    }

    long remainingNanos(long nowNanos) {
        return deadlineNanos - nowNanos;
    }

    @Override
    protected boolean replied(Connection connection, Reply reply) {
        if (reply instanceof Reply.Failure failure) {
            return dispatcher.refused(this, failure);
        }
        try {
            if (!request.check().accepts(reply, connection)) {
                replaceRequest(request.check().insist());
                return dispatcher.stale(this);
            }
        } catch (GossamerException e) {
            // No reply to this request at all, and so may be all that follow.
            connection.close(e);
            fail(e);
            return true;
        }
        return endOn(connection, reply);
    }

    @Override
    protected void failed(GossamerException cause, boolean sent) {
        if (sent) {
            perhapsDone = true;
        }
        dispatcher.lost(this, cause, sent);
    }

    @Override
    protected void waited(long nowNanos) {
        if (nowNanos - deadlineNanos >= 0) {
            timeOut();
        }
    }

    private boolean endOn(Connection connection, Reply reply) {
        if (!STATE.compareAndSet(this, RUNNING, ENDING)) {
            return true;
        }
        replyOrNull = reply;
        answeredByOrNull = connection;
        ended();
        // A future's room is free when its callbacks have run: that bounds what waits for them.
        return futureOrNull == null;
    }

    /** Ends the call with an error, unless it has ended. */
    void fail(GossamerException cause) {
        if (STATE.compareAndSet(this, RUNNING, ENDING)) {
            failureOrNull = settled(cause);
            ended();
        }
    }

    /** Ends the call at its deadline: with what was last said against it, or for the silence. */
    void timeOut() {
        if (state == RUNNING) {
            GossamerException problem = lastProblemOrNull;
            String patience = " within " + (deadlineNanos - startNanos) / 1_000_000 + " ms";
            if (problem != null && problem.retryable() && !isKeptWaiting()) {
                fail(
                        new GossamerException(
                                problem.code(),
                                problem.getMessage()
                                        + "; no better answer"
                                        + patience
                                        + ". "
                                        + problem.recovery(),
                                problem));
                return;
            }
            String why = problem == null ? "" : "; last: " + problem.getMessage();
            fail(
                    new GossamerException(
                            ErrorCode.TIMEOUT,
                            request.command() + " was not answered" + patience + why));
        }
    }

    /** An error may promise that nothing was changed only if no attempt can have done so. */
    private GossamerException settled(GossamerException cause) {
        boolean unknown = perhapsDone && request.safety() != Safety.READ && cause.retryable();
        return unknown
                ? new GossamerException(
                        ErrorCode.TIMEOUT,
                        request.command() + ": outcome unknown; " + cause.getMessage(),
                        cause)
                : cause;
    }

    private void ended() {
        GossamerException failure = failureOrNull;
        dispatcher.ended(request.command(), failure, startNanos);
        state = ENDED;
        if (futureOrNull == null) {
            LockSupport.unpark(waiterOrNull);
            return;
        }
        try {
            dispatcher.completions().execute(this);
        } catch (RejectedExecutionException e) {
            // The client closes; a caller who waits must not be left behind.
            run();
        }
    }

    /** Completes the future; on the completion executor. */
    @Override
    public void run() {
        CompletableFuture<T> future = futureOrNull;
        if (future == null) {
            return;
        }
        Connection answeredBy = answeredByOrNull;
        try {
            future.complete(outcome());
        } catch (RuntimeException e) {
            future.completeExceptionally(e);
        } finally {
            if (answeredBy != null) {
                answeredBy.release(this);
            }
        }
    }

    /**
     * Waits for the end.
     *
     * @throws GossamerException INTERRUPTED, with the thread's interrupt status set, when the
     *     caller was interrupted; TIMEOUT at the deadline
     */
    T await() {
        while (state != ENDED) {
            if (Thread.currentThread().isInterrupted() && state == RUNNING) {
                fail(
                        new GossamerException(
                                ErrorCode.INTERRUPTED,
                                request.command() + " was interrupted while it waited"));
                continue;
            }
            long remaining = remainingNanos(dispatcher.nowNanos());
            if (remaining <= 0) {
                timeOut();
            } else {
                LockSupport.parkNanos(this, remaining);
            }
        }
        return outcome();
    }

    private T outcome() {
        GossamerException failure = failureOrNull;
        if (failure != null) {
            throw futureOrNull == null ? withCallersTrace(failure) : failure;
        }
        Reply reply = replyOrNull;
        if (reply == null) {
            throw new IllegalStateException("a call ended without an outcome");
        }
        try {
            return reader.read(reply);
        } catch (GossamerException e) {
            distrust(e);
            throw e;
        }
    }

    /** A reply of the wrong kind may be another request's: then all that follow are, too. */
    private void distrust(GossamerException cause) {
        Connection answeredBy = answeredByOrNull;
        if (answeredBy != null && cause.code() == ErrorCode.INTERNAL) {
            answeredBy.close(cause);
        }
    }

    /** The I/O thread's stack tells a blocked caller nothing: its own does. */
    private static GossamerException withCallersTrace(GossamerException failure) {
        return new GossamerException(failure.code(), String.valueOf(failure.getMessage()), failure);
    }
}
