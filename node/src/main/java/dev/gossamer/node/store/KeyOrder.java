package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The order in which a walk over a slot meets its keys: by an unsigned 32-bit hash of the key's
 * bytes. It is the same on every node, so that a walk can go on at another member; {@link
 * Bytes#hashCode} would not do, for keys that collide there are easily made.
 *
 * <p>The mixing is the finalizer of MurmurHash3 (Austin Appleby, 2011) over 8 bytes at a time.
 */
final class KeyOrder {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SEED = 0x9e3779b97f4a7c15L;

    private KeyOrder() {}

    /** To be compared as unsigned. */
    static int of(Bytes key) {
        return (int) (hash(key) >>> 32);
    }

    /** All 64 bits of the hash, whose upper half is the order; the same on every node. */
    static long hash(Bytes key) {
        byte[] bytes = key.array();
        long hash = SEED ^ bytes.length;
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

    static long mix(long value) {
        long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
