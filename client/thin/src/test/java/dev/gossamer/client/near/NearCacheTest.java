package dev.gossamer.client.near;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.metrics.ClientMetrics;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NearCacheTest {
    private static final MemberId ORIGIN = new MemberId(1);
    private static final long MILLI = 1_000_000;
    private static final long WITHIN_10_MS = 10 * MILLI;
    private static final byte[] KEY = "key".getBytes(UTF_8);
    private static final int SLOT = Slot.indexOf(KEY, 0, KEY.length);
    private static final long HASH = KeyHash.of(KEY);

    private final AtomicLong nanos = new AtomicLong(-5);
    private final NearCache cache =
            new NearCache(1 << 20, Runnable::run, ClientMetrics.NONE, nanos::get, true);
    private final OriginStream stream = new OriginStream(cache);

    /** Forty fresh seeds a run; {@code -Dseed=N} replays one. */
    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(40) : LongStream.of(fixed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void noReadIsOlderThanItsBoundWhateverTheOriginAndTheNetworkDo(long seed) {
        OriginWorld world = new OriginWorld(new SplittableRandom(seed), true);
        for (int i = 0; i < 20_000; i++) {
            world.step();
        }
        assertThat(world.hits()).as("reads answered from copies").isGreaterThan(100);
        assertThat(world.resumes()).as("reconnects that kept the copies").isGreaterThan(0);
        assertThat(world.overruns()).as("resumes that the log was too short for").isPositive();
    }

    @Test
    void withoutTheWatermarkCheckThereAreReadsOlderThanTheirBound() {
        int stale = 0;
        for (int seed = 0; seed < 20; seed++) {
            OriginWorld world = new OriginWorld(new SplittableRandom(seed), false);
            for (int i = 0; i < 5_000; i++) {
                world.step();
            }
            stale += world.stale();
        }
        assertThat(stale).isPositive();
    }

    private void follow() {
        assertThat(stream.followed(ORIGIN, 1, 0, nanos.get())).isFalse();
    }

    private static Version version(long clock) {
        return new Version(1, clock, ORIGIN);
    }

    private static Copy copy(long clock, long incarnation, long sequence) {
        return new Copy(
                ("v" + clock).getBytes(UTF_8),
                version(clock),
                ORIGIN,
                incarnation,
                sequence,
                Optional.empty(),
                OptionalLong.empty());
    }

    private Asked asking() {
        return cache.asking(KEY, SLOT, Codec.utf8());
    }

    private void keep(long clock, long sequence) {
        cache.keep(stream, asking(), copy(clock, 1, sequence));
    }

    private void prove(long sequence) {
        stream.watermark(1, sequence, true, nanos.get(), nanos.get());
    }

    private @Nullable String read(long boundNanos) {
        NearEntry entry = cache.findOrNull(KEY, boundNanos);
        return entry == null ? null : entry.value(Codec.utf8());
    }

    @Test
    void aCopyTellsHowLongAgoItWasProvedToBeCurrent() {
        follow();
        keep(1, 0);
        assertThat(age(Long.MAX_VALUE)).as("nothing is proved yet").isEmpty();
        prove(0);
        nanos.addAndGet(3 * MILLI);
        assertThat(age(WITHIN_10_MS)).contains(Duration.ofMillis(3));
        stream.invalidatedKey(1, 1, HASH, version(2), nanos.get());
        assertThat(cache.findAgedOrNull(KEY, WITHIN_10_MS)).isNull();
    }

    private Optional<Duration> age(long boundNanos) {
        NearCache.Aged aged = cache.findAgedOrNull(KEY, boundNanos);
        assertThat(aged).isNotNull();
        return aged.age();
    }

    @Test
    void whoHasACopyInHandSeesThatAnotherHasTakenItsPlace() {
        follow();
        keep(1, 0);
        NearEntry first = cache.findOrNull(KEY, Long.MAX_VALUE);
        keep(1, 1);
        NearEntry second = cache.findOrNull(KEY, Long.MAX_VALUE);
        assertThat(first.isVoid()).as("an invalidation finds the other one").isTrue();
        assertThat(second.isVoid()).isFalse();
        keep(2, 2);
        assertThat(second.isVoid()).isTrue();
    }

    @Test
    void aTestMayLeaveTheWatermarksOutButWhatIsVoidStaysVoid() {
        NearCache lax =
                new NearCache(1 << 20, Runnable::run, ClientMetrics.NONE, nanos::get, false);
        OriginStream news = new OriginStream(lax);
        assertThat(news.followed(ORIGIN, 1, 0, nanos.get())).isFalse();
        lax.keep(news, lax.asking(KEY, SLOT, Codec.utf8()), copy(1, 1, 0));
        assertThat(lax.findOrNull(KEY, 1)).isNotNull();
        assertThat(lax.findOrNull(KEY, NearCache.boundNanos(Freshness.LATEST))).isNull();
        news.invalidatedKey(1, 1, HASH, version(2), nanos.get());
        assertThat(lax.findOrNull(KEY, 1)).isNull();
    }

    @Test
    void aCopyIsReadWithinItsBoundAndNotAMomentLonger() {
        follow();
        keep(1, 0);
        assertThat(read(WITHIN_10_MS)).as("nothing is proved yet").isNull();
        prove(0);
        nanos.addAndGet(WITHIN_10_MS - 1);
        assertThat(read(WITHIN_10_MS)).isEqualTo("v1");
        nanos.addAndGet(1);
        assertThat(read(WITHIN_10_MS)).isNull();
        assertThat(read(WITHIN_10_MS + 1)).isEqualTo("v1");
        assertThat(read(NearCache.boundNanos(Freshness.ANY))).isEqualTo("v1");
        assertThat(read(NearCache.boundNanos(Freshness.LATEST))).isNull();
    }

    @Test
    void aProofCountsFromBeforeItWasAskedFor() {
        follow();
        keep(1, 0);
        long asked = nanos.get();
        nanos.addAndGet(WITHIN_10_MS);
        stream.watermark(1, 0, true, asked, nanos.get());
        assertThat(read(WITHIN_10_MS)).isNull();
        stream.watermark(1, 0, false, nanos.get(), nanos.get());
        assertThat(read(WITHIN_10_MS)).as("who has no authority proves nothing").isNull();
    }

    @Test
    void whatWasInvalidatedOnItsWayIsNotKept() {
        follow();
        stream.invalidatedKey(1, 5, HASH, version(2), nanos.get());
        keep(1, 4);
        assertThat(read(Long.MAX_VALUE)).isNull();
        keep(2, 5);
        assertThat(read(Long.MAX_VALUE)).isEqualTo("v2");
    }

    @Test
    void anInvalidationLeavesWhatIsNotOlderAndWhatWasReadLater() {
        follow();
        keep(7, 4);
        stream.invalidatedKey(1, 5, HASH, version(7), nanos.get());
        assertThat(read(Long.MAX_VALUE)).as("its own").isEqualTo("v7");
        stream.invalidatedKey(1, 4, HASH, version(9), nanos.get());
        assertThat(read(Long.MAX_VALUE)).as("one from before it").isEqualTo("v7");
        stream.invalidatedKey(1, 6, HASH, version(8), nanos.get());
        assertThat(read(Long.MAX_VALUE)).isNull();
    }

    @Test
    void whatThisClientWasAnsweredVoidsOlderCopiesAndThoseUnderWay() {
        follow();
        keep(1, 0);
        cache.answered(KEY, version(1));
        assertThat(read(Long.MAX_VALUE)).isEqualTo("v1");
        Asked before = asking();
        cache.answered(KEY, version(2));
        assertThat(read(Long.MAX_VALUE)).isNull();
        cache.keep(stream, before, copy(1, 1, 0));
        assertThat(read(Long.MAX_VALUE)).as("asked for before, come after").isNull();
        keep(2, 0);
        cache.answered(KEY, Version.NONE);
        assertThat(read(Long.MAX_VALUE)).as("a miss was seen").isNull();
    }

    @Test
    void anOverrunVoidsExactlyTheSlotsThatChanged() {
        follow();
        keep(1, 0);
        byte[] other = "other".getBytes(UTF_8);
        int otherSlot = Slot.indexOf(other, 0, other.length);
        cache.keep(stream, cache.asking(other, otherSlot, Codec.utf8()), copy(1, 1, 0));
        BitSet changed = new BitSet();
        changed.set(SLOT);
        stream.overrun(1, 9, changed, nanos.get());
        assertThat(read(Long.MAX_VALUE)).isNull();
        assertThat(cache.findOrNull(other, Long.MAX_VALUE)).isNotNull();
        keep(1, 8);
        assertThat(read(Long.MAX_VALUE)).as("read before the slot changed").isNull();
        keep(1, 9);
        assertThat(read(Long.MAX_VALUE)).isEqualTo("v1");
    }

    @Test
    void aNewLifeOfTheOriginVoidsItsCopiesAndNoOthers() {
        follow();
        keep(1, 0);
        OriginStream second = new OriginStream(cache);
        MemberId elsewhere = new MemberId(2);
        second.followed(elsewhere, 1, 0, nanos.get());
        byte[] other = "other".getBytes(UTF_8);
        Copy copy =
                new Copy(
                        other, version(1), elsewhere, 1, 0, Optional.empty(), OptionalLong.empty());
        cache.keep(second, cache.asking(other, 1, Codec.utf8()), copy);
        assertThat(stream.followed(ORIGIN, 2, 0, nanos.get())).isFalse();
        assertThat(read(Long.MAX_VALUE)).isNull();
        assertThat(cache.findOrNull(other, Long.MAX_VALUE)).isNotNull();
    }

    @Test
    void aCopyEndsWithItsEntryCountedFromWhenItWasAskedFor() {
        follow();
        Asked asked = asking();
        nanos.addAndGet(3 * MILLI);
        Copy copy = new Copy(KEY, version(1), ORIGIN, 1, 0, Optional.empty(), OptionalLong.of(10));
        cache.keep(stream, asked, copy);
        nanos.addAndGet(7 * MILLI - 1);
        assertThat(read(Long.MAX_VALUE)).isEqualTo("key");
        nanos.addAndGet(1);
        assertThat(read(Long.MAX_VALUE)).isNull();
    }

    @Test
    void copiesTakeNoMoreThanTheirBytes() {
        follow();
        for (int i = 0; i < 10_000; i++) {
            byte[] key = ("key" + i).getBytes(UTF_8);
            cache.keep(stream, cache.asking(key, 0, Codec.utf8()), copy(i, 1, 0));
        }
        assertThat(cache.bytes()).isBetween(1L << 19, 1L << 20);
    }

    @Test
    void aValueIsDecodedOnceWhereItMayBeSharedAndElseEveryTime() {
        follow();
        keep(1, 0);
        NearEntry entry = cache.findOrNull(KEY, Long.MAX_VALUE);
        assertThat(entry).isNotNull();
        assertThat(entry.value(Codec.utf8())).isSameAs(entry.value(Codec.utf8()));
        Codec<StringBuilder> open =
                new Codec<>() {
                    @Override
                    public byte[] encode(StringBuilder value) {
                        return value.toString().getBytes(UTF_8);
                    }

                    @Override
                    public StringBuilder decode(byte[] bytes) {
                        return new StringBuilder(new String(bytes, UTF_8));
                    }
                };
        assertThat(entry.value(open)).isNotSameAs(entry.value(open));
    }

    @Test
    void proofIsAskedForFourTimesWithinTheSmallestBoundInUse() {
        Pace pace = new Pace();
        assertThat(pace.intervalNanos(0)).isEqualTo(Pace.INTERVAL_NANOS_MAX);
        pace.used(Duration.ofMillis(200).toNanos());
        pace.used(Duration.ofSeconds(9).toNanos());
        assertThat(pace.intervalNanos(1)).isEqualTo(50 * MILLI);
        pace.used(MILLI);
        assertThat(pace.intervalNanos(2)).isEqualTo(Pace.INTERVAL_NANOS_MIN);
        long second = 1_000 * MILLI;
        assertThat(pace.intervalNanos(2 * second)).isEqualTo(Pace.INTERVAL_NANOS_MIN);
        assertThat(pace.intervalNanos(4 * second)).isEqualTo(Pace.INTERVAL_NANOS_MAX);
    }
}
