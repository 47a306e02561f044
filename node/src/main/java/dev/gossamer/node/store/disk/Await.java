package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.io.Completion;
import dev.gossamer.node.store.disk.io.DiskException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Waits for operations on files. For threads that may wait. */
final class Await implements Completion {
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable DiskException why;

    /**
     * @throws IOException why it failed, or that the thread was interrupted
     */
    static void done(Consumer<Completion> operation) throws IOException {
        Await await = new Await();
        operation.accept(await);
        await.join();
    }

    private void join() throws IOException {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the disk");
        }
        DiskException failed = why;
        if (failed != null) {
            throw failed;
        }
    }

    @Override
    public void done() {
        ended.countDown();
    }

    @Override
    public void failed(DiskException reason) {
        why = reason;
        ended.countDown();
    }
}
