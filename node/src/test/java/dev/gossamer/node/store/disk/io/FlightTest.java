package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.disk.io.Request.Next;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which bytes the kernel is asked for, past the page cache and through it. */
class FlightTest {
    private static final int BUFFERED = 7;
    private static final int DIRECT = 8;
    private static final int PAGE = 4096;

    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    private final Traffic traffic =
            new Traffic(IoSettings.DEFAULTS, () -> 0, Runnable::run, new IoMeters());
    private final UringFile file = file(traffic);
    private final Flight flight = new Flight(memory);

    static UringFile file(Traffic traffic) {
        return new UringFile(
                Path.of("f"),
                1L << 40,
                true,
                BUFFERED,
                new UringFile.Direct(DIRECT, PAGE),
                null,
                traffic);
    }

    @AfterEach
    void nothingIsKept() {
        assertThat(memory.metric().usedDirectMemory()).isZero();
    }

    @Test
    void anAlignedReadGoesStraightToItsBuffer() {
        ByteBuffer buffer = aligned(8192);
        begin(Operation.READ, 1L << 33, buffer);
        assertThat(flight.step())
                .isEqualTo(new Flight.Step(DIRECT, 1L << 33, Addresses.of(buffer), 8192));
        assertThat(flight.answered(8192)).isEqualTo(Next.COMPLETE);
        flight.end();
    }

    @Test
    void theRestOfAShortAlignedReadComesThroughThePageCache() {
        ByteBuffer buffer = aligned(8192);
        begin(Operation.READ, 4096, buffer);
        assertThat(flight.answered(5000)).isEqualTo(Next.CONTINUE);
        assertThat(flight.step())
                .isEqualTo(
                        new Flight.Step(BUFFERED, 9096, Addresses.of(buffer) + 5000, 8192 - 5000));
        assertThat(flight.answered(3192)).isEqualTo(Next.COMPLETE);
        flight.end();
    }

    @Test
    @SuppressWarnings("restricted")
    void aReadThatIsNotAlignedIsWidenedAndCopied() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(100);
        begin(Operation.READ, 8190, buffer);
        Flight.Step step = flight.step();
        assertThat(step.descriptor()).isEqualTo(DIRECT);
        assertThat(step.offset()).isEqualTo(4096);
        assertThat(step.length()).isEqualTo(8192);
        assertThat(step.address() % 4096).isZero();
        MemorySegment kernel = MemorySegment.ofAddress(step.address()).reinterpret(8192);
        for (int i = 0; i < 8192; i++) {
            kernel.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 7));
        }
        assertThat(flight.answered(8192)).isEqualTo(Next.COMPLETE);
        for (int i = 0; i < 100; i++) {
            assertThat(buffer.get(i)).isEqualTo((byte) ((4094 + i) * 7));
        }
        flight.end();
    }

    @Test
    void whereTheDeviceHasSmallBlocksNoMoreIsReadThanThese() {
        UringFile small =
                new UringFile(
                        Path.of("f"),
                        1L << 40,
                        true,
                        BUFFERED,
                        new UringFile.Direct(DIRECT, 512),
                        null,
                        traffic);
        ByteBuffer buffer = ByteBuffer.allocateDirect(100);
        flight.begin(new Request(Operation.READ, small, 8190, buffer, new Ended(), 0, 0));
        assertThat(small.alignment()).isEqualTo(512);
        assertThat(flight.step().offset()).isEqualTo(7680);
        assertThat(flight.step().length()).isEqualTo(1024);
        assertThat(flight.step().address() % 512).isZero();
        flight.end();
    }

    @Test
    void aWidenedReadMayBeShortBehindWhatIsWanted() {
        begin(Operation.READ, 10, ByteBuffer.allocateDirect(100));
        assertThat(flight.answered(110)).isEqualTo(Next.COMPLETE);
        flight.end();
    }

    @Test
    void aWidenedReadThatIsTooShortIsReadAgainThroughThePageCache() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(100);
        begin(Operation.READ, 10, buffer);
        assertThat(flight.answered(109)).isEqualTo(Next.CONTINUE);
        assertThat(flight.step())
                .isEqualTo(new Flight.Step(BUFFERED, 10, Addresses.of(buffer), 100));
        assertThat(file.isDirect()).isTrue();
        flight.end();
    }

    @Test
    void aSignalRepeatsTheWidenedReadAndAnErrorEndsIt() {
        begin(Operation.READ, 10, ByteBuffer.allocateDirect(100));
        Flight.Step first = flight.step();
        assertThat(flight.answered(-Linux.EINTR)).isEqualTo(Next.CONTINUE);
        assertThat(flight.step()).isEqualTo(first);
        assertThat(flight.answered(-Linux.EIO)).isEqualTo(Next.FAIL);
        flight.end();
    }

    @Test
    void aFileSystemThatRefusesTheAlignmentIsNotAskedAgain() {
        ByteBuffer buffer = aligned(4096);
        begin(Operation.READ, 0, buffer);
        assertThat(flight.answered(-Linux.EINVAL)).isEqualTo(Next.CONTINUE);
        assertThat(flight.step())
                .isEqualTo(new Flight.Step(BUFFERED, 0, Addresses.of(buffer), 4096));
        assertThat(file.alignment()).isEqualTo(1);
        assertThat(flight.answered(-Linux.EINVAL)).isEqualTo(Next.FAIL);
        flight.end();
        begin(Operation.READ, 0, buffer);
        assertThat(flight.step().descriptor()).isEqualTo(BUFFERED);
        flight.end();
    }

    @Test
    void aLongReadThatIsNotAlignedComesThroughThePageCache() {
        begin(Operation.READ, 1, ByteBuffer.allocateDirect(5 << 20));
        assertThat(flight.step().descriptor()).isEqualTo(BUFFERED);
        flight.end();
    }

    @Test
    void writesAndSyncsGoThroughThePageCache() {
        ByteBuffer buffer = aligned(4096);
        begin(Operation.WRITE, 4096, buffer);
        assertThat(flight.step())
                .isEqualTo(new Flight.Step(BUFFERED, 4096, Addresses.of(buffer), 4096));
        flight.end();
        flight.begin(new Request(Operation.SYNC, file, 0, null, new Ended(), 0, 0));
        assertThat(flight.step()).isEqualTo(new Flight.Step(BUFFERED, 0, 0, 0));
        flight.end();
    }

    private void begin(Operation operation, long offset, ByteBuffer buffer) {
        flight.begin(new Request(operation, file, offset, buffer, new Ended(), 0, 0));
    }

    private static ByteBuffer aligned(int bytes) {
        return ByteBuffer.allocateDirect(bytes + 4096).alignedSlice(4096).slice(0, bytes);
    }
}
