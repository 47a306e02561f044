package dev.gossamer.node.store.disk.io;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads, writes and syncs as operations on the io_uring of the event loops. What a loop asks, its
 * own ring does and it hears of it in the same pass as of its sockets, without a hop; what another
 * thread asks goes to the loops in turn.
 *
 * <p><b>Sources.</b> Jens Axboe, <i>Efficient IO with io_uring</i>, 2019; io_uring_enter(2).
 */
final class UringBackend implements Backend {
    private static final Logger LOG = LoggerFactory.getLogger(UringBackend.class);
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PROBE_SECONDS = 2;
    private static final int PROBE_BYTES = 16;
    private static final Path ZEROS = Path.of("/dev/zero");

    /** Rings whose kernel side may still write to buffers: what they hold must stay in memory. */
    private static final Queue<UringRing> ABANDONED = new ConcurrentLinkedQueue<>();

    private final String why;
    private final IoMeters meters = new IoMeters();
    private final Traffic traffic;
    private final List<UringRing> rings = new ArrayList<>();

    /** Complete before anybody else sees this, and then only read. */
    private final IdentityHashMap<Thread, UringRing> ringsByThread = new IdentityHashMap<>();

    private final AtomicInteger turn = new AtomicInteger();

    /**
     * @param virtualThreads starts a virtual thread for every task
     */
    private UringBackend(
            String why, IoSettings settings, Executor virtualThreads, LongSupplier nanoClock) {
        this.why = why;
        this.traffic = new Traffic(settings, nanoClock, virtualThreads, meters);
    }

    /**
     * Joins the loops and tries a read; blocks.
     *
     * @param loops of io_uring
     * @throws IOException that says what does not work here
     */
    static UringBackend start(
            String why,
            IoSettings settings,
            MultiThreadIoEventLoopGroup loops,
            Executor virtualThreads,
            LongSupplier nanoClock)
            throws IOException {
        UringBackend backend = new UringBackend(why, settings, virtualThreads, nanoClock);
        try {
            backend.join(loops);
            backend.probe();
        } catch (IOException e) {
            backend.close();
            throw e;
        }
        return backend;
    }

    private void join(MultiThreadIoEventLoopGroup loops) throws IOException {
        for (EventExecutor loop : loops) {
            UringRing ring = new UringRing((IoEventLoop) loop, traffic);
            ringsByThread.put(ring.join(), ring);
            rings.add(ring);
        }
    }

    /** Reads a few bytes on a ring, for a kernel may have io_uring and forbid this. */
    private void probe() throws IOException {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        try (UringFile zeros = zeros()) {
            zeros.read(0, ByteBuffer.allocateDirect(PROBE_BYTES), completing(answer));
            answer.get(PROBE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new IOException("no answer in " + PROBE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private UringFile zeros() throws IOException {
        return new UringFile(
                ZEROS,
                PROBE_BYTES,
                false,
                Linux.open(ZEROS, false, false),
                UringFile.Direct.NONE,
                this,
                traffic);
    }

    private static Completion completing(CompletableFuture<Void> answer) {
        return new Completion() {
            @Override
            public void done() {
                answer.complete(null);
            }

            @Override
            public void failed(DiskException whyNot) {
                answer.completeExceptionally(whyNot);
            }
        };
    }

    void start(Request request) {
        UringRing mine = ringsByThread.get(Thread.currentThread());
        (mine == null ? ringInTurn() : mine).start(request);
    }

    private UringRing ringInTurn() {
        return rings.get(Math.floorMod(turn.getAndIncrement(), rings.size()));
    }

    @Override
    public Kind kind() {
        return Kind.URING;
    }

    @Override
    public String why() {
        return why;
    }

    @Override
    public DiskFile create(Path path, long bytes) throws IOException {
        NewFile.make(path, bytes, true);
        return open(path, true);
    }

    @Override
    public DiskFile open(Path path, boolean writable) throws IOException {
        int descriptor = Linux.open(path, writable, false);
        try {
            return new UringFile(
                    path,
                    Files.size(path),
                    writable,
                    descriptor,
                    pastThePageCache(path),
                    this,
                    traffic);
        } catch (IOException e) {
            Linux.close(descriptor);
            throw e;
        }
    }

    private UringFile.Direct pastThePageCache(Path path) {
        if (!traffic.settings().direct() || Linux.directFlag() == 0) {
            return UringFile.Direct.NONE;
        }
        try {
            int descriptor = Linux.open(path, false, true);
            return new UringFile.Direct(descriptor, Linux.directAlignment(descriptor));
        } catch (FileSystemException e) {
            LOG.debug("{} is read through the page cache: {}", path, e.getReason());
            return UringFile.Direct.NONE;
        } catch (IOException e) {
            LOG.debug("{} is read through the page cache", path, e);
            return UringFile.Direct.NONE;
        }
    }

    @Override
    public IoStats stats() {
        return meters.stats(traffic);
    }

    @Override
    public void register(MeterRegistry registry) {
        meters.register(registry, kind(), traffic);
    }

    @Override
    public void close() {
        for (UringRing ring : rings) {
            if (!ring.close(CLOSE_NANOS)) {
                ABANDONED.add(ring);
                LOG.warn(
                        "a ring was left with operations that the kernel has not ended; {} are open"
                                + " in all",
                        traffic.pending());
            }
        }
    }
}
