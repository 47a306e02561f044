package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.io.Backend;
import dev.gossamer.node.store.disk.io.DiskException;
import dev.gossamer.node.store.disk.io.DiskFile;
import dev.gossamer.node.store.disk.io.IoStats;
import dev.gossamer.node.store.disk.io.Operation;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** A disk whose folders have room for so many bytes of files that are made through it. */
record NarrowBackend(Backend wide, AtomicLong bytes) implements Backend {
    @Override
    public Kind kind() {
        return wide.kind();
    }

    @Override
    public String why() {
        return wide.why() + "; narrow";
    }

    @Override
    public DiskFile create(Path path, long length) throws IOException {
        if (taken(path.toAbsolutePath().getParent()) + length > bytes.get()) {
            throw new DiskException.Full(Operation.WRITE, path, "No space left on device");
        }
        return wide.create(path, length);
    }

    /** What segments take there, and files that are made to see whether there is room. */
    private static long taken(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().matches(".*(\\.gsl|room\\.tmp)"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    @Override
    public DiskFile open(Path path, boolean writable) throws IOException {
        return wide.open(path, writable);
    }

    @Override
    public IoStats stats() {
        return wide.stats();
    }

    @Override
    public void register(MeterRegistry registry) {
        wide.register(registry);
    }

    @Override
    public void close() {
        wide.close();
    }
}
