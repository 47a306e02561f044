package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory that is locked: of a machine that counts what it is asked for. */
class LockedMemoryTest {
    private static final int PLACE = 272 << 10;
    private static final int ENOMEM = 12;

    private final List<MemorySegment> locked = new ArrayList<>();
    private long allowed = Long.MAX_VALUE;

    @BeforeEach
    void onlyWhereThereAreNativeCalls() {
        assumeThat(Linux.available()).isTrue();
    }

    private int lock(MemorySegment memory) {
        if (memory.byteSize() > allowed - lockedBytes()) {
            return ENOMEM;
        }
        locked.add(memory);
        return 0;
    }

    private long lockedBytes() {
        return locked.stream().mapToLong(MemorySegment::byteSize).sum();
    }

    private LockedMemory memory(long bytesMax) {
        return new LockedMemory(bytesMax, PLACE, this::lock);
    }

    private static ByteBuffer content(int seed, int bytes) {
        return OnEveryWay.pattern(seed * 77L, bytes);
    }

    private static List<LockedMemory.Place> takeAll(LockedMemory memory) throws IOException {
        List<LockedMemory.Place> taken = new ArrayList<>();
        Optional<LockedMemory.Place> next = memory.take(content(0, PLACE));
        while (next.isPresent()) {
            taken.add(next.get());
            next = memory.take(content(taken.size(), PLACE));
        }
        return taken;
    }

    private static void assertEachHasItsOwn(List<LockedMemory.Place> places) {
        for (int i = 0; i < places.size(); i++) {
            assertThat(places.get(i).bytes()).as("place %d", i).isEqualTo(content(i, PLACE));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {272 << 10, 600 << 10, 2 << 20, 4 << 20, 5 << 20, 16 << 20})
    void noMoreIsLockedThanIsAllowedAndAlmostAllOfItIsUsed(long bytesMax) throws IOException {
        try (LockedMemory memory = memory(bytesMax)) {
            assertThat(memory.bytes()).isZero();
            List<LockedMemory.Place> taken = takeAll(memory);
            assertEachHasItsOwn(taken);
            assertThat(memory.hasRoom()).isFalse();
            assertThat(memory.bytes()).isEqualTo(lockedBytes()).isLessThanOrEqualTo(bytesMax);
            assertThat((long) taken.size() * PLACE).isGreaterThan(bytesMax - 2 * PLACE);
        }
    }

    @Test
    void lessThanAPlaceIsNothing() throws IOException {
        try (LockedMemory memory = memory(PLACE - 1)) {
            assertThat(memory.bytesMax()).isZero();
            assertThat(memory.take(content(0, 1))).isEmpty();
            assertThat(locked).isEmpty();
        }
    }

    @Test
    void stretchesBeginWhereHugePagesDoAndHaveWholeOnes() throws IOException {
        try (LockedMemory memory = memory(8 << 20)) {
            takeAll(memory);
            assertThat(locked)
                    .hasSize(2)
                    .allMatch(stretch -> stretch.address() % HugePages.BYTES == 0)
                    .allMatch(stretch -> stretch.byteSize() == LockedMemory.STRETCH_BYTES);
        }
    }

    @Test
    void aPlaceThatWasGivenBackIsUsedAgainAndGivenBackOnce() throws IOException {
        try (LockedMemory memory = memory(3 * PLACE)) {
            List<LockedMemory.Place> taken = takeAll(memory);
            assertThat(taken).hasSize(3);
            taken.get(1).close();
            taken.get(1).close();
            assertThat(memory.take(content(1, PLACE))).isPresent();
            assertThat(memory.take(content(9, PLACE))).isEmpty();
            assertEachHasItsOwn(taken);
            assertThat(locked).hasSize(1);
        }
    }

    @Test
    void shortContentHasAShortPlace() throws IOException {
        try (LockedMemory memory = memory(PLACE)) {
            LockedMemory.Place place = memory.take(content(3, 100)).orElseThrow();
            assertThat(place.bytes()).isEqualTo(content(3, 100));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 272 << 10, 1 << 20, 3 << 20, 4 << 20, 7 << 20})
    void whereTheMachineAllowsLessItIsAsMuchAndToldOnce(long machineAllows) throws IOException {
        allowed = machineAllows;
        try (LockedMemory memory = memory(16 << 20)) {
            assertThatThrownBy(() -> takeAll(memory))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("(" + ENOMEM + ")");
            assertThat(memory.bytesMax()).isEqualTo(memory.bytes()).isEqualTo(lockedBytes());
            assertThat(lockedBytes())
                    .isLessThanOrEqualTo(machineAllows)
                    .isGreaterThan(machineAllows - 2 * PLACE);
            assertThat(memory.hasRoom()).isFalse();
            assertThat(memory.take(content(0, PLACE))).isEmpty();
        }
    }

    @Test
    void nothingIsHadAfterTheEnd() throws IOException {
        LockedMemory memory = memory(16 << 20);
        LockedMemory.Place place = memory.take(content(0, PLACE)).orElseThrow();
        memory.close();
        assertThat(memory.bytes()).isZero();
        assertThat(memory.take(content(0, PLACE))).isEmpty();
        assertThatThrownBy(() -> place.bytes().get(0)).isInstanceOf(IllegalStateException.class);
        place.close();
        assertThat(memory.hasRoom()).isFalse();
        memory.close();
    }

    /** Copies and checksums, which keep the memory each in its own way. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoReadsWhileItIsClosedReadsWhatWasThereOrHearsOfIt(boolean checksum) throws Exception {
        for (int round = 0; round < 20; round++) {
            LockedMemory memory = memory(1 << 20);
            ByteBuffer bytes = memory.take(content(7, PLACE)).orElseThrow().bytes();
            CountDownLatch begun = new CountDownLatch(1);
            try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
                Future<?> end = threads.submit(() -> readUntilClosed(bytes, checksum, begun));
                begun.await();
                memory.close();
                assertThatThrownBy(end::get)
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(IllegalStateException.class);
            }
        }
    }

    private static void readUntilClosed(ByteBuffer bytes, boolean checksum, CountDownLatch begun) {
        long expected = sum(content(7, PLACE));
        while (true) {
            if (checksum) {
                assertThat(sum(bytes.duplicate())).isEqualTo(expected);
            } else {
                byte[] copy = new byte[PLACE];
                bytes.get(0, copy);
                assertThat(ByteBuffer.wrap(copy)).isEqualTo(content(7, PLACE));
            }
            begun.countDown();
        }
    }

    private static long sum(ByteBuffer bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return sum.getValue();
    }
}
