package dev.gossamer.node.cache;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.LowerTier;
import dev.gossamer.node.store.MemorySettings;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.TierInvariants;
import dev.gossamer.node.store.Tiers;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A keyspace with a clock that stands still until it is told to move. */
final class KeyspaceLab {
    static final long START_MILLIS = 1_700_000_000_000L;
    static final long EPOCH = 7;
    static final MemberId SELF = new MemberId(0xabc);

    private static final List<CacheSettings> CACHES =
            List.of(
                    new CacheSettings(
                            "brief",
                            Optional.of(Duration.ofSeconds(30)),
                            1_000,
                            2,
                            CacheSettings.Acks.PRIMARY,
                            CacheSettings.Partition.AVAILABLE),
                    new CacheSettings(
                            "strict",
                            Optional.empty(),
                            1 << 30,
                            2,
                            CacheSettings.Acks.ALL,
                            CacheSettings.Partition.CONSISTENT),
                    new CacheSettings(
                            "thin",
                            Optional.empty(),
                            1 << 30,
                            1,
                            CacheSettings.Acks.ALL,
                            CacheSettings.Partition.AVAILABLE),
                    new CacheSettings(
                            "default",
                            Optional.empty(),
                            1 << 30,
                            2,
                            CacheSettings.Acks.ALL,
                            CacheSettings.Partition.AVAILABLE));

    final AtomicLong nowMillis = new AtomicLong(START_MILLIS);
    final KeyspaceSettings settings = KeyspaceSettings.of(CACHES);
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final MemoryCeiling ceiling = new MemoryCeiling();
    final MemoryTier tier;
    final HybridClock clock;
    final Keyspace keyspace;

    KeyspaceLab(long bytesMax) {
        this(bytesMax, 32L << 20);
    }

    KeyspaceLab(long bytesMax, long tombstoneBytesMax) {
        tier =
                new MemoryTier(
                        new MemorySettings(bytesMax, tombstoneBytesMax),
                        this::nanos,
                        nowMillis::get,
                        settings.copies(),
                        registry);
        clock = new HybridClock(nowMillis::get, settings.driftMax(), ceiling, registry);
        keyspace =
                new Keyspace(
                        new Tiers(tier, LowerTier.NONE),
                        clock,
                        SELF,
                        nowMillis::get,
                        this::nanos,
                        settings,
                        registry);
    }

    private long nanos() {
        return TimeUnit.MILLISECONDS.toNanos(nowMillis.get() - START_MILLIS);
    }

    Outcome apply(Operation operation) {
        return keyspace.apply(operation, EPOCH).outcome();
    }

    void pass(long millis) {
        nowMillis.addAndGet(millis);
        clock.extend();
    }

    /** Lets a year pass, so that all that expires has left, and asks whether the tier is whole. */
    void check() {
        pass(Duration.ofDays(365).toMillis());
        TierInvariants.check(tier);
    }

    static Bytes key(String text) {
        return Bytes.utf8(text);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(Entry entry) {
        return new String(entry.value(), StandardCharsets.UTF_8);
    }
}
