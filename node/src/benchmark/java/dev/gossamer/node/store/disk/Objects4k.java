package dev.gossamer.node.store.disk;

import dev.gossamer.protocol.Bytes;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/** Keys of 20 bytes and values of noise, each known by its number. */
final class Objects4k {
    static final int BYTES = 4096;
    private static final byte[] NOISE = noise();

    private final Bytes[] keys;

    Objects4k(int count) {
        keys = new Bytes[count];
        for (int i = 0; i < count; i++) {
            keys[i] = keyOf("object", i);
        }
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
        return keys.length;
    }

    long bytes() {
        return (long) keys.length * BYTES;
    }

    Bytes key(int number) {
        return keys[number];
    }

    byte[] value(int number) {
        return noise(number, BYTES);
    }
}
