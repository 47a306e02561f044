package dev.gossamer.node.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Mutation.What;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MutationRingTest {
    private static final long BYTES_MAX = 16 << 10;
    private static final Caller SOMEBODY = client(1);

    private static Caller client(int id) {
        return new Caller(Caller.Way.RESP, String.valueOf(id), "name", "127.0.0.1:1", "");
    }

    private static void add(MutationRing ring, long at, long hash, Caller caller) {
        Version version = new Version(at + 1, at + 2, new MemberId(at + 3));
        ring.add(at, hash, What.PUT, at % 2 == 0, at % 3 == 0, version, at + 4, caller);
    }

    private static List<Mutation> of(MutationRing ring, long hash) {
        List<Mutation> found = new ArrayList<>();
        ring.collect(hash, Integer.MAX_VALUE, found);
        return found;
    }

    @Test
    void anEmptyRingKnowsNothingAndTakesNothing() {
        var ring = new MutationRing(BYTES_MAX);
        assertThat(of(ring, 0)).isEmpty();
        assertThat(ring.bytes()).isZero();
    }

    @Test
    void aRingWithoutRoomKeepsNothing() {
        var ring = new MutationRing(0);
        add(ring, 1, 7, SOMEBODY);
        assertThat(of(ring, 7)).isEmpty();
        assertThat(ring.bytes()).isZero();
    }

    @Test
    void whatWasAddedIsTold() {
        var ring = new MutationRing(BYTES_MAX);
        add(ring, 6, 7, SOMEBODY);
        Version version = new Version(7, 8, new MemberId(9));
        assertThat(of(ring, 7))
                .containsExactly(new Mutation(6, What.PUT, true, true, version, SOMEBODY, 10, ""));
        assertThat(of(ring, 8)).isEmpty();
    }

    @Test
    void noMoreIsToldThanIsAskedFor() {
        var ring = new MutationRing(BYTES_MAX);
        for (int i = 0; i < 9; i++) {
            add(ring, i, 7, SOMEBODY);
        }
        List<Mutation> found = new ArrayList<>();
        ring.collect(7, 2, found);
        assertThat(found).extracting(Mutation::atMillis).containsExactly(8L, 7L);
    }

    @Test
    void manyCallersPushOutMutationsBeforeTheyTakeMoreThanTheirShare() {
        var ring = new MutationRing(BYTES_MAX);
        for (int i = 0; i < 200; i++) {
            add(ring, i, 7, client(i));
        }
        int callers = (int) (BYTES_MAX / 4 / client(100).weightBytes());
        assertThat(ring.count()).isBetween(callers - 1, callers + 1);
        assertThat(ring.bytes()).isLessThanOrEqualTo(BYTES_MAX);
        assertThat(of(ring, 7).getFirst().caller()).isEqualTo(client(199));
    }

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(20) : LongStream.of(fixed);
    }

    /** Against a plain list of what was added. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theLastOnesAreKeptInOrderAndWithinTheBound(long seed) {
        var random = new SplittableRandom(seed);
        long bytesMax = random.nextLong(200, BYTES_MAX);
        var ring = new MutationRing(bytesMax);
        Deque<Long> added = new ArrayDeque<>();
        Caller[] callers = {client(1), client(2), client(3)};
        int steps = random.nextInt(1, 1000);
        for (int i = 0; i < steps; i++) {
            long hash = random.nextInt(3);
            add(ring, i, hash, callers[random.nextInt(callers.length)]);
            added.addFirst(hash);
            assertThat(ring.bytes()).isLessThanOrEqualTo(bytesMax + oneCaller(ring, callers[0]));
        }
        long recordsMax = bytesMax / 4 * 3 / MutationRing.RECORD_BYTES;
        assertThat((long) ring.count()).isLessThanOrEqualTo(Math.min(recordsMax, steps));
        List<Long> last = added.stream().limit(ring.count()).toList();
        for (long hash = 0; hash < 3; hash++) {
            List<Long> expected = new ArrayList<>();
            for (int i = 0; i < last.size(); i++) {
                if (last.get(i) == hash) {
                    expected.add(steps - 1L - i);
                }
            }
            assertThat(of(ring, hash))
                    .extracting(Mutation::atMillis)
                    .containsExactlyElementsOf(expected);
        }
        if (bytesMax > 12L * callers[0].weightBytes()) {
            assertThat((long) ring.count()).isEqualTo(Math.min(recordsMax, steps));
        }
    }

    /** A single mutation may have a caller that is larger than the callers' share. */
    private static long oneCaller(MutationRing ring, Caller caller) {
        return ring.count() == 1 ? caller.weightBytes() : 0;
    }
}
