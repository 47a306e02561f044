package dev.gossamer.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * 64 bits of hash of a key or a tag, the same at every member and client: what invalidations name
 * keys by. {@link Bytes#hashCode} would not do, for keys that collide there are easily made.
 *
 * <p>The mixing is the finalizer of MurmurHash3 (Austin Appleby, 2011) over 8 bytes at a time.
 * Stateless; O(length); allocates nothing.
 */
public final class KeyHash {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SEED = 0x9e3779b97f4a7c15L;

    private KeyHash() {}

    public static long of(Bytes key) {
        return of(key.array());
    }

    public static long of(byte[] bytes) {
        // Mixed on its own: added to the bytes, it would be outweighed by one of them.
        long hash = mix(SEED ^ bytes.length);
        int at = 0;
        for (; at + Long.BYTES <= bytes.length; at += Long.BYTES) {
            hash = mix(hash ^ (long) LONGS.get(bytes, at));
        }
        long tail = 0;
        for (; at < bytes.length; at++) {
            tail = (tail << 8) | (bytes[at] & 0xff);
        }
        return mix(hash ^ tail);
    }

    /** Spreads every bit of a number over all bits of another, one to one. */
    public static long mix(long value) {
        long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
