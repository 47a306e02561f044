package dev.gossamer.client.near;

/**
 * When keys were last voided, as a growing number, for what is under way to them. Exact for the
 * last key of each cell. Of the keys that it displaced, the cell knows the latest number, which
 * counts for all of them: conservative, and rarely met.
 *
 * <p><b>Threads.</b> One. <b>Limits.</b> 24 bytes a cell.
 */
final class Recent {
    private static final int LONGS = 3;
    private static final int HASH = 0;
    private static final int WHEN = 1;
    private static final int DISPLACED = 2;

    private final long[] table;
    private final int mask;

    /**
     * @param cells a power of two
     */
    Recent(int cells) {
        this.table = new long[cells * LONGS];
        this.mask = cells - 1;
    }

    private int at(long hash) {
        return ((int) (hash >>> 32) & mask) * LONGS;
    }

    /**
     * @param when positive, and not less than before
     */
    void voided(long hash, long when) {
        int at = at(hash);
        if (table[at + HASH] != hash) {
            table[at + DISPLACED] = Math.max(table[at + DISPLACED], table[at + WHEN]);
            table[at + HASH] = hash;
        }
        table[at + WHEN] = when;
    }

    /** Whether the key was voided after that, or may have been. */
    boolean isVoidedAfter(long hash, long when) {
        int at = at(hash);
        return table[at + DISPLACED] > when
                || (table[at + HASH] == hash && table[at + WHEN] > when);
    }
}
