package dev.gossamer.node.store.disk.io;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A disk that fails as its {@link Faults} say, over one that works. Any thread. */
public final class FaultyBackend implements Backend {
    private static final int ENOMEM = 12;

    private final Backend healthy;
    private final Faults faults;

    public FaultyBackend(Backend healthy, Faults faults) {
        this.healthy = healthy;
        this.faults = faults;
    }

    public Faults faults() {
        return faults;
    }

    @Override
    public Kind kind() {
        return healthy.kind();
    }

    @Override
    public String why() {
        return healthy.why() + "; with faults";
    }

    /** Making a file counts as a write to it. */
    @Override
    public DiskFile create(Path path, long bytes) throws IOException {
        Optional<Fault.Effect> effect = faults.strike(Operation.WRITE, nameOf(path));
        if (effect.isPresent() && effect.get() instanceof Fault.Effect.Full) {
            throw new DiskException.Full(Operation.WRITE, path, "No space left on device");
        }
        if (effect.isPresent() && effect.get() instanceof Fault.Effect.Broken) {
            throw new DiskException.Failed(Operation.WRITE, path, 0, "Input/output error");
        }
        return new FaultyFile(path, healthy.create(path, bytes), faults);
    }

    @Override
    public DiskFile open(Path path, boolean writable) throws IOException {
        return new FaultyFile(path, healthy.open(path, writable), faults);
    }

    @Override
    public LockedMemory lockedMemory(long bytesMax, int placeBytes) {
        return new LockedMemory(
                bytesMax,
                placeBytes,
                memory -> faults.refusesLocks() ? ENOMEM : Linux.lock(memory));
    }

    static String nameOf(Path path) {
        return String.valueOf(path.getFileName());
    }

    @Override
    public IoStats stats() {
        return healthy.stats();
    }

    @Override
    public void register(MeterRegistry registry) {
        healthy.register(registry);
    }

    @Override
    public void close() {
        healthy.close();
    }
}
