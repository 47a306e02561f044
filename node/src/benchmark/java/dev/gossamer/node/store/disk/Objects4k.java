package dev.gossamer.node.store.disk;

import dev.gossamer.protocol.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/** Keys of 20 bytes and values of noise, each known by its number. */
final class Objects4k {
    static final int BYTES = 4096;
    private static final int KEY_BYTES = 20;
    private static final byte[] NOISE = noise();

    private static final byte[] PREFIX = "object".getBytes(StandardCharsets.US_ASCII);

    private final int count;

    Objects4k(int count) {
        this.count = count;
    }

    private static byte[] noise() {
        byte[] noise = new byte[32 << 20];
        new SplittableRandom(1).nextBytes(noise);
        return noise;
    }

    static Bytes keyOf(String kind, long number) {
        return Bytes.utf8(String.format(Locale.ROOT, "%-6.6s%014d", kind, number));
    }

    static byte[] noise(long number, int bytes) {
        int from = (int) (number * 40_503 % (NOISE.length - bytes));
        return Arrays.copyOfRange(NOISE, from, from + bytes);
    }

    int count() {
        return count;
    }

    long bytes() {
        return (long) count * BYTES;
    }

    /** A new one each time, as one that comes from a connection: its bytes are in the cache. */
    byte[] key(int number) {
        byte[] key = new byte[KEY_BYTES];
        System.arraycopy(PREFIX, 0, key, 0, PREFIX.length);
        int left = number;
        for (int i = KEY_BYTES - 1; i >= PREFIX.length; i--) {
            key[i] = (byte) ('0' + left % 10);
            left /= 10;
        }
        return key;
    }

    byte[] value(int number) {
        return noise(number, BYTES);
    }
}
