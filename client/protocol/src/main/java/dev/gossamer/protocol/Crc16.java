package dev.gossamer.protocol;

/**
 * CRC16/XMODEM (polynomial 0x1021, initial value 0), the checksum that Redis Cluster places keys
 * by.
 *
 * <p>Four bytes at a time, for every request computes one: a step waits for the one before, and
 * with a table for each of the four the look-ups do not wait for one another (Kounavis and Berry,
 * <i>A Systematic Approach to Building High Performance, Software-based, CRC Generators</i>, 2005).
 */
final class Crc16 {
    private static final int POLYNOMIAL = 0x1021;
    private static final int STRIDE = 4;

    /** What a byte leaves behind, and what is left when one, two or three bytes follow it. */
    private static final char[] TABLE = table();

    private static final char[] AND_ONE = followed(TABLE);
    private static final char[] AND_TWO = followed(AND_ONE);
    private static final char[] AND_THREE = followed(AND_TWO);

    private Crc16() {}

    static int of(byte[] bytes, int offset, int length) {
        int crc = 0;
        int end = offset + length;
        int i = offset;
        for (; i <= end - STRIDE; i += STRIDE) {
            crc =
                    AND_THREE[((crc >>> 8) ^ bytes[i]) & 0xff]
                            ^ AND_TWO[(crc ^ bytes[i + 1]) & 0xff]
                            ^ AND_ONE[bytes[i + 2] & 0xff]
                            ^ TABLE[bytes[i + 3] & 0xff];
        }
        for (; i < end; i++) {
            crc = next(crc, bytes[i]);
        }
        return crc;
    }

    private static int next(int crc, int value) {
        return ((crc << 8) ^ TABLE[((crc >>> 8) ^ value) & 0xff]) & 0xffff;
    }

    private static char[] followed(char[] table) {
        char[] followed = new char[table.length];
        for (int value = 0; value < table.length; value++) {
            followed[value] = (char) next(table[value], 0);
        }
        return followed;
    }

    private static char[] table() {
        char[] table = new char[256];
        for (int value = 0; value < table.length; value++) {
            int crc = value << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
            }
            table[value] = (char) crc;
        }
        return table;
    }
}
