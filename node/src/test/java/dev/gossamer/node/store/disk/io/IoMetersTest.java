package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every meter of a backend moves. */
class IoMetersTest {
    private static final long STEP_NANOS = 1000;

    @TempDir Path folder;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicLong clock = new AtomicLong();

    @Test
    void operationsAreCountedTimedAndWeighed() throws IOException {
        try (Backend backend = backend(new IoSettings(1, 1 << 20, true));
                DiskFile file = backend.create(folder.resolve("f"), 8192)) {
            backend.register(registry);
            Ended write = new Ended();
            file.write(0, ByteBuffer.allocateDirect(5000), write);
            write.awaitDone();
            Ended read = new Ended();
            file.read(0, ByteBuffer.allocateDirect(300), read);
            read.awaitDone();
            Ended pastEnd = new Ended();
            file.read(8000, ByteBuffer.allocateDirect(300), pastEnd);
            pastEnd.awaitFailure();
            Ended sync = new Ended();
            file.sync(sync);
            sync.awaitDone();
            assertThat(counted("gossamer.disk.io.moved", "operation", "write")).isEqualTo(5000);
            assertThat(counted("gossamer.disk.io.moved", "operation", "read")).isEqualTo(300);
            assertThat(counted("gossamer.disk.io.errors", "operation", "read")).isEqualTo(1);
            for (Operation operation : Operation.values()) {
                assertThat(timed(operation)).isEqualTo(STEP_NANOS);
            }
        }
    }

    @Test
    void theCacheIsCountedByWhatItHad() throws IOException {
        try (Backend backend = backend(IoSettings.DEFAULTS);
                DiskFile file = backend.create(folder.resolve("f"), 8192)) {
            backend.register(registry);
            assertThat(file.readNow(0, ByteBuffer.allocateDirect(10))).isFalse();
            assertThat(counted("gossamer.disk.io.cached.reads", "result", "miss")).isEqualTo(1);
            assertThat(counted("gossamer.disk.io.cached.reads", "result", "hit")).isZero();
        }
    }

    @Test
    void whatWaitsAndWhatIsRefusedIsShown() throws IOException {
        IoSettings settings = new IoSettings(1, 1000, true);
        Backend backend = new PortableBackend("a test", settings, _ -> {}, clock::get, false);
        try (DiskFile file = backend.create(folder.resolve("f"), 8192)) {
            backend.register(registry);
            file.read(0, ByteBuffer.allocateDirect(300), new Ended());
            file.read(0, ByteBuffer.allocateDirect(300), new Ended());
            assertThat(gauge("gossamer.disk.io.pending")).isEqualTo(1);
            assertThat(gauge("gossamer.disk.io.pending.bytes"))
                    .isEqualTo(300 + Traffic.OPERATION_BYTES);
            assertThat(gauge("gossamer.disk.io.pending.bytes.max")).isEqualTo(1000);
            assertThat(registry.get("gossamer.disk.io.refused").functionCounter().count())
                    .isEqualTo(1);
        }
    }

    private Backend backend(IoSettings settings) {
        return new PortableBackend(
                "a test",
                settings,
                Thread::startVirtualThread,
                () -> clock.getAndAdd(STEP_NANOS),
                false);
    }

    private double counted(String name, String tag, String value) {
        return registry.get(name).tag(tag, value).functionCounter().count();
    }

    private double timed(Operation operation) {
        return registry.get("gossamer.disk.io.latency")
                .tag("backend", "portable")
                .tag("operation", operation.word())
                .timer()
                .totalTime(TimeUnit.NANOSECONDS);
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }
}
