package dev.gossamer.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The slot of a key is what every Redis Cluster client computes. */
class Crc16Test {
    @Test
    void theCheckValueOfTheSpecificationComesOut() {
        byte[] check = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertThat(Crc16.of(check, 0, check.length)).isEqualTo(0x31c3);
    }

    @Test
    void anyPartOfAnyBytesIsDividedAsBitByBit() {
        Random random = new Random(7);
        byte[] bytes = new byte[64];
        for (int round = 0; round < 200; round++) {
            random.nextBytes(bytes);
            int offset = random.nextInt(8);
            for (int length = 0; length <= bytes.length - offset; length++) {
                assertThat(Crc16.of(bytes, offset, length))
                        .as("%d bytes from %d of round %d", length, offset, round)
                        .isEqualTo(bitByBit(bytes, offset, length));
            }
        }
    }

    private static int bitByBit(byte[] bytes, int offset, int length) {
        int crc = 0;
        for (int i = offset; i < offset + length; i++) {
            crc ^= (bytes[i] & 0xff) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }
            crc &= 0xffff;
        }
        return crc;
    }
}
