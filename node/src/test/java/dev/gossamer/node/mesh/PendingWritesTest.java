package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.OperationId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PendingWritesTest {
    private static final Bytes A = Bytes.utf8("{x}a");
    private static final Bytes B = Bytes.utf8("{x}b");

    private final PendingWrites pending = new PendingWrites();
    private final List<Boolean> heard = new ArrayList<>();
    private int sequence;

    private PendingWrites.Write begin(Bytes... keys) {
        List<Operation.Pair> pairs = new ArrayList<>();
        for (Bytes key : keys) {
            pairs.add(new Operation.Pair(key, new byte[1]));
        }
        return pending.begin(
                new WriteCall(
                        new Operation.PutAllIfAbsent(pairs),
                        A.slotIndex(),
                        new OperationId(1, sequence++),
                        0,
                        true,
                        new Mesh.Callback<>() {
                            @Override
                            public void done(Outcome answer) {}

                            @Override
                            public void failed(ErrorCode code, String message) {}
                        }));
    }

    @Test
    void aKeyIsPendingFromTheBeginningOfAWriteToItsEnd() {
        assertThat(pending.isPending(A.slotIndex(), A)).isFalse();
        PendingWrites.Write write = begin(A);
        assertThat(pending.isPending(A.slotIndex(), A)).isTrue();
        assertThat(pending.isPending(B.slotIndex(), B)).isFalse();
        assertThat(pending.isQuiet(A.slotIndex())).isFalse();
        pending.end(write, true);
        assertThat(pending.isPending(A.slotIndex(), A)).isFalse();
        assertThat(pending.isQuiet(A.slotIndex())).isTrue();
        assertThat(pending.keys()).isZero();
    }

    @Test
    void whoWaitsHearsWhenTheWritesOfThatMomentAreOverAndNotLaterOnes() {
        PendingWrites.Write first = begin(A);
        PendingWrites.Write second = begin(A, B);
        pending.await(List.of(A), heard::add);
        PendingWrites.Write later = begin(A);
        pending.end(second, true);
        assertThat(heard).isEmpty();
        pending.end(first, true);
        assertThat(heard).containsExactly(true);
        pending.end(later, true);
        assertThat(heard).containsExactly(true);
    }

    @Test
    void oneWriteWhoseEndIsUnknownIsEnoughToKnowNothing() {
        PendingWrites.Write first = begin(A);
        PendingWrites.Write second = begin(B);
        pending.await(List.of(A, B), heard::add);
        pending.end(first, false);
        pending.end(second, true);
        assertThat(heard).containsExactly(false);
    }

    @Test
    void whereNothingIsPendingNobodyWaits() {
        pending.await(List.of(A), heard::add);
        assertThat(heard).containsExactly(true);
    }

    @Test
    void nobodyIsForgottenWhenWritesEndWhileOthersBeginToWait() throws Exception {
        int rounds = 20_000;
        AtomicInteger over = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(2)) {
            CountDownLatch done = new CountDownLatch(2);
            threads.execute(() -> {
                for (int i = 0; i < rounds; i++) {
                    pending.end(begin(A), true);
                }
                done.countDown();
            });
            threads.execute(() -> {
                for (int i = 0; i < rounds; i++) {
                    pending.await(List.of(A), _ -> over.incrementAndGet());
                }
                done.countDown();
            });
            done.await();
        }
        assertThat(over).hasValue(rounds);
    }
}
