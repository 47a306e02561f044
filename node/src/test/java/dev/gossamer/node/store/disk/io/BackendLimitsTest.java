package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of a disk is bounded, on threads that run when the test says so. */
class BackendLimitsTest {
    private static final int BYTES = 4096;
    private static final long CHARGE = BYTES + Traffic.OPERATION_BYTES;
    private static final int DEPTH = 3;

    @TempDir Path folder;

    private final Queue<Runnable> threads = new ConcurrentLinkedQueue<>();
    private Backend backend;
    private DiskFile file;

    @BeforeEach
    void open() throws IOException {
        backend =
                new PortableBackend(
                        "a test",
                        new IoSettings(DEPTH, 8 * CHARGE, true),
                        threads::add,
                        () -> 0,
                        false);
        file = backend.open(Files.write(folder.resolve("f"), new byte[10 * BYTES]), true);
    }

    @AfterEach
    void close() {
        runAll();
        file.close();
        backend.close();
        assertThat(backend.stats().pendingBytes()).isZero();
    }

    private void runAll() {
        while (!threads.isEmpty()) {
            threads.remove().run();
        }
    }

    @Test
    void readsAreRefusedWhenThreeQuartersAreTakenAndWritesWhenAllIs() {
        List<Ended> taken = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            taken.add(read(BYTES));
        }
        Ended crowd = read(BYTES);
        for (int i = 0; i < 2; i++) {
            taken.add(write());
        }
        Ended last = write();
        assertThat(backend.stats().pending()).isEqualTo(8);
        assertThat(backend.stats().pendingBytes()).isEqualTo(8 * CHARGE);
        assertThat(backend.stats().refused()).isEqualTo(2);
        runAll();
        assertThat(crowd.awaitFailure())
                .isInstanceOf(DiskException.Busy.class)
                .hasMessageContaining(6 * CHARGE + " of " + 6 * CHARGE + " bytes");
        assertThat(last.awaitFailure()).isInstanceOf(DiskException.Busy.class);
        taken.forEach(Ended::awaitDone);
    }

    @Test
    void whatHasEndedMakesRoom() {
        for (int i = 0; i < 6; i++) {
            read(BYTES);
        }
        runAll();
        Ended next = read(BYTES);
        runAll();
        next.awaitDone();
    }

    @Test
    void oneOperationAloneIsNeverRefused() {
        Ended large = read(10 * BYTES);
        runAll();
        large.awaitDone();
    }

    @Test
    void asManyThreadsAreAskedForAsTheDepthSays() {
        for (int i = 0; i < 6; i++) {
            read(BYTES);
        }
        assertThat(threads).hasSize(DEPTH);
    }

    @Test
    void whatWaitsWhenTheBackendClosesIsRefused() {
        Ended waiting = read(BYTES);
        Runnable worker = threads.remove();
        Thread closer = Thread.ofVirtual().start(backend::close);
        while (threads.isEmpty()) {
            Thread.onSpinWait();
        }
        worker.run();
        threads.remove().run();
        assertThat(waiting.awaitFailure()).isInstanceOf(DiskException.Closed.class);
        join(closer);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Ended read(int bytes) {
        Ended end = new Ended();
        file.read(0, ByteBuffer.allocateDirect(bytes), end);
        return end;
    }

    private Ended write() {
        Ended end = new Ended();
        file.write(0, ByteBuffer.allocateDirect(BYTES), end);
        return end;
    }
}
