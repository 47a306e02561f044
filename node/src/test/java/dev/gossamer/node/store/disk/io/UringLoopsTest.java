package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gossamer.node.net.EventLoops;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rings and the threads that serve them. */
class UringLoopsTest {
    @TempDir Path folder;

    private EventLoops loops;
    private Backend backend;
    private DiskFile file;

    @BeforeEach
    void open() throws IOException {
        loops = EventLoops.start(Optional.empty(), 2);
        open(1);
    }

    private void open(int depth) throws IOException {
        backend = Way.URING.start(loops, new IoSettings(depth, 64 << 20, true));
        Path path = folder.resolve("f" + depth);
        file = backend.open(Files.write(path, new byte[1 << 20]), true);
    }

    @AfterEach
    void close() {
        file.close();
        backend.close();
        loops.close();
    }

    @Test
    void whatALoopAsksItHearsOfItself() throws InterruptedException {
        for (EventExecutor loop : loops.group()) {
            Ended end = new Ended();
            Thread[] asker = new Thread[1];
            boolean[] endedInside = new boolean[1];
            loop.submit(
                            () -> {
                                asker[0] = Thread.currentThread();
                                file.read(1, ByteBuffer.allocateDirect(100), end);
                                endedInside[0] = end.isEnded();
                            })
                    .sync();
            assertThat(end.thread()).isSameAs(asker[0]);
            assertThat(endedInside[0]).isFalse();
        }
    }

    @Test
    void whatOthersAskGoesToTheLoopsInTurn() {
        Set<Thread> seen = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            Ended end = new Ended();
            file.read(0, ByteBuffer.allocateDirect(100), end);
            seen.add(end.thread());
        }
        assertThat(seen).hasSize(2);
    }

    @Test
    void whatIsBeyondTheDepthWaitsInOrder() throws InterruptedException {
        List<Integer> order = new ArrayList<>();
        List<Ended> ends = new ArrayList<>();
        EventExecutor loop = loops.group().next();
        loop.submit(
                        () -> {
                            for (int i = 0; i < 100; i++) {
                                ends.add(readNoting(i, order));
                            }
                        })
                .sync();
        ends.forEach(Ended::awaitDone);
        loop.submit(() -> {}).sync();
        assertThat(order).isSorted().hasSize(100);
    }

    private Ended readNoting(int number, List<Integer> order) {
        Ended end = new Ended();
        file.read(
                number * 4096L,
                ByteBuffer.allocateDirect(4096),
                new Completion() {
                    @Override
                    public void done() {
                        order.add(number);
                        end.done();
                    }

                    @Override
                    public void failed(DiskException why) {
                        end.failed(why);
                    }
                });
        return end;
    }

    @Test
    void loopsThatEndFirstEndWhatTheyWereAsked() throws IOException {
        file.close();
        backend.close();
        open(64);
        CountDownLatch go = new CountDownLatch(1);
        List<Ended> ends = new ArrayList<>();
        for (EventExecutor loop : loops.group()) {
            loop.execute(() -> await(go));
        }
        for (int i = 0; i < 400; i++) {
            Ended end = new Ended();
            file.read(i * 512L, ByteBuffer.allocateDirect(4096), end);
            ends.add(end);
        }
        go.countDown();
        loops.close();
        for (Ended end : ends) {
            DiskException failure = end.awaitFailureOrNull();
            if (failure != null) {
                assertThat(failure).isInstanceOf(DiskException.Closed.class);
            }
        }
        Ended late = new Ended();
        file.read(0, ByteBuffer.allocateDirect(10), late);
        assertThat(late.awaitFailure()).isInstanceOf(DiskException.Closed.class);
        long before = System.nanoTime();
        backend.close();
        assertThat(System.nanoTime() - before).as("nanoseconds of a close").isLessThan(1L << 32);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theRingIsChosenWhereItWorks() {
        assumeThat(loops.kind()).isEqualTo(EventLoops.Kind.IO_URING);
        try (Backend chosen = choose(Optional.empty(), loops)) {
            assertThat(chosen.kind()).isEqualTo(Backend.Kind.URING);
            assertThat(chosen.why()).isEqualTo("the kernel allows it");
        }
    }

    @Test
    void loopsWithoutRingsGetThePortableBackendWhichSaysWhy() {
        EventLoops nio = EventLoops.start(Optional.of(EventLoops.Kind.NIO), 1);
        try (Backend chosen = choose(Optional.empty(), nio)) {
            assertThat(chosen.kind()).isEqualTo(Backend.Kind.PORTABLE);
            assertThat(chosen.why())
                    .isEqualTo("io_uring: the event loops run on NIO (forced by configuration)");
        } finally {
            nio.close();
        }
    }

    @Test
    void whatIsForcedIsTakenOrRefusedWithItsReason() {
        EventLoops nio = EventLoops.start(Optional.of(EventLoops.Kind.NIO), 1);
        try (Backend chosen = choose(Optional.of(Backend.Kind.PORTABLE), loops)) {
            assertThat(chosen.kind()).isEqualTo(Backend.Kind.PORTABLE);
            assertThat(chosen.why()).isEqualTo("forced by configuration");
            assertThatThrownBy(() -> choose(Optional.of(Backend.Kind.URING), nio))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the event loops run on NIO");
        } finally {
            nio.close();
        }
    }

    private static Backend choose(Optional<Backend.Kind> forced, EventLoops on) {
        return Backends.choose(
                forced, on, IoSettings.DEFAULTS, Thread::startVirtualThread, System::nanoTime);
    }
}
