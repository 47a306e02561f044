package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.disk.io.HugePages;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Buffers for reading: aligned, of the length that was asked for, and nobody else's meanwhile. */
class BuffersTest {
    private static final long KEPT = 64 << 20;
    private static final int PAGE = 4096;

    private static long address(ByteBuffer buffer) {
        return MemorySegment.ofBuffer(buffer.duplicate().clear()).address();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4096, 4608, 65_536, 65_537, 1 << 20, (10 << 20) + 512, 40 << 20})
    void aBufferIsAlignedAndHasTheLengthThatIsAskedForAlsoWhenItIsUsedAgain(int bytes) {
        Buffers buffers = new Buffers(KEPT);
        for (int i = 0; i < 3; i++) {
            Buffers.Buffer buffer = buffers.take(bytes);
            assertThat(buffer.bytes().position()).isZero();
            assertThat(buffer.bytes().remaining()).isEqualTo(bytes);
            assertThat(buffer.bytes().isDirect()).isTrue();
            assertThat(address(buffer.bytes()) % PAGE).isZero();
            buffer.bytes().put(bytes - 1, (byte) i).position(bytes);
            buffers.give(buffer);
        }
    }

    @Test
    void smallBuffersOfOneSizeAreCutFromOneHugePageAndThereAreOthersWhenItIsUsedUp() {
        Buffers buffers = new Buffers(KEPT);
        int inOnePage = HugePages.BYTES / (2 * PAGE);
        List<Buffers.Buffer> cut = takeMany(buffers, 4608, inOnePage);
        long page = address(cut.getFirst().bytes()) / HugePages.BYTES;
        assertThat(cut).allMatch(each -> address(each.bytes()) / HugePages.BYTES == page);
        assertThat(cut).extracting(each -> address(each.bytes())).doesNotHaveDuplicates();
        Buffers.Buffer another = buffers.take(4608);
        assertThat(another.isCut()).isFalse();
        assertThat(address(another.bytes()) / HugePages.BYTES).isNotEqualTo(page);
        cut.forEach(buffers::give);
        assertThat(takeMany(buffers, 4608, inOnePage)).allMatch(Buffers.Buffer::isCut);
    }

    @Test
    void longBuffersBeginWithAHugePage() {
        ByteBuffer bytes = new Buffers(KEPT).take(10 << 20).bytes();
        assertThat(address(bytes) % HugePages.BYTES).isZero();
    }

    @Test
    void noMoreIsKeptThanIsAllowed() {
        int kept = 3 * HugePages.BYTES / 2;
        Buffers buffers = new Buffers(kept);
        // A huge page for this size, and then there is no room for that of another.
        buffers.give(buffers.take(PAGE));
        assertThat(buffers.take(4 * PAGE).isCut()).isFalse();
        Set<ByteBuffer> given = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Buffers.Buffer each : takeMany(buffers, 256 << 10, 10)) {
            given.add(each.bytes());
            buffers.give(each);
        }
        long again =
                takeMany(buffers, 256 << 10, 10).stream()
                        .filter(each -> given.contains(each.bytes()))
                        .count();
        assertThat(again).isEqualTo((kept - HugePages.BYTES) / (256 << 10));
    }

    @Test
    void whereNothingIsToBeKeptNothingIs() {
        Buffers buffers = new Buffers(0);
        Buffers.Buffer first = buffers.take(PAGE);
        buffers.give(first);
        assertThat(buffers.take(PAGE).bytes()).isNotSameAs(first.bytes());
    }

    @Test
    void nobodyHasWhatAnotherHas() throws Exception {
        Buffers buffers = new Buffers(KEPT);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                int mine = thread;
                all.add(threads.submit(() -> takeAndGive(buffers, mine)));
            }
            for (Future<?> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static void takeAndGive(Buffers buffers, int mine) {
        SplittableRandom random = new SplittableRandom(mine);
        List<Buffers.Buffer> taken = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (taken.size() > random.nextInt(200)) {
                Buffers.Buffer buffer = taken.remove(random.nextInt(taken.size()));
                assertThat(buffer.bytes().get(0)).isEqualTo((byte) mine);
                buffers.give(buffer);
            } else {
                Buffers.Buffer buffer = buffers.take(1 + random.nextInt(16 * PAGE));
                buffer.bytes().put(0, (byte) mine);
                taken.add(buffer);
            }
        }
        taken.forEach(buffers::give);
    }

    private static List<Buffers.Buffer> takeMany(Buffers buffers, int bytes, int count) {
        List<Buffers.Buffer> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(buffers.take(bytes));
        }
        return taken;
    }
}
