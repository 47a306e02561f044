package dev.gossamer.node.store.disk.io;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocking reads and writes through the page cache, on as many threads as the depth says. Works
 * everywhere.
 */
final class PortableBackend implements Backend {
    private static final Logger LOG = LoggerFactory.getLogger(PortableBackend.class);
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final String why;
    private final boolean nativeCalls;
    private final IoMeters meters = new IoMeters();
    private final Traffic traffic;
    private final Crew crew;

    /**
     * @param virtualThreads starts a virtual thread for every task
     * @param nativeCalls whether {@link Linux} may be used for what the JDK lacks
     */
    PortableBackend(
            String why,
            IoSettings settings,
            Executor virtualThreads,
            LongSupplier nanoClock,
            boolean nativeCalls) {
        this.why = why;
        this.nativeCalls = nativeCalls;
        this.traffic = new Traffic(settings, nanoClock, virtualThreads, meters);
        this.crew = new Crew(virtualThreads, settings.depth());
    }

    @Override
    public Kind kind() {
        return Kind.PORTABLE;
    }

    @Override
    public String why() {
        return why;
    }

    @Override
    public DiskFile create(Path path, long bytes) throws IOException {
        NewFile.make(path, bytes, nativeCalls);
        return open(path, true);
    }

    @Override
    public DiskFile open(Path path, boolean writable) throws IOException {
        FileChannel channel =
                writable
                        ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
                        : FileChannel.open(path, StandardOpenOption.READ);
        try {
            return new PortableFile(
                    path,
                    Files.size(path),
                    writable,
                    channel,
                    nativeCalls ? new CachedReads(Linux.open(path, false, false)) : null,
                    crew,
                    traffic);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public IoStats stats() {
        return meters.stats(traffic);
    }

    @Override
    public void register(MeterRegistry registry) {
        meters.register(registry, kind(), traffic);
    }

    @Override
    public void close() {
        if (!crew.close(CLOSE_NANOS)) {
            LOG.warn("{} operations did not end in time", traffic.pending());
        }
    }
}
