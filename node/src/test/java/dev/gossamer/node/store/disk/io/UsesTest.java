package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Something is closed once, when its last use has ended. */
class UsesTest {
    private final Uses uses = new Uses();

    @Test
    void whatNobodyUsesIsClosedAtOnceAndOnlyOnce() {
        assertThat(uses.close()).isTrue();
        assertThat(uses.close()).isFalse();
        assertThat(uses.begin()).isFalse();
    }

    @Test
    void theLastUseOfManyCloses() {
        assertThat(uses.begin()).isTrue();
        assertThat(uses.begin()).isTrue();
        assertThat(uses.close()).isFalse();
        assertThat(uses.begin()).isFalse();
        assertThat(uses.end()).isFalse();
        assertThat(uses.end()).isTrue();
    }

    @Test
    void usesThatEndBeforeTheCloseCloseNothing() {
        assertThat(uses.begin()).isTrue();
        assertThat(uses.end()).isFalse();
        assertThat(uses.close()).isTrue();
    }

    @RepeatedTest(20)
    void amongManyThreadsExactlyOneCloses() throws InterruptedException {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger closings = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> useUntilClosed(inside, closings)));
        }
        if (uses.close()) {
            closed(inside, closings);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(closings).hasValue(1);
    }

    private void useUntilClosed(AtomicInteger inside, AtomicInteger closings) {
        while (uses.begin()) {
            inside.incrementAndGet();
            inside.decrementAndGet();
            if (uses.end()) {
                closed(inside, closings);
            }
        }
    }

    private static void closed(AtomicInteger inside, AtomicInteger closings) {
        // A closing with somebody inside counts for much more than one.
        closings.addAndGet(1 + 1000 * inside.get());
    }
}
