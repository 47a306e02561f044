package dev.gossamer.node.store.disk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What the disk has of one slot: a row for each place, in the order of their positions, in one
 * array without gaps.
 *
 * <p>A sorted array instead of a hash table, for walks go through a slot in the order of its
 * positions, and for it wastes nothing: positions are hashes, so a binary search over a few hundred
 * rows is a handful of steps, and moving half of them to make room is a copy of a few KiB.
 *
 * <p><b>Threads.</b> None of its own: {@link DiskIndex} has the locks. <b>Cost.</b> {@value #ROW}
 * bytes a row and at most a sixteenth more.
 */
final class SlotTable {
    /** Position 4, clock 8, stamp 2, address and size 6, marks 2. */
    static final int ROW = 22;

    /** In front of the rows: how many there are. */
    private static final int HEAD = 4;

    private static final int CLOCK = 4;
    private static final int STAMP = 12;
    private static final int WHERE = 14;
    private static final int MARKS = 20;
    private static final int ROWS_MIN = 4;

    /** Rows from the guess to the next look: about as far as one of a few hundred is off. */
    private static final int FIRST_STRIDE = 4;

    private static final byte[] EMPTY = new byte[HEAD];

    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle CHARS =
            MethodHandles.byteArrayViewVarHandle(char[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] rows = EMPTY;

    /** As {@link #HEAD} says. */
    private int size;

    int size() {
        return size;
    }

    private void resized(int rowCount) {
        size = rowCount;
        INTS.set(rows, 0, rowCount);
    }

    private static int at(int row) {
        return HEAD + row * ROW;
    }

    /**
     * What the table keeps, for who only looks for a row: it spares the look at this object, for
     * which the processor may have to wait. It may be another one after each change of which rows
     * there are.
     */
    byte[] rows() {
        return rows;
    }

    /** As {@link #find(long)}, in {@link #rows}. */
    static int find(byte[] rows, long position) {
        return find(rows, (int) INTS.get(rows, 0), position);
    }

    /** Bytes of the array. */
    int bytes() {
        return rows == EMPTY ? 0 : rows.length;
    }

    /**
     * The row of the position, or −1 − where it would be. Positions are hashes and so lie evenly:
     * where one should be is a few rows from where it is, and rows that are looked at on the way
     * lie together in memory.
     */
    int find(long position) {
        return find(rows, size, position);
    }

    private static int find(byte[] rows, int size, long position) {
        int low = 0;
        int high = size - 1;
        int middle = (int) Math.min(high, (position * size) >>> Integer.SIZE);
        int stride = FIRST_STRIDE;
        while (low <= high) {
            long there = position(rows, middle);
            if (there == position) {
                return middle;
            }
            if (there < position) {
                low = middle + 1;
                middle += stride;
            } else {
                high = middle - 1;
                middle -= stride;
            }
            stride <<= 1;
            if (middle <= low || middle >= high) {
                // Passed it, or the end: what is left is halved.
                middle = (low + high) >>> 1;
            }
        }
        return -1 - low;
    }

    /** Makes room for a row where {@link #find} said it would be; its other fields are zero. */
    int insert(int missing, long position) {
        int row = -1 - missing;
        if (rows.length < at(size + 1)) {
            resize(size + Math.max(ROWS_MIN, size >>> 4));
        }
        System.arraycopy(rows, at(row), rows, at(row + 1), (size - row) * ROW);
        Arrays.fill(rows, at(row), at(row + 1), (byte) 0);
        INTS.set(rows, at(row), (int) position);
        resized(size + 1);
        return row;
    }

    /** Adds a row behind all others: its position is greater than theirs. */
    void append(long position, long clock, char stamp, long where, int marks) {
        int row = size;
        if (rows.length < at(row + 1)) {
            resize(Math.max(ROWS_MIN, 2 * row));
        }
        INTS.set(rows, at(row), (int) position);
        setVersion(row, clock, stamp);
        setWhere(row, where);
        setMarks(row, marks);
        resized(size + 1);
    }

    /** Lets go of all rows and keeps the array. */
    void clear() {
        resized(0);
    }

    /** Takes in the rows of another table, of whose positions none is here. */
    void merge(SlotTable added) {
        byte[] merged = new byte[at(size + added.size)];
        int here = 0;
        int to = 0;
        for (int there = 0; there < added.size; there++) {
            int run = rowsBefore(added.position(there), here);
            System.arraycopy(rows, at(here), merged, at(to), run * ROW);
            here += run;
            to += run;
            System.arraycopy(added.rows, at(there), merged, at(to), ROW);
            to++;
        }
        System.arraycopy(rows, at(here), merged, at(to), (size - here) * ROW);
        rows = merged;
        resized(size + added.size);
    }

    private int rowsBefore(long position, int from) {
        int row = from;
        while (row < size && position(row) < position) {
            row++;
        }
        return row - from;
    }

    /** Removes the rows that have any of the marks, in one pass. */
    void removeMarked(int marked) {
        int kept = 0;
        for (int row = 0; row < size; row++) {
            if ((marks(row) & marked) == 0) {
                if (kept < row) {
                    System.arraycopy(rows, at(row), rows, at(kept), ROW);
                }
                kept++;
            }
        }
        if (kept < size) {
            resized(kept);
            resize(size + (size >>> 4));
        }
    }

    void remove(int row) {
        resized(size - 1);
        System.arraycopy(rows, at(row + 1), rows, at(row), (size - row) * ROW);
        int capacity = (rows.length - HEAD) / ROW;
        if (size + ROWS_MIN < capacity - (capacity >>> 2)) {
            resize(size + (size >>> 4) + 1);
        }
    }

    private void resize(int capacity) {
        rows = Arrays.copyOf(rows, at(capacity));
    }

    /** From 0 to 2³² − 1. */
    long position(int row) {
        return position(rows, row);
    }

    private static long position(byte[] rows, int row) {
        return Integer.toUnsignedLong((int) INTS.get(rows, at(row)));
    }

    long clock(int row) {
        return clock(rows, row);
    }

    static long clock(byte[] rows, int row) {
        return (long) LONGS.get(rows, at(row) + CLOCK);
    }

    /** See {@link Stamps}. */
    char stamp(int row) {
        return stamp(rows, row);
    }

    static char stamp(byte[] rows, int row) {
        return (char) CHARS.get(rows, at(row) + STAMP);
    }

    void setVersion(int row, long clock, char stamp) {
        LONGS.set(rows, at(row) + CLOCK, clock);
        CHARS.set(rows, at(row) + STAMP, stamp);
    }

    /** See {@link Where}. */
    long where(int row) {
        return where(rows, row);
    }

    static long where(byte[] rows, int row) {
        int at = at(row) + WHERE;
        long low = Integer.toUnsignedLong((int) INTS.get(rows, at));
        return low | (long) (char) CHARS.get(rows, at + Integer.BYTES) << Integer.SIZE;
    }

    void setWhere(int row, long where) {
        int at = at(row) + WHERE;
        INTS.set(rows, at, (int) where);
        CHARS.set(rows, at + Integer.BYTES, (char) (where >>> Integer.SIZE));
    }

    /** See {@link Marks}. */
    char marks(int row) {
        return marks(rows, row);
    }

    static char marks(byte[] rows, int row) {
        return (char) CHARS.get(rows, at(row) + MARKS);
    }

    void setMarks(int row, int marks) {
        setMarks(rows, row, marks);
    }

    static void setMarks(byte[] rows, int row, int marks) {
        CHARS.set(rows, at(row) + MARKS, (char) marks);
    }
}
