package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.net.EventLoops;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** A backend for each {@link Way}, and what its tests use. */
abstract class OnEveryWay {
    private static EventLoops loops;

    @Parameter Way way;

    @TempDir Path folder;

    Backend backend;

    @BeforeAll
    static void startLoops() {
        loops = EventLoops.start(Optional.empty(), 2);
    }

    @AfterAll
    static void closeLoops() {
        loops.close();
    }

    @BeforeEach
    void start() {
        backend = way.start(loops, IoSettings.DEFAULTS);
    }

    @AfterEach
    void stop() {
        assertThat(backend.stats().pending()).isZero();
        assertThat(backend.stats().pendingBytes()).isZero();
        backend.close();
    }

    static long seed() {
        return Long.getLong("seed", System.nanoTime());
    }

    static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the deadline").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    Path prefilled(int bytes) throws IOException {
        Path path = folder.resolve("prefilled-" + bytes);
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(pattern(0, bytes));
        }
        return path;
    }

    /** Bytes that tell their place. */
    static ByteBuffer pattern(long offset, int bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
        for (int i = 0; i < bytes; i++) {
            long at = offset + i;
            buffer.put(i, (byte) (at * 31 + (at >> 8) * 7 + (at >> 16)));
        }
        return buffer;
    }

    static ByteBuffer direct(int... bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            buffer.put(i, (byte) bytes[i]);
        }
        return buffer;
    }

    static void write(DiskFile file, long offset, ByteBuffer bytes) {
        Ended end = new Ended();
        file.write(offset, bytes, end);
        end.awaitDone();
    }

    static ByteBuffer read(DiskFile file, long offset, ByteBuffer into) {
        Ended end = new Ended();
        file.read(offset, into, end);
        end.awaitDone();
        return into;
    }

    static DiskException readFailure(DiskFile file, long offset, int bytes) {
        Ended end = new Ended();
        file.read(offset, ByteBuffer.allocateDirect(bytes), end);
        return end.awaitFailure();
    }
}
