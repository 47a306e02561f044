package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.disk.io.Request.Next;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a kernel's answers mean, short ones and signals included. */
class RequestTest {
    private static final Traffic TRAFFIC =
            new Traffic(IoSettings.DEFAULTS, () -> 0, Runnable::run, new IoMeters());

    @Test
    void aShortReadGoesOnWhereItCameTo() {
        Request read = request(Operation.READ, 100);
        assertThat(read.step(30)).isEqualTo(Next.CONTINUE);
        assertThat(read.moved()).isEqualTo(30);
        assertThat(read.step(69)).isEqualTo(Next.CONTINUE);
        assertThat(read.step(1)).isEqualTo(Next.COMPLETE);
    }

    @Test
    void aShortWriteGoesOnToo() {
        Request write = request(Operation.WRITE, 10);
        assertThat(write.step(9)).isEqualTo(Next.CONTINUE);
        assertThat(write.step(1)).isEqualTo(Next.COMPLETE);
    }

    @Test
    void aReadThatFindsNoMoreHasPassedTheEnd() {
        Request read = request(Operation.READ, 100);
        assertThat(read.step(30)).isEqualTo(Next.CONTINUE);
        assertThat(read.step(0)).isEqualTo(Next.FAIL);
        assertThat(read.failure())
                .isInstanceOf(DiskException.PastEnd.class)
                .hasMessageContaining("read of 100 bytes at 4096 of f goes beyond its end at 4126");
    }

    @Test
    void aWriteThatMovesNothingHasFailed() {
        Request write = request(Operation.WRITE, 100);
        assertThat(write.step(0)).isEqualTo(Next.FAIL);
        assertThat(write.failure()).isInstanceOf(DiskException.Failed.class);
    }

    @Test
    void signalsPassButNotForever() {
        Request read = request(Operation.READ, 100);
        int tries = 0;
        while (read.step(-Linux.EINTR) == Next.CONTINUE) {
            tries++;
        }
        assertThat(tries).isEqualTo(64);
        assertThat(read.failure()).isInstanceOf(DiskException.Failed.class);
    }

    @Test
    void progressForgivesTheSignalsBeforeIt() {
        Request read = request(Operation.READ, 1000);
        for (int i = 0; i < 300; i++) {
            assertThat(read.step(i % 2 == 0 ? -Linux.EAGAIN : 1)).isEqualTo(Next.CONTINUE);
        }
    }

    @Test
    void noRoomIsToldFromABrokenDisk() {
        for (int errno : new int[] {Linux.ENOSPC, Linux.EDQUOT, Linux.EFBIG}) {
            Request write = request(Operation.WRITE, 100);
            assertThat(write.step(-errno)).isEqualTo(Next.FAIL);
            assertThat(write.failure()).isInstanceOf(DiskException.Full.class);
        }
        Request broken = request(Operation.WRITE, 100);
        assertThat(broken.step(50)).isEqualTo(Next.CONTINUE);
        assertThat(broken.step(-Linux.EIO)).isEqualTo(Next.FAIL);
        assertThat(broken.failure())
                .isInstanceOf(DiskException.Failed.class)
                .hasMessageContaining("write of f at 4146: Input/output error");
    }

    @Test
    void aSyncMovesNothingAndIsDone() {
        assertThat(request(Operation.SYNC, 0).step(0)).isEqualTo(Next.COMPLETE);
    }

    private static Request request(Operation operation, int bytes) {
        return new Request(
                operation,
                FlightTest.file(TRAFFIC),
                4096,
                operation == Operation.SYNC ? null : ByteBuffer.allocateDirect(bytes),
                new Ended(),
                0,
                0);
    }
}
