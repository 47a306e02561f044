package dev.gossamer.node.store.disk;

import dev.gossamer.node.net.EventLoops;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemorySettings;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.Tiers;
import dev.gossamer.node.store.disk.DiskRules.Policy;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Memory over a disk, as a node has them, without the rest of the node. */
final class DiskLab implements AutoCloseable {
    static final MemberId MEMBER = new MemberId(7);
    private static final int COPIES = 2;

    private final Ground ground;
    private final boolean ownGround;
    private final Backend backend;
    final AtomicLong clock = new AtomicLong(1_000);
    final MemoryTier memory;
    final DiskTier disk;
    final Tiers tiers;
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    /** How a lab differs from {@link #options}. */
    record Options(
            Path folder,
            long memoryBytes,
            long diskBytes,
            int segmentBytes,
            DiskSettings.Fsync fsync,
            DiskRules rules,
            Optional<Backend.Kind> kind,
            UnaryOperator<Backend> wrap,
            Bounds bounds) {
        Options memory(long bytes) {
            return new Options(
                    folder, bytes, diskBytes, segmentBytes, fsync, rules, kind, wrap, bounds);
        }

        Options disk(long bytes, int segment) {
            return new Options(
                    folder, memoryBytes, bytes, segment, fsync, rules, kind, wrap, bounds);
        }

        Options fsync(DiskSettings.Fsync policy) {
            return new Options(
                    folder,
                    memoryBytes,
                    diskBytes,
                    segmentBytes,
                    policy,
                    rules,
                    kind,
                    wrap,
                    bounds);
        }

        Options rules(DiskRules other) {
            return new Options(
                    folder, memoryBytes, diskBytes, segmentBytes, fsync, other, kind, wrap, bounds);
        }

        Options kind(Backend.Kind other) {
            return new Options(
                    folder,
                    memoryBytes,
                    diskBytes,
                    segmentBytes,
                    fsync,
                    rules,
                    Optional.of(other),
                    wrap,
                    bounds);
        }

        Options wrap(UnaryOperator<Backend> other) {
            return new Options(
                    folder,
                    memoryBytes,
                    diskBytes,
                    segmentBytes,
                    fsync,
                    rules,
                    kind,
                    other,
                    bounds);
        }

        Options bounds(Bounds other) {
            return new Options(
                    folder, memoryBytes, diskBytes, segmentBytes, fsync, rules, kind, wrap, other);
        }
    }

    /** Of staging and of patience. */
    record Bounds(
            long stagingBytes,
            long indexBytes,
            Duration readTimeout,
            Duration probeInterval,
            long pinnedBytes) {
        Bounds(long stagingBytes, long indexBytes, Duration readTimeout, Duration probeInterval) {
            this(stagingBytes, indexBytes, readTimeout, probeInterval, 0);
        }

        Bounds pinned(long bytes) {
            return new Bounds(stagingBytes, indexBytes, readTimeout, probeInterval, bytes);
        }

        Bounds(long stagingBytes, Duration readTimeout, Duration probeInterval) {
            this(stagingBytes, 16 << 20, readTimeout, probeInterval);
        }

        static final Bounds USUAL =
                new Bounds(8 << 20, 16 << 20, Duration.ofSeconds(5), Duration.ofMillis(100));
    }

    /** Everything is written through; 64 MiB of memory over 64 MiB of disk. */
    static Options options(Path folder) {
        return new Options(
                folder,
                64 << 20,
                64 << 20,
                1 << 20,
                new DiskSettings.Fsync.Never(),
                rules(Policy.WRITE_THROUGH),
                Optional.of(Backend.Kind.PORTABLE),
                backend -> backend,
                Bounds.USUAL);
    }

    static DiskRules rules(Policy policy) {
        return new DiskRules(policy, Compression.NONE, 0, 16 << 20, Duration.ZERO);
    }

    /** What labs may share: loops, virtual threads, and the clock of their patience. */
    static final class Ground implements AutoCloseable {
        private final LongSupplier nanoClock;
        private final EventLoops loops = EventLoops.start(Optional.empty(), 1);
        private final ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor();

