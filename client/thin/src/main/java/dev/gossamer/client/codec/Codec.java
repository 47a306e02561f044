package dev.gossamer.client.codec;

import dev.gossamer.protocol.Bytes;

/**
 * How keys or values of one type become bytes and come back. Equal keys must become equal bytes.
 *
 * <p><b>Threads.</b> Safe for many at once.
 *
 * @param <T> what the program handles
 */
public interface Codec<T> {

    /** The bytes of a value; the array is not changed by anyone afterwards. */
    byte[] encode(T value);

    /**
     * The value that became these bytes.
     *
     * @throws dev.gossamer.protocol.GossamerException with ERR when the bytes are not of this codec
     */
    T decode(byte[] bytes);

    /**
     * Whether one decoded value may be given to many callers, for nobody can change it: a near
     * cache then decodes it once. Otherwise every read decodes a value of its own.
     */
    default boolean isShareable() {
        return false;
    }

    /** Bytes as they are. The arrays are not copied: do not change what was given or got. */
    static Codec<byte[]> bytes() {
        return PlainCodecs.BYTES;
    }

    /** Bytes as they are, with value equality: for keys that are looked up in maps. */
    static Codec<Bytes> opaque() {
        return PlainCodecs.OPAQUE;
    }

    /** Text as UTF-8. */
    static Codec<String> utf8() {
        return PlainCodecs.UTF8;
    }

    /** Numbers as decimal digits, so that INCRBY and people can read them. */
    static Codec<Long> longs() {
        return PlainCodecs.LONGS;
    }
}
