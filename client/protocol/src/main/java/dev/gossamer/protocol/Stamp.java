package dev.gossamer.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;

/**
 * What a client's session must know of a reply (C3): which version it speaks of, how the versions
 * of that key are compared, and under which epoch it was given. Beside replies to commands with the
 * option STAMP it stands as {@value #BYTES} bytes: 1 for epoch first or 0, then big-endian the
 * version's epoch, clock and member, and the epoch of the answer.
 *
 * @param version of the value that was read, or of the change that was made; {@link Version#NONE}
 *     where there is neither
 * @param epochFirst whether {@link Version#EPOCH_FIRST} compares the key's versions, and not {@link
 *     Version#CLOCK_FIRST}
 * @param epoch that the member which answered went by
 */
public record Stamp(Version version, boolean epochFirst, long epoch) {
    public static final int BYTES = 33;
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    public Stamp {
        if (epoch < 0) {
            throw new IllegalArgumentException("epoch " + epoch + " is negative");
        }
    }

    /** The order in which the key's versions are compared. */
    public Comparator<Version> order() {
        return epochFirst ? Version.EPOCH_FIRST : Version.CLOCK_FIRST;
    }

    public byte[] toBytes() {
        return ByteBuffer.allocate(BYTES)
                .put((byte) (epochFirst ? 1 : 0))
                .putLong(version.epoch())
                .putLong(version.clock())
                .putLong(version.member().value())
                .putLong(epoch)
                .array();
    }

    /**
     * Reads what {@link #toBytes} wrote.
     *
     * @throws IllegalArgumentException when it is anything else
     */
    public static Stamp parse(byte[] bytes) {
        if (bytes.length != BYTES || bytes[0] < 0 || bytes[0] > 1) {
            throw new IllegalArgumentException("a stamp of " + bytes.length + " bytes");
        }
        MemberId member = new MemberId(number(bytes, 17));
        Version version = new Version(number(bytes, 1), number(bytes, 9), member);
        return new Stamp(version, bytes[0] == 1, number(bytes, 25));
    }

    private static long number(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at);
    }
}
