package dev.gossamer.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StampTest {
    private static final Version VERSION = new Version(7L << 20 | 3, 0x0102030405060708L, member());

    private static MemberId member() {
        return new MemberId(-2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatWasWrittenIsReadAgain(boolean epochFirst) {
        Stamp stamp = new Stamp(VERSION, epochFirst, Long.MAX_VALUE);
        assertThat(Stamp.parse(stamp.toBytes())).isEqualTo(stamp);
    }

    @Test
    void theBytesStayAsTheyAre() {
        assertThat(HexFormat.of().formatHex(new Stamp(VERSION, true, 9L << 20).toBytes()))
                .isEqualTo(
                        "01"
                                + "0000000000700003"
                                + "0102030405060708"
                                + "fffffffffffffffe"
                                + "0000000000900000");
    }

    @Test
    void theOrderIsTheCaches() {
        Version laterEpoch = new Version(2L << 20, 1, member());
        Version laterClock = new Version(1L << 20, 2, member());
        assertThat(new Stamp(laterEpoch, true, 0).order().compare(laterEpoch, laterClock))
                .isPositive();
        assertThat(new Stamp(laterEpoch, false, 0).order().compare(laterEpoch, laterClock))
                .isNegative();
    }

    @Test
    void anythingElseIsRefused() {
        byte[] good = new Stamp(VERSION, true, 1).toBytes();
        byte[] badOrder = good.clone();
        badOrder[0] = 2;
        byte[] negative = good.clone();
        negative[1] = (byte) 0x80;
        for (byte[] bad : new byte[][] {new byte[0], new byte[32], badOrder, negative}) {
            assertThatThrownBy(() -> Stamp.parse(bad)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
