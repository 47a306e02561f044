package dev.gossamer.client.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Stamp;
import dev.gossamer.protocol.Version;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTest {
    /** Twenty fresh seeds a run; {@code -Dseed=N} replays one. */
    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(20) : LongStream.of(fixed);
    }

    private static Session session(int bytesMax) {
        return new Session(bytesMax, new SplittableRandom(1));
    }

    private static Stamp stamp(long epoch, long clock, boolean epochFirst) {
        return new Stamp(new Version(epoch, clock, new MemberId(3)), epochFirst, epoch);
    }

    /** Against a map without bounds: few keys, so that none is forgotten. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatIsAdmittedNeverGoesBackInItsOrder(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean epochFirst = random.nextBoolean();
        Comparator<Version> order = epochFirst ? Version.EPOCH_FIRST : Version.CLOCK_FIRST;
        Session session = session(1 << 20);
        Map<Integer, Version> seen = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            int key = random.nextInt(50);
            Version version =
                    new Version(
                            random.nextLong(4),
                            random.nextLong(4),
                            new MemberId(random.nextLong()));
            Version before = seen.getOrDefault(key, Version.NONE);
            boolean late = order.compare(version, before) >= 0;
            if (version.equals(Version.NONE)) {
                continue;
            }
            long hash = session.hash(("key" + key).getBytes(UTF_8));
            assertThat(session.read(0, hash, new Stamp(version, epochFirst, 1))).isEqualTo(late);
            if (late) {
                seen.put(key, version);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 127})
    void withoutRoomEverythingIsAdmitted(int bytesMax) {
        Session session = session(bytesMax);
        assertThat(session.read(0, 1, stamp(1, 9, false))).isTrue();
        assertThat(session.read(0, 1, stamp(1, 8, false))).isTrue();
    }

    @Test
    void aFullTableForgetsWhatWasWrittenLongestAgo() {
        Session session = session(Sightings.SET_BYTES);
        for (long key = 1; key <= 4; key++) {
            assertThat(session.read(0, key, stamp(1, 10 + key, false))).isTrue();
        }
        assertThat(session.read(0, 5, stamp(1, 20, false))).isTrue();
        assertThat(session.read(0, 4, stamp(1, 13, false))).isFalse();
        assertThat(session.read(0, 5, stamp(1, 19, false))).isFalse();
        // The first is forgotten, and so even an older version of it is taken.
        assertThat(session.read(0, 1, stamp(1, 9, false))).isTrue();
    }

    @Test
    void aTableOfAMebibyteHoldsNearlyAllOfFifteenThousandKeys() {
        Session session = session(1 << 20);
        int keys = 15_000;
        for (int i = 0; i < keys; i++) {
            session.wrote(
                    0, session.hash(("user:" + i).getBytes(UTF_8)), stamp(1, 1_000 + i, false));
        }
        int held = 0;
        for (int i = keys - 1; i >= 0; i--) {
            long hash = session.hash(("user:" + i).getBytes(UTF_8));
            held += session.read(0, hash, stamp(1, 999, false)) ? 0 : 1;
        }
        assertThat(held).isGreaterThan(keys * 9 / 10);
    }

    @Test
    void keysOfAllLengthsHaveHashesOfTheirOwn() {
        Session session = session(0);
        Set<Long> hashes = new HashSet<>();
        byte[] key = new byte[40];
        for (int length = 0; length <= key.length; length++) {
            byte[] part = java.util.Arrays.copyOf(key, length);
            assertThat(hashes.add(session.hash(part))).isTrue();
            for (int i = 0; i < length; i++) {
                for (int bit = 0; bit < 8; bit++) {
                    part[i] ^= (byte) (1 << bit);
                    assertThat(hashes.add(session.hash(part))).isTrue();
                    part[i] ^= (byte) (1 << bit);
                }
            }
        }
        Session other = new Session(0, new SplittableRandom(2));
        assertThat(other.hash(key)).isNotEqualTo(session.hash(key));
    }

    @Test
    void aSlotsEpochOnlyRises() {
        Session session = session(1 << 10);
        assertThat(session.since(5)).isZero();
        session.wrote(5, 1, stamp(3, 1, false));
        assertThat(session.read(5, 2, new Stamp(Version.NONE, false, 2))).isTrue();
        assertThat(session.since(5)).isEqualTo(3);
        assertThat(session.since(6)).isZero();
        session.forget();
        assertThat(session.since(5)).isZero();
        assertThat(session.read(5, 1, stamp(1, 0, false))).isTrue();
    }

    @Test
    void anAnswerToAnOlderWriteOfItsOwnLowersNothing() {
        Session session = session(1 << 10);
        assertThat(session.read(0, 1, stamp(1, 9, false))).isTrue();
        session.wrote(0, 1, stamp(1, 8, false));
        assertThat(session.read(0, 1, stamp(1, 8, false))).isFalse();
    }

    @Test
    void operationsAreNumberedAndClientsDiffer() {
        Session session = session(0);
        Session other = new Session(0, new SplittableRandom(2));
        assertThat(session.nextOperation().sequence()).isZero();
        assertThat(session.nextOperation().sequence()).isEqualTo(1);
        assertThat(session.nextOperation().client()).isNotEqualTo(other.nextOperation().client());
    }
}
