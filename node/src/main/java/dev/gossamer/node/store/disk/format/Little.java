package dev.gossamer.node.store.disk.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Little-endian numbers at places of a buffer, whatever order and position it has. */
final class Little {
    private static final VarHandle SHORTS =
            MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle ARRAYS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Little() {}

    static int u8(ByteBuffer buffer, int at) {
        return buffer.get(at) & 0xff;
    }

    static int u16(ByteBuffer buffer, int at) {
        return (short) SHORTS.get(buffer, at) & 0xffff;
    }

    static int i32(ByteBuffer buffer, int at) {
        return (int) INTS.get(buffer, at);
    }

    static long i64(ByteBuffer buffer, int at) {
        return (long) LONGS.get(buffer, at);
    }

    /** Whether those bytes are there. */
    static boolean isSame(ByteBuffer buffer, int at, byte[] bytes) {
        int i = 0;
        for (; i <= bytes.length - Long.BYTES; i += Long.BYTES) {
            if (i64(buffer, at + i) != (long) ARRAYS.get(bytes, i)) {
                return false;
            }
        }
        for (; i < bytes.length; i++) {
            if (buffer.get(at + i) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    static void put8(ByteBuffer buffer, int at, int value) {
        buffer.put(at, (byte) value);
    }

    static void put16(ByteBuffer buffer, int at, int value) {
        SHORTS.set(buffer, at, (short) value);
    }

    static void put32(ByteBuffer buffer, int at, int value) {
        INTS.set(buffer, at, value);
    }

    static void put64(ByteBuffer buffer, int at, long value) {
        LONGS.set(buffer, at, value);
    }
}
