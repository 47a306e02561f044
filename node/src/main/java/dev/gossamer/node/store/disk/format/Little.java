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
