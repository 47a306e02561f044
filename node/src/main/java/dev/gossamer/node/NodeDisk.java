package dev.gossamer.node;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.TagJournal;
import dev.gossamer.node.config.ConfigException;
import dev.gossamer.node.edge.admin.DiskAccount;
import dev.gossamer.node.net.EventLoops;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.disk.Around;
import dev.gossamer.node.store.disk.DiskCaches;
import dev.gossamer.node.store.disk.DiskSettings;
import dev.gossamer.node.store.disk.DiskStatus;
import dev.gossamer.node.store.disk.DiskTier;
import dev.gossamer.node.store.disk.io.Backend;
import dev.gossamer.node.store.disk.io.Backends;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SSD of a node, with the way to it: opened before the key space, closed after the mesh and
 * before the event loops, which carry its operations.
 *
 * <p><b>Threads.</b> One opens, starts and closes; {@link #tier} is for any.
 */
final class NodeDisk implements AutoCloseable {
    /** How often slow reads are given up. */
    static final long TICK_MILLIS = 20;

    /** How often invalidations of tags are written to the device. */
    static final long FORCE_MILLIS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(NodeDisk.class);
    private static final int CLOCK_ATTEMPTS = 200;
    private static final long CLOCK_PAUSE_NANOS = 50_000_000;

    private final ExecutorService threads;
    private final Backend backend;
    private final DiskTier tier;
    private volatile @Nullable TagJournal journal;

    private NodeDisk(ExecutorService threads, Backend backend, DiskTier tier) {
        this.threads = threads;
        this.backend = backend;
        this.tier = tier;
    }

    /**
     * Waits for the disk.
     *
     * @param loops outlive this
     * @throws ConfigException when the folder cannot be used; the message says what to do
     * @throws IllegalStateException when the backend that is asked for does not work here
     */
    static NodeDisk open(
            DiskSettings settings,
            EventLoops loops,
            DiskCaches caches,
            MemberId self,
            MemoryTier memory,
            Clock clock,
            LongSupplier nanoClock,
            RandomGenerator random,
            MeterRegistry registry) {
        ExecutorService threads =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("gossamer-disk-io-", 0).factory());
        Backend backend = null;
        try {
            backend = Backends.choose(settings.backend(), loops, settings.io(), threads, nanoClock);
            LOG.info(
                    "disk: at most {} bytes in {}, on {} ({})",
                    settings.bytesMax(),
                    settings.folder(),
                    backend.kind(),
                    backend.why());
            DiskTier tier =
                    new DiskTier(
                            settings,
                            new Around(
                                    backend,
                                    threads,
                                    caches,
                                    self,
                                    memory.accounts(),
                                    clock::millis,
                                    nanoClock,
                                    random),
                            registry);
            return new NodeDisk(threads, backend, tier);
        } catch (IOException | RuntimeException e) {
            if (backend != null) {
                backend.close();
            }
            threads.shutdownNow();
            throw e instanceof IOException io ? unusable(settings, io) : (RuntimeException) e;
        }
    }

    private static ConfigException unusable(DiskSettings settings, IOException e) {
        String why = e.getClass().getSimpleName() + ": " + e.getMessage();
        return new ConfigException(
                "disk.dir: the folder "
                        + settings.folder()
                        + " cannot be used ("
                        + why
                        + "); let this user read and write it, name another one, or say"
                        + " disk.bytes-max: 0 to run without an SSD tier",
                e);
    }

    /**
     * Brings in what was there before the start. To be called once, before anything is heard.
     *
     * @param dataDir where invalidations of tags are written down: what they made invalid is on
     *     this disk, too, and without them nothing on it can be believed
     * @throws IOException when they cannot be written down
     */
    void start(Keyspace keyspace, Path dataDir) throws IOException {
        TagJournal opened = TagJournal.open(dataDir, keyspace.tags().countMax());
        journal = opened;
        boolean known = opened.isWhole();
        try {
            keyspace.tags().restore(opened);
        } catch (GossamerException e) {
            LOG.warn("invalidated tags of the run before are not followed: {}", e.getMessage());
            known = false;
        }
        tier.start(new Found(keyspace), known);
    }

    /** Writes invalidations of tags to the device; what the policy is for the log. */
    void force() {
        TagJournal opened = journal;
        if (opened != null && !(tier.fsync() instanceof DiskSettings.Fsync.Never)) {
            opened.force();
        }
    }

    /** Returns when everything that was stored here will survive a loss of power. */
    void flush() {
        TagJournal opened = journal;
        if (opened != null) {
            opened.force();
        }
        tier.flush();
    }

    /** Whether what is stored here reaches the log, and is found there after a restart. */
    boolean isInUse() {
        DiskStatus.State state = tier.status().state();
        return state == DiskStatus.State.CLOSED || state == DiskStatus.State.LOADING;
    }

    DiskTier tier() {
        return tier;
    }

    /** For people. */
    DiskAccount account() {
        DiskStatus status = tier.status();
        return new DiskAccount(
                status.state().name().toLowerCase(Locale.ROOT),
                status.trouble(),
                status.loaded(),
                status.bytes(),
                status.bytesMax(),
                status.lackingBytes(),
                status.entries(),
                status.liveRatio(),
                status.writeAmplification(),
                backend.kind().name().toLowerCase(Locale.ROOT),
                backend.why());
    }

    /** What is on its way is written; waits for it. */
    @Override
    public void close() {
        tier.close();
        backend.close();
        threads.shutdownNow();
        TagJournal opened = journal;
        if (opened != null) {
            opened.close();
        }
    }

    /** What the SSD kept, for the key space. */
    private record Found(Keyspace keyspace) implements DiskTier.Recovered {
        @Override
        public void tombstone(int slot, Bytes key, Entry tombstone) {
            keyspace.recover(slot, key, tombstone);
        }

        /** The clock's ceiling may have to be raised first. */
        @Override
        public void clock(long clock) {
            for (int attempt = 1; attempt <= CLOCK_ATTEMPTS; attempt++) {
                try {
                    keyspace.witness(clock);
                    return;
                } catch (GossamerException e) {
                    if (e.code() != ErrorCode.BUSY || attempt == CLOCK_ATTEMPTS || !paused()) {
                        LOG.warn("the disk has versions that are not followed: {}", e.getMessage());
                        return;
                    }
                }
            }
        }

        private static boolean paused() {
            LockSupport.parkNanos(CLOCK_PAUSE_NANOS);
            return !Thread.currentThread().isInterrupted();
        }

        @Override
        public void tombstones(DiskTier.TombstoneVisitor visitor) throws IOException {
            keyspace.tiers().memory().<IOException>eachTombstone(visitor::tombstone);
        }
    }
}
