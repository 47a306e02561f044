package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A completion to wait for. */
final class Ended implements Completion {
    private static final long DEADLINE_SECONDS = 20;

    private final CountDownLatch latch = new CountDownLatch(1);
    private final AtomicInteger calls = new AtomicInteger();
    private volatile @Nullable DiskException failure;
    private volatile @Nullable Thread thread;

    @Override
    public void done() {
        end(null);
    }

    @Override
    public void failed(DiskException why) {
        end(why);
    }

    private void end(@Nullable DiskException why) {
        failure = why;
        thread = Thread.currentThread();
        calls.incrementAndGet();
        latch.countDown();
    }

    void await() {
        try {
            assertThat(latch.await(DEADLINE_SECONDS, TimeUnit.SECONDS))
                    .as("ended in time")
                    .isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(calls).as("calls of the completion").hasValue(1);
    }

    boolean isEnded() {
        return latch.getCount() == 0;
    }

    void awaitDone() {
        await();
        if (failure != null) {
            throw new AssertionError(failure);
        }
    }

    DiskException awaitFailure() {
        await();
        if (failure == null) {
            throw new AssertionError("it worked");
        }
        return failure;
    }

    /** Null after it worked. */
    @Nullable DiskException awaitFailureOrNull() {
        await();
        return failure;
    }

    Thread thread() {
        await();
        if (thread == null) {
            throw new AssertionError("no thread");
        }
        return thread;
    }
}
