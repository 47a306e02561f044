package dev.gossamer.membership.jgroups;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private final Semaphore permits = new Semaphore(0);
    private final BlockingQueue<Integer> sent = new LinkedBlockingQueue<>();

    private void send(byte[] payload) {
        permits.acquireUninterruptibly();
        sent.add(payload.length);
    }

    @Test
    void aPeerThatDoesNotReadHoldsNobodyUpAndItsQueueIsBounded() throws InterruptedException {
        try (Outbox outbox = new Outbox("peer", 1_000, this::send)) {
            int taken = 0;
            while (outbox.offer(new byte[100])) {
                taken++;
            }
            assertThat(taken).isBetween(6, 7); // one may be with the sender already
            assertThat(outbox.bytes()).isLessThanOrEqualTo(1_000);
            permits.release(100);
            for (int i = 0; i < taken; i++) {
                assertThat(sent.poll(5, TimeUnit.SECONDS)).isEqualTo(100);
            }
            assertThat(outbox.offer(new byte[100])).isTrue();
        }
    }

    @Test
    void closingFreesASendThatHangs() throws InterruptedException {
        CountDownLatch sending = new CountDownLatch(1);
        CountDownLatch freed = new CountDownLatch(1);
        Outbox outbox =
                new Outbox(
                        "peer",
                        1_000,
                        _ -> {
                            sending.countDown();
                            try {
                                permits.acquire();
                            } catch (InterruptedException e) {
                                freed.countDown();
                            }
                        });
        outbox.offer(new byte[1]);
        assertThat(sending.await(5, TimeUnit.SECONDS)).isTrue();
        outbox.close();
        assertThat(freed.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(outbox.offer(new byte[1])).isFalse();
        assertThat(outbox.bytes()).isZero();
    }
}
