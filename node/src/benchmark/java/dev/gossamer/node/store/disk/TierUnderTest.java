package dev.gossamer.node.store.disk;

import dev.gossamer.node.net.EventLoops;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.LowerTier;
import dev.gossamer.node.store.MemorySettings;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.ValueSink;
import dev.gossamer.node.store.disk.format.Compression;
import dev.gossamer.node.store.disk.format.OlderFormat;
import dev.gossamer.node.store.disk.io.Backend;
import dev.gossamer.node.store.disk.io.Backends;
import dev.gossamer.node.store.disk.io.IoSettings;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A tier on a folder of its own, with a node's default settings and without the node. */
final class TierUnderTest implements AutoCloseable {
    private static final MemberId MEMBER = new MemberId(7);
    private static final int SEGMENT_BYTES = 64 << 20;
    private static final long PAUSE_NANOS = 50_000;

    final DiskTier disk;
    private final Backend backend;
    private final Path folder;
    private long clock = 1;

    /**
     * @param pinnedBytes locked in memory of what is read most
     */
    TierUnderTest(
            Path folder, long bytesMax, long pinnedBytes, Backend.Kind kind, EventLoops loops)
            throws IOException {
        this.folder = folder;
        IoSettings usual = IoSettings.DEFAULTS;
        IoSettings io =
                new IoSettings(
                        usual.depth(), usual.pendingBytesMax(), usual.direct(), pinnedBytes);
        backend =
                Backends.choose(
                        Optional.of(kind), loops, io, Thread::startVirtualThread, System::nanoTime);
        MemoryTier memory =
                new MemoryTier(
                        new MemorySettings(1 << 20, 1 << 20),
                        System::nanoTime,
                        System::currentTimeMillis,
                        _ -> 1,
                        new SimpleMeterRegistry());
        DiskSettings settings =
                new DiskSettings(
                        folder,
                        bytesMax,
                        SEGMENT_BYTES,
                        32 << 20,
                        1 << 30,
                        new DiskSettings.Fsync.Every(Duration.ofSeconds(1)),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        Optional.of(kind),
                        io,
                        OlderFormat.DISCARD);
        disk =
                new DiskTier(
                        settings,
                        new Around(
                                backend,
                                Thread::startVirtualThread,
                                new OneCache(),
                                MEMBER,
                                memory.accounts(),
                                System::currentTimeMillis,
                                System::nanoTime,
                                new SplittableRandom()),
                        new SimpleMeterRegistry());
        disk.start(new NothingAbove(), true);
    }

    private record OneCache(List<Named> all) implements DiskCaches {
        OneCache() {
            this(
                    List.of(
                            new Named(
                                    "default",
                                    1,
                                    new DiskRules(
                                            DiskRules.Policy.ON_EVICTION,
                                            Compression.LZ4,
                                            0,
                                            32 << 20,
                                            Duration.ZERO))));
        }

        @Override
        public int indexOf(Bytes key) {
            return 0;
        }
    }

    private static final class NothingAbove implements DiskTier.Recovered {
        @Override
        public void tombstone(int slot, Bytes key, Entry tombstone) {}

        @Override
        public void clock(long latest) {}

        @Override
        public void tombstones(DiskTier.TombstoneVisitor visitor) {}
    }

    /** Writes as fast as the tier takes it; by one thread. */
    void put(Bytes key, byte[] value) {
        while (disk.status().stagedBytes() > disk.stagedBytesMax() / 2) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        Entry entry = Entry.of(value, new Version(1, clock++, MEMBER), Entry.NEVER);
        if (!disk.takes(key.slotIndex(), key, entry)) {
            throw new IllegalStateException("the tier refuses " + key + ": " + disk.status());
        }
    }

    /** Everything that was written is on the device, and the page cache has none of it. */
    void makeCold() throws IOException {
        settle();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (file.toString().endsWith(".gsl")) {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.force(true);
                    }
                    dev.gossamer.node.store.disk.io.PageCache.drop(file);
                }
            }
        }
    }

    void settle() {
        while (disk.status().stagedBytes() > 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /**
     * Takes values as the answer to GET does: by copying them into an array that it has already.
     * For one thread.
     */
    static final class Borrower implements ValueSink {
        private static final LowerTier.Validity ALL = (_, _) -> true;

        private final Catcher catcher = new Catcher();
        private byte[] value = new byte[Objects4k.BYTES];
        private long made;

        @Override
        public void value(ByteBuffer from, int at, int length) {
            from.get(at, value, 0, length);
        }

        @Override
        public void takeBack() {
            // What is read next is copied over it.
        }

        /** Of what is not locked in memory an array is made. */
        byte[] readNow(DiskTier disk, Bytes key) {
            if (!disk.lend(key.slotIndex(), key, ALL, this)) {
                made++;
                value = catcher.readNow(disk, key);
            }
            return value;
        }

        /** How many reads needed an array. */
        long made() {
            return made;
        }
    }

    /**
     * Takes what is read; waits for it when it is not there at once. For one thread, which pays for
     * no fence where the answer comes on it.
     */
    static final class Catcher {
        private final Thread owner = Thread.currentThread();
        private final Semaphore arrived = new Semaphore(0);
        private @Nullable Entry entry;
        private boolean atOnce;

        void take(@Nullable Entry found) {
            entry = found;
            if (Thread.currentThread() == owner) {
                atOnce = true;
            } else {
                arrived.release();
            }
        }

        byte[] readNow(DiskTier disk, Bytes key) {
            atOnce = false;
            disk.load(key.slotIndex(), key, this::take);
            if (!atOnce) {
                arrived.acquireUninterruptibly();
            }
            Entry found = entry;
            if (found == null) {
                throw new IllegalStateException(key + " is not there");
            }
            return found.value();
        }
    }

    @Override
    public void close() {
        disk.close();
        backend.close();
    }
}