        Ground() {
            this(System::nanoTime);
        }

        Ground(LongSupplier nanoClock) {
            this.nanoClock = nanoClock;
        }

        @Override
        public void close() {
            loops.close();
            virtual.close();
        }
    }

    DiskLab(Options options) throws IOException {
        this(options, new Ground(), true);
    }

    DiskLab(Options options, Ground ground) throws IOException {
        this(options, ground, false);
    }

    private DiskLab(Options options, Ground ground, boolean ownGround) throws IOException {
        this.ground = ground;
        this.ownGround = ownGround;
        IoSettings io = new IoSettings(64, 64L << 20, true, options.bounds().pinnedBytes());
        backend =
                options.wrap()
                        .apply(
                                Backends.choose(
                                        options.kind(),
                                        ground.loops,
                                        io,
                                        ground.virtual,
                                        System::nanoTime));
        memory =
                new MemoryTier(
                        new MemorySettings(options.memoryBytes(), 1 << 20),
                        System::nanoTime,
                        System::currentTimeMillis,
                        _ -> COPIES,
                        new SimpleMeterRegistry());
        DiskSettings settings =
                new DiskSettings(
                        options.folder(),
                        options.diskBytes(),
                        options.segmentBytes(),
                        options.bounds().stagingBytes(),
                        options.bounds().indexBytes(),
                        options.fsync(),
                        options.bounds().readTimeout(),
                        options.bounds().probeInterval(),
                        options.kind(),
                        io,
                        OlderFormat.DISCARD);
        disk =
                new DiskTier(
                        settings,
                        new Around(
                                backend,
                                ground.virtual,
                                new OneCache(options.rules()),
                                MEMBER,
                                memory.accounts(),
                                System::currentTimeMillis,
                                ground.nanoClock,
                                new SplittableRandom()),
                        registry);
        tiers = new Tiers(memory, disk);
        disk.start(new Above(), true);
    }

    /** What a keyspace does with what was found. */
    private final class Above implements DiskTier.Recovered {
        @Override
        public void tombstone(int slot, Bytes key, Entry tombstone) {
            if (tiers.standingOrNull(slot, key) == null) {
                memory.put(slot, key, tombstone);
            }
        }

        @Override
        public void clock(long latest) {
            clock.accumulateAndGet(latest, Math::max);
        }

        @Override
        public void tombstones(DiskTier.TombstoneVisitor visitor) {}
    }

    private record OneCache(List<Named> all) implements DiskCaches {
        OneCache(DiskRules rules) {
            this(List.of(new Named("default", COPIES, rules)));
        }

        @Override
        public int indexOf(Bytes key) {
            return 0;
        }
    }

    Entry put(String key, byte[] value) {
        return put(key, value, Entry.NEVER);
    }

    Entry put(String key, byte[] value, long expiresAtMillis) {
        Entry entry = Entry.of(value, version(), expiresAtMillis);
        memory.put(Bytes.utf8(key), entry);
        return entry;
    }

    Version version() {
        return new Version(1, clock.incrementAndGet(), MEMBER);
    }

    void remove(String key) {
        long forgetAt = System.currentTimeMillis() + 600_000;
        memory.put(Bytes.utf8(key), Entry.tombstone(version(), forgetAt));
    }

    @Nullable Entry find(String key) {
        Entry entry = tiers.readOrNull(Bytes.utf8(key));
        return entry == null || entry.isTombstone() ? null : entry;
    }

    /** Everything that was written by now has reached the log. */
    void settle() {
        Await.until(() -> disk.status().stagedBytes() == 0);
    }

    void awaitLoaded() {
        disk.loaded().join();
    }

    @Override
    public void close() {
        disk.close();
        backend.close();
        if (ownGround) {
            ground.close();
        }
    }

    /** Waits for conditions, with a deadline. */
    static final class Await {
        private static final Duration PATIENCE = Duration.ofSeconds(30);

        private Await() {}

        static void until(BooleanSupplier condition) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError("not within " + PATIENCE);
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }
}
