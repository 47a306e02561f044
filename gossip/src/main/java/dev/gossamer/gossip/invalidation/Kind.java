package dev.gossamer.gossip.invalidation;

/** What an invalidation voids. */
public enum Kind {
    /** Copies of the key with this hash in this slot that are older than the version. */
    KEY(0),

    /**
     * Entries, in any slot, that were built under an older version of the tag with this hash. The
     * slot is the tag's own.
     */
    TAG(1),

    /** Copies of any key of this slot that are older than the version; the hash says nothing. */
    SLOT(2);

    private final int code;

    Kind(int code) {
        this.code = code;
    }

    /** What stands for this kind on the wire: 0 to 3. */
    int code() {
        return code;
    }

    /**
     * The kind with this code.
     *
     * @throws IllegalArgumentException when there is none
     */
    static Kind of(int code) {
        return switch (code) {
            case 0 -> KEY;
            case 1 -> TAG;
            case 2 -> SLOT;
            default -> throw new IllegalArgumentException("no kind has the code " + code);
        };
    }
}
