package dev.gossamer.gossip.invalidation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.gossip.invalidation.Section.Ask;
import dev.gossamer.gossip.invalidation.Section.Claim;
import dev.gossamer.gossip.invalidation.Section.Echo;
import dev.gossamer.gossip.invalidation.Section.Have;
import dev.gossamer.gossip.invalidation.Section.Lack;
import dev.gossamer.gossip.invalidation.Section.News;
import dev.gossamer.gossip.invalidation.Section.Overrun;
import dev.gossamer.gossip.invalidation.Section.Ping;
import dev.gossamer.protocol.MemberId;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WireTest {
    private static final MemberId A = new MemberId(0x1122334455667788L);
    private static final MemberId B = new MemberId(0xa1a2a3a4a5a6a7a8L);

    /** A hundred fresh seeds a run; {@code -Dseed=N} replays one. */
    static LongStream seeds() {
        Long one = Long.getLong("seed");
        return one == null ? new SplittableRandom().longs(100) : LongStream.of(one);
    }

    private static void isWritten(Section section, String hex) throws MalformedException {
        byte[] bytes = Wire.encode(List.of(section));
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("01" + hex.replace(" ", ""));
        assertThat(Wire.encode(Wire.decode(bytes))).isEqualTo(bytes);
    }

    @Test
    void theBytesOfEachSectionAreThese() throws MalformedException {
        Invalidations entries =
                new Invalidations(
                        5,
                        new long[] {
                            Invalidations.head(Kind.KEY, 0x1234),
                            0x0102030405060708L,
                            3,
                            256,
                            A.value(),
                            Invalidations.head(Kind.TAG, 7),
                            -1,
                            2,
                            257,
                            B.value()
                        });
        isWritten(
                new News(A, B, 300, new Claim(6, true, 9, 3), entries),
                "01 03 1122334455667788 a1a2a3a4a5a6a7a8 ac02 06 0000000000000009 03 0002 05"
                        + " 04 1234 0102030405060708 8004 00"
                        + " 01 0007 ffffffffffffffff 02 01 a1a2a3a4a5a6a7a8");
        isWritten(
                new News(A, null, 1, new Claim(0, false, 0, 0), null),
                "01 00 1122334455667788 01 00 00 0000");
        isWritten(new Have(A, 1, 128, true), "02 01 1122334455667788 01 8001");
        isWritten(new Ask(A, 1, 2), "03 1122334455667788 01 02");
        isWritten(new Lack(A, 1, 2), "04 1122334455667788 01 02");
        isWritten(
                new Overrun(1, 2, 3, SlotSet.of(slot -> slot == 1 || slot == 16_383)),
                "05 01 02 03 01 0002 0001 3fff");
        isWritten(new Overrun(1, 2, 3, SlotSet.ALL), "05 01 02 03 00" + "ff".repeat(2_048));
        isWritten(new Ping(1, 2), "06 01 0000000000000002");
        isWritten(new Echo(1, 2, 3, 4), "07 01 0000000000000002 03 0000000000000004");
    }

    @Test
    void whatDoesNotFitIsLeftOutAndCounted() throws MalformedException {
        long[] fields = new long[1_000 * Invalidations.FIELDS];
        ByteSink out = Wire.begin(4_096);
        News news = new News(A, B, 1, new Claim(1_000, true, 0, 0), new Invalidations(1, fields));
        int count = Wire.write(news, out);
        assertThat(count).isBetween(100, 999);
        assertThat(out.length()).isLessThanOrEqualTo(4_096);
        News read = (News) Wire.decode(out.toBytes()).getFirst();
        assertThat(read.entriesOrNull().count()).isEqualTo(count);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whateverIsWrittenIsReadAgain(long seed) throws MalformedException {
        SplittableRandom random = new SplittableRandom(seed);
        long[] fields = new long[random.nextInt(1, 50) * Invalidations.FIELDS];
        for (int at = 0; at < fields.length; at += Invalidations.FIELDS) {
            Kind kind = Kind.of(random.nextInt(3));
            fields[at] = Invalidations.head(kind, random.nextInt(16_384));
            fields[at + 1] = random.nextLong();
            fields[at + 2] = number(random, Long.MAX_VALUE);
            fields[at + 3] = number(random, Long.MAX_VALUE);
            fields[at + 4] = random.nextBoolean() ? A.value() : random.nextLong();
        }
        long first = 1 + number(random, Wire.NUMBER_MAX - 1);
        Claim claim =
                new Claim(
                        number(random, Wire.NUMBER_MAX),
                        true,
                        random.nextLong(),
                        number(random, Wire.NUMBER_MAX));
        News news = new News(A, B, 7, claim, new Invalidations(first, fields));
        News read = (News) Wire.decode(Wire.encode(List.of(news))).getFirst();
        assertThat(read.claim()).isEqualTo(claim);
        assertThat(read.entriesOrNull()).usingRecursiveComparison().isEqualTo(news.entriesOrNull());
    }

    private static long number(SplittableRandom random, long max) {
        long bits = random.nextLong() >>> random.nextInt(1, 64);
        return Math.min(bits, max);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void mutilatedBytesAreMalformedOrSomethingElseButNeverBreakTheReader(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Invalidations entries =
                new Invalidations(1, new long[random.nextInt(1, 9) * Invalidations.FIELDS]);
        byte[] whole =
                Wire.encode(
                        List.of(
                                new News(A, B, 1, new Claim(9, true, 1, 1), entries),
                                new Overrun(1, 2, 3, SlotSet.of(slot -> slot < 9)),
                                new Have(A, 1, 2, false),
                                new Echo(1, 2, 3, 4)));
        for (int i = 0; i < 300; i++) {
            byte[] bad = Arrays.copyOf(whole, random.nextInt(whole.length + 8));
            for (int flips = random.nextInt(6); flips > 0 && bad.length > 0; flips--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(Wire.encode(Wire.decode(bad)).length).isLessThanOrEqualTo(4_096);
            } catch (MalformedException e) {
                assertThat(e).hasMessageContaining("at byte");
            }
        }
    }

    @Test
    void whatNobodyWritesIsRefusedWithItsPlace() {
        isRefused("", "ends too early");
        isRefused("02", "unknown version");
        isRefused("0109", "unknown section 9");
        isRefused("01 03 1122334455667788 01", "ends too early");
        isRefused("01 02 02 1122334455667788 01 00", "unknown flags");
        isRefused("01 01 00 1122334455667788 00 00 00 0000", "incarnation 0");
        isRefused("01 01 00 1122334455667788 01 00 00 ffff 01", "entries");
        isRefused("01 01 00 1122334455667788 01 00 00 0001 00", "sequence 0");
        isRefused(
                "01 01 00 1122334455667788 01 00 00 0001 01 07 0000 0000000000000000 00 00",
                "unknown kind");
        isRefused("01 05 01 03 03 01 0000", "overrun ends");
        isRefused("01 05 01 02 03 01 0001 4000", "slot 16384");
        isRefused("01 03 1122334455667788 ffffffffffffffffff01 01", "out of range");
        isRefused("01 03 1122334455667788 ffffffffffffffffffff01", "more than 10 bytes");
    }

    @Test
    void whatNobodyMayWriteIsRefusedUnread() {
        byte[] bytes = new byte[DisseminationSettings.MESSAGE_BYTES_LIMIT + 1];
        assertThatThrownBy(() -> Wire.decode(bytes)).hasMessageContaining("16777217 bytes");
    }

    private static void isRefused(String hex, String why) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThatThrownBy(() -> Wire.decode(bytes))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining(why);
    }
}
