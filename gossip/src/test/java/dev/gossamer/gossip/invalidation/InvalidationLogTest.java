package dev.gossamer.gossip.invalidation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InvalidationLogTest {
    private static final MemberId A = new MemberId(1);

    private static InvalidationLog log(int bytesMax) {
        return new InvalidationLog(A, 5, bytesMax, () -> {});
    }

    private static Version version(long clock) {
        return new Version(3, clock, A);
    }

    @Test
    void sequencesAreGivenFromOneAndEntriesReadBackAsWritten() {
        InvalidationLog log = log(4_096);
        assertThat(log.position()).isEqualTo(new Position(5, 0));
        assertThat(log.append(Kind.KEY, 16_383, -7, version(10))).isEqualTo(1);
        assertThat(log.append(Kind.TAG, 0, 8, new Version(4, 11, new MemberId(-1)))).isEqualTo(2);
        Invalidations all = log.after(0).orElseThrow();
        assertThat(all.first()).isEqualTo(1);
        assertThat(all.last()).isEqualTo(2);
        assertThat(all.kind(0)).isEqualTo(Kind.KEY);
        assertThat(all.slot(0)).isEqualTo(16_383);
        assertThat(all.hash(0)).isEqualTo(-7);
        assertThat(all.version(0)).isEqualTo(version(10));
        assertThat(all.kind(1)).isEqualTo(Kind.TAG);
        assertThat(all.slot(1)).isZero();
        assertThat(all.version(1)).isEqualTo(new Version(4, 11, new MemberId(-1)));
        assertThat(log.after(2)).isEmpty();
    }

    @Test
    void whatTheRingHasLostIsKnownBySlot() {
        InvalidationLog log = log(4_096);
        for (int i = 1; i <= 500; i++) {
            log.append(Kind.KEY, i % 7, i, version(i));
        }
        assertThat(log.after(0)).isEmpty();
        assertThat(log.after(499)).isPresent();
        InvalidationLog.Changes changes = log.changesSince(497);
        assertThat(changes.upTo()).isEqualTo(new Position(5, 500));
        assertThat(changes.slots().indexes())
                .containsExactly((char) (498 % 7), (char) (499 % 7), (char) (500 % 7));
        assertThat(log.changesSince(500).slots().size()).isZero();
        assertThat(log.changesSince(0).slots().size()).isEqualTo(7);
    }

    @Test
    void theRingStaysWithinItsBytesAndHoldsAsManyAsFit() {
        InvalidationLog log = log(48 * 1_000);
        for (int i = 1; i <= 10_000; i++) {
            log.append(Kind.KEY, 1, i, version(i));
        }
        assertThat(log.bytes()).isLessThanOrEqualTo(48 * 1_000 + 128 * 1_024);
        assertThat(log.has(9_001)).isTrue();
        assertThat(log.has(9_000)).isFalse();
    }

    @Test
    void growthIsToldOncePerLook() {
        AtomicInteger told = new AtomicInteger();
        InvalidationLog log = new InvalidationLog(A, 1, 4_096, told::incrementAndGet);
        log.append(Kind.KEY, 1, 1, version(1));
        log.append(Kind.KEY, 1, 2, version(2));
        assertThat(told).hasValue(1);
        assertThat(log.look().sequence()).isEqualTo(2);
        log.append(Kind.KEY, 1, 3, version(3));
        assertThat(told).hasValue(2);
    }

    @Test
    void aNewLifeBeginsEmpty() {
        InvalidationLog log = log(4_096);
        log.append(Kind.KEY, 1, 1, version(1));
        log.renew(9);
        assertThat(log.position()).isEqualTo(new Position(9, 0));
        assertThat(log.after(0)).isEmpty();
        assertThat(log.changesSince(0).slots().size()).isZero();
        assertThat(log.append(Kind.KEY, 1, 1, version(1))).isEqualTo(1);
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> log(100)).hasMessageContaining("100 bytes");
        assertThatThrownBy(() -> new InvalidationLog(A, 0, 4_096, () -> {}))
                .hasMessageContaining("incarnation 0");
        assertThatThrownBy(() -> log(4_096).append(Kind.KEY, 16_384, 1, version(1)))
                .hasMessageContaining("16384");
    }

    /** Four threads number 100,000 invalidations while one reads after them. */
    @Test
    void aReaderAmongManyWritersNeverPassesOverANumberThatIsWrittenLater()
            throws InterruptedException, ExecutionException {
        int each = 25_000;
        InvalidationLog log = log(48 * 100_000);
        try (var threads = Executors.newFixedThreadPool(5)) {
            List<Callable<List<Long>>> all = new ArrayList<>();
            all.add(() -> readAll(log, 4 * each));
            for (int thread = 0; thread < 4; thread++) {
                all.add(write(log, thread, each));
            }
            List<Future<List<Long>>> done = threads.invokeAll(all, 60, TimeUnit.SECONDS);
            for (Future<List<Long>> one : done) {
                assertThat(one.get()).doesNotHaveDuplicates();
            }
            assertThat(done.getFirst().get()).hasSize(4 * each);
        }
    }

    /** Each knows its own sequences, and that they grow. */
    private static Callable<List<Long>> write(InvalidationLog log, int thread, int count) {
        return () -> {
            long before = 0;
            for (int i = 0; i < count; i++) {
                long sequence = log.append(Kind.KEY, thread, (long) thread << 32 | i, version(i));
                assertThat(sequence > before).isTrue();
                before = sequence;
            }
            return List.of(before);
        };
    }

    private static List<Long> readAll(InvalidationLog log, int count) {
        List<Long> hashes = new ArrayList<>();
        long[] nextOf = new long[4];
        while (hashes.size() < count && !Thread.currentThread().isInterrupted()) {
            log.after(hashes.size())
                    .ifPresent(run -> {
                        for (int i = 0; i < run.count(); i++) {
                            int thread = run.slot(i);
                            assertThat(run.hash(i))
                                    .isEqualTo((long) thread << 32 | nextOf[thread]++);
                            hashes.add(run.hash(i));
                        }
                    });
        }
        return hashes;
    }
}
