package dev.gossamer.client.near;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.metrics.ClientMetrics;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * L0: copies of values in this process, used only where it is proved that they are as fresh as the
 * reader asks (C4).
 *
 * <p><b>Proof.</b> A copy carries its origin's life, and the sequence that the origin's log had
 * reached before the value was read. Whatever voids it is told by that origin, in order ({@link
 * OriginStream}). The origin is asked again and again whether all was told and it still had the
 * authority to speak; when it says so, everything that was invalidated before the question was sent
 * has been heard. So the age of a copy is at most the time since that question, by this process'
 * own clock, and nobody's clock is compared. A reader that gets no proof in time asks the owner.
 *
 * <p><b>Order of a read.</b> First the proof is read, then whether the copy is void, then the
 * clock: what was void before the proof is seen to be void.
 *
 * <p><b>Session (C3).</b> What any call was answered voids what is older before that call's caller
 * hears of it; and a copy that was asked for before that, and comes after, is not kept.
 *
 * <p><b>Limits.</b> {@code bytesMax}, by Caffeine's W-TinyLFU, with {@value #ENTRY_BYTES} bytes
 * counted for each copy beside its key and value.
 *
 * <p><b>Threads.</b> {@link #findOrNull} by any; all that changes copies by the I/O thread. <b>
 * Cost.</b> A hit hashes the key, looks into one map and reads the clock.
 */
public final class NearCache implements OriginStream.Copies {
    /**
     * What a copy takes beside its key and value: entry, node of the map, version, headers. Seen
     * were 335 without and 377 with a decoded text, without compact object headers.
     */
    static final int ENTRY_BYTES = 380;

    /** Far more cells than calls are under way as a rule. */
    private static final int ANSWERS = 16_384;

    /** The bound of a read that no copy is fresh enough for; the age of what is no copy. */
    private static final long NEVER = -1;

    private final Cache<Long, NearEntry> entries;
    private final ClientMetrics metrics;
    private final LongSupplier nanoClock;
    private final boolean checksWatermarks;
    private final Pace pace = new Pace();

    /** Answers to calls of this client, numbered; of the I/O thread. */
    private final Recent answered = new Recent(ANSWERS);

    private volatile long turn;

    /**
     * @param housekeeper runs what the cache does now and then about its order and its bound; a
     *     reader would pay for it with waits for memory
     * @param checksWatermarks false only in a test of what notices that
     */
    NearCache(
            long bytesMax,
            Executor housekeeper,
            ClientMetrics metrics,
            LongSupplier nanoClock,
            boolean checksWatermarks) {
        this.metrics = metrics;
        this.checksWatermarks = checksWatermarks;
        this.nanoClock = nanoClock;
        this.entries =
                Caffeine.newBuilder()
                        .maximumWeight(bytesMax)
                        .weigher((Long hash, NearEntry entry) -> weight(entry))
                        .executor(housekeeper)
                        .evictionListener((hash, entry, cause) -> markVoid(entry))
                        .build();
    }

    /** What voids it from now on does not find it, and a reader may have it in its hands. */
    private static void markVoid(@Nullable NearEntry entry) {
        if (entry != null) {
            entry.markVoid();
        }
    }

    private static int weight(NearEntry entry) {
        return ENTRY_BYTES + entry.payloadBytes();
    }

    /** A freshness as nanoseconds that {@link #findOrNull} understands. */
    public static long boundNanos(Freshness freshness) {
        if (freshness instanceof Freshness.Within within) {
            return nanos(within.bound());
        }
        return freshness instanceof Freshness.Any ? Long.MAX_VALUE : NEVER;
    }

    private static long nanos(Duration bound) {
        // Far more than any proof is kept for, and far from the end of what a long can hold.
        return bound.toDays() > 1 ? Long.MAX_VALUE / 4 : bound.toNanos();
    }

    /** Whether a read with this bound may be answered here at all. */
    public static boolean mayAnswer(long boundNanos) {
        return boundNanos != NEVER;
    }

    /**
     * The copy under a key, if it is proved to be as fresh.
     *
     * @param key as the mesh knows it
     * @param boundNanos as {@link #boundNanos} says
     */
    public @Nullable NearEntry findOrNull(byte[] key, long boundNanos) {
        if (boundNanos == NEVER) {
            return null;
        }
        pace.used(boundNanos);
        Long hash = KeyHash.of(key);
        NearEntry found = entries.getIfPresent(hash);
        boolean hit =
                found != null && found.isOf(key) && isWithin(ageNanos(found, hash), boundNanos);
        metrics.nearRead(hit);
        return hit ? found : null;
    }

    /**
     * The same, with its age.
     *
     * <p>The proof may have gone on since the copy was found, and the copy may be void since: so it
     * is looked at again, for an age that belongs to it.
     */
    public @Nullable Aged findAgedOrNull(byte[] key, long boundNanos) {
        NearEntry found = findOrNull(key, boundNanos);
        if (found == null) {
            return null;
        }
        long age = ageNanos(found, KeyHash.of(key));
        return isWithin(age, boundNanos) ? new Aged(found, age) : null;
    }

    /**
     * A copy as it was found.
     *
     * @param ageNanos how long before that it was certainly current still
     */
    public record Aged(NearEntry entry, long ageNanos) {
        /** Empty when nothing proves any. */
        public Optional<Duration> age() {
            return ageNanos >= Life.NEVER_AGO_NANOS
                    ? Optional.empty()
                    : Optional.of(Duration.ofNanos(ageNanos));
        }
    }

    /** How long ago it was certainly current; {@link #NEVER} where it is no more. */
    private long ageNanos(NearEntry entry, Long hash) {
        long provenNanos = entry.life().provenNanos();
        if (entry.isVoid()) {
            drop(hash, entry);
            return NEVER;
        }
        long now = nanoClock.getAsLong();
        if (entry.isExpired(now)) {
            drop(hash, entry);
            return NEVER;
        }
        return Math.max(0, now - provenNanos);
    }

    private boolean isWithin(long ageNanos, long boundNanos) {
        boolean young = ageNanos < boundNanos || boundNanos == Long.MAX_VALUE || !checksWatermarks;
        return ageNanos != NEVER && young;
    }

    private void drop(Long hash, NearEntry entry) {
        if (entries.asMap().remove(hash, entry)) {
            metrics.nearVoided();
        }
    }

    /**
     * To be called before a request is sent whose answer is to be kept.
     *
     * @param codec what its reader will decode it with
     */
    public Asked asking(byte[] key, int slot, Codec<?> codec) {
        Codec<?> shared = codec.isShareable() ? codec : null;
        return new Asked(key, slot, turn, nanoClock.getAsLong(), shared);
    }

    /** Forgets all copies: the mesh began anew. */
    void clear() {
        entries.invalidateAll();
    }

    boolean isEmpty() {
        return entries.estimatedSize() == 0;
    }

    /** What the copies count for, in bytes. */
    long bytes() {
        return entries.policy().eviction().orElseThrow().weightedSize().orElse(0);
    }

    /** How often the origins should be asked, as their readers want it. */
    long intervalNanos() {
        return pace.intervalNanos(nanoClock.getAsLong());
    }

    /**
     * A call was answered something about a key: older copies are void, and so is what was asked
     * for before and comes later.
     *
     * @param version of the value; {@link Version#NONE} for a miss
     */
    public void answered(byte[] key, Version version) {
        answered(KeyHash.of(key), version);
    }

    private void answered(long hash, Version version) {
        NearEntry entry = quietlyOrNull(hash);
        if (entry != null && (version.equals(Version.NONE) || !entry.isAtLeast(version))) {
            voidEntry(hash, entry);
        }
        long next = turn + 1;
        answered.voided(hash, next);
        turn = next;
    }

    /** A call has changed a key in a way that says no version. */
    public void changed(byte[] key) {
        answered(key, Version.NONE);
    }

    /**
     * Takes a copy that has just come, unless it may be void already.
     *
     * @param stream of the connection that it came over
     */
    void keep(OriginStream stream, Asked asked, Copy copy) {
        long hash = KeyHash.of(asked.key());
        boolean overtaken = answered.isVoidedAfter(hash, asked.turn());
        answered(hash, copy.version());
        Life life = overtaken ? null : stream.keeperOrNull(copy, asked.slot(), hash);
        if (life == null) {
            return;
        }
        long expires =
                asked.nanos()
                        + (copy.timeToLiveMillis().isPresent()
                                ? copy.timeToLiveMillis().getAsLong() * 1_000_000
                                : Long.MAX_VALUE / 2);
        NearEntry before = quietlyOrNull(hash);
        if (before == null || before.life() != life || before.sequence() <= copy.sequence()) {
            entries.put(hash, new NearEntry(asked, copy, life, expires));
            markVoid(before);
        }
    }

    @Override
    public void voidKey(Life life, long hash, long sequence, Version version) {
        NearEntry entry = quietlyOrNull(hash);
        if (entry != null
                && entry.life().equals(life)
                && entry.sequence() < sequence
                && !entry.isAtLeast(version)) {
            voidEntry(hash, entry);
        }
    }

    private @Nullable NearEntry quietlyOrNull(long hash) {
        return entries.policy().getIfPresentQuietly(hash);
    }

    private void voidEntry(long hash, NearEntry entry) {
        entry.markVoid();
        drop(hash, entry);
    }
}
