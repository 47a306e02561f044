package dev.gossamer.client;

import dev.gossamer.client.codec.Codec;
import java.util.Arrays;
import java.util.Objects;

/** A cache's keys as the mesh knows them: its name, a colon, and the encoded key. */
record KeySpace<K>(String name, byte[] prefix, Codec<K> codec) {
    /** Its keys have no prefix. */
    static final String DEFAULT_NAME = "default";

    private static final int NAME_LENGTH_MAX = 255;

    static <K> KeySpace<K> of(String name, Codec<K> codec) {
        if (name.isEmpty() || name.length() > NAME_LENGTH_MAX || name.indexOf('{') >= 0) {
            throw new IllegalArgumentException(
                    "cache name '"
                            + name
                            + "' is not 1 to "
                            + NAME_LENGTH_MAX
                            + " characters without '{'");
        }
        String prefix = name.equals(DEFAULT_NAME) ? "" : name + ":";
        return new KeySpace<>(name, Codec.utf8().encode(prefix), codec);
    }

    byte[] encode(K key) {
        byte[] encoded = codec.encode(Objects.requireNonNull(key, "key"));
        if (prefix.length == 0) {
            return encoded;
        }
        byte[] whole = Arrays.copyOf(prefix, prefix.length + encoded.length);
        System.arraycopy(encoded, 0, whole, prefix.length, encoded.length);
        return whole;
    }
}
