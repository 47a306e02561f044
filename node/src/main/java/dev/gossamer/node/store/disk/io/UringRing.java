package dev.gossamer.node.store.disk.io;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The disk operations of one event loop, on the ring that serves its sockets: so many at a time,
 * the others in order.
 *
 * <p><b>Threads.</b> {@link #start}, {@link #close(long)} by any thread; everything else on the
 * loop, which is what guards the fields.
 *
 * <p><b>The end.</b> The kernel moves bytes to and from memory that Java must not free meanwhile.
 * So a request that the kernel has is never given up: it ends when the kernel says so, or, on a
 * ring that was torn down before, never.
 */
final class UringRing implements IoUringIoHandle {
    private static final byte OP_FSYNC = 3;
    private static final byte OP_READ = 22;
    private static final byte OP_WRITE = 23;
    private static final int DATA_ONLY = 1;

    /**
     * Reads as long as this may be neighbours, the pieces of one object. The kernel would merge
     * those that come together into a few very long ones, and the device would have little to do
     * beside one another. It does not merge what differs in priority, so neighbours have two levels
     * of the usual class ({@code IOPRIO_CLASS_BE}), which the usual schedulers treat alike.
     */
    private static final int LONG_READ_BYTES = 1 << 20;

    /**
     * So many completions run in one pass of the loop, more only while it has much else to do. To
     * look at one record takes about as long as the device needs for one, so with more of them it
     * would wait for the loop.
     */
    private static final int PORTION = 1;

    private static final short NO_PRIORITY = 0;
    private static final short[] NEIGHBOURS = {2 << 13 | 4, 2 << 13 | 5};

    private final IoEventLoop loop;
    private final Traffic traffic;
    private final CountDownLatch gone = new CountDownLatch(1);

    private final Flight[] flights;

    /** Places that nobody has: the first {@link #freeCount}. */
    private final int[] free;

    private int freeCount;

    /** Bounded in bytes by {@link Traffic}. */
    private final Queue<Request> waiting = new ArrayDeque<>();

    private final Portions portions;

    private @Nullable IoRegistration registration;
    private boolean closed;

    UringRing(IoEventLoop loop, Traffic traffic) {
        this.loop = loop;
        this.traffic = traffic;
        this.portions = new Portions(loop, PORTION, traffic::nowNanos);
        int depth = traffic.settings().depth();
        this.flights = new Flight[depth];
        this.free = new int[depth];
        this.freeCount = depth;
        for (int place = 0; place < depth; place++) {
            flights[place] = new Flight(ByteBufAllocator.DEFAULT);
            free[place] = place;
        }
    }

    /**
     * Joins the loop; blocks.
     *
     * @return the loop's thread
     */
    Thread join() throws IOException {
        Future<IoRegistration> joining = loop.register(this).awaitUninterruptibly();
        if (!joining.isSuccess()) {
            throw new IOException("an event loop refused: " + joining.cause(), joining.cause());
        }
        return loop.submit(
                        () -> {
                            registration = joining.getNow();
                            return Thread.currentThread();
                        })
                .syncUninterruptibly()
                .getNow();
    }

    /** Takes a request on whichever thread. */
    void start(Request request) {
        if (loop.inEventLoop()) {
            accept(request);
            return;
        }
        try {
            loop.execute(() -> accept(request));
        } catch (RejectedExecutionException _) {
            refuse(request);
        }
    }

    private void accept(Request request) {
        if (closed) {
            refuse(request);
        } else {
            waiting.add(request);
            refill();
        }
    }

    private void refill() {
        while (freeCount > 0 && !waiting.isEmpty()) {
            int place = free[--freeCount];
            flights[place].begin(waiting.remove());
            submit(place);
        }
    }

    private void submit(int place) {
        DiskException obstacle = obstacleOrNull(place);
        if (obstacle != null) {
            Request refused = vacate(place);
            traffic.aside(() -> refused.failed(obstacle));
        }
    }

    /** Why the kernel has nothing of this; null when it has, or will with the loop's next call. */
    private @Nullable DiskException obstacleOrNull(int place) {
        Request request = flights[place].request();
        IoRegistration joined = registration;
        try {
            // Zero: the registration was cancelled meanwhile.
            return joined == null || joined.submit(operation(flights[place], place)) == 0
                    ? closedWas(request)
                    : null;
        } catch (RuntimeException e) {
            // The ring was full and the kernel took nothing of it.
            return new DiskException.Failed(
                    request.operation, request.file.path(), request.offset, e);
        }
    }

    /** Never inside the call that asked. */
    private void refuse(Request request) {
        traffic.aside(() -> request.failed(closedWas(request)));
    }

    private static DiskException closedWas(Request request) {
        return new DiskException.Closed(request.operation, request.file.path());
    }

    private static IoUringIoOps operation(Flight flight, int place) {
        Flight.Step step = flight.step();
        byte code =
                switch (flight.request().operation) {
                    case READ -> OP_READ;
                    case WRITE -> OP_WRITE;
                    case SYNC -> OP_FSYNC;
                };
        return new IoUringIoOps(
                code,
                (byte) 0,
                priority(code, step),
                step.descriptor(),
                step.offset(),
                step.address(),
                step.length(),
                code == OP_FSYNC ? DATA_ONLY : 0,
                (long) place,
                (short) 0,
                (short) 0,
                0,
                0L);
    }

    private static short priority(byte code, Flight.Step step) {
        return code == OP_READ && step.length() >= LONG_READ_BYTES
                ? NEIGHBOURS[(int) (step.offset() / LONG_READ_BYTES & 1)]
                : NO_PRIORITY;
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        IoUringIoEvent answer = (IoUringIoEvent) event;
        int place = (int) answer.userData();
        Flight flight = flights[place];
        switch (flight.answered(answer.res())) {
            case CONTINUE -> {
                submit(place);
                refill();
            }
            case COMPLETE -> portions.add(end(place)::done);
            case FAIL -> {
                DiskException why = flight.request().failure();
                Request failed = end(place);
                portions.add(() -> failed.failed(why));
            }
        }
    }

    /** The place goes to who waits before the completion runs, so that the ring stays full. */
    private Request end(int place) {
        Request ended = vacate(place);
        refill();
        return ended;
    }

    private Request vacate(int place) {
        free[freeCount++] = place;
        return flights[place].end();
    }

    /** The loop ends, or the backend does. */
    @Override
    public void close() {
        closed = true;
        portions.close();
        refuseWaiting();
        if (registration != null) {
            registration.cancel();
        }
    }

    private void refuseWaiting() {
        waiting.forEach(this::refuse);
        waiting.clear();
    }

    @Override
    public void unregistered() {
        gone.countDown();
    }

    /** Takes nothing more, and waits for what the kernel has; whether all of it has ended. */
    boolean close(long waitNanos) {
        try {
            loop.execute(this::close);
        } catch (RejectedExecutionException _) {
            return closeAfterLoop(waitNanos);
        }
        try {
            return gone.await(waitNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A loop that ended first need not have told, and nobody else has these fields any more. */
    private boolean closeAfterLoop(long waitNanos) {
        if (loop.terminationFuture().awaitUninterruptibly(waitNanos, TimeUnit.NANOSECONDS)) {
            portions.close();
            refuseWaiting();
        }
        return freeCount == flights.length;
    }
}
