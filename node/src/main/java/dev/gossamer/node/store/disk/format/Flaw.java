package dev.gossamer.node.store.disk.format;

/** Why something on disk could not be read. It was looked at, and nothing was believed. */
public enum Flaw implements ReadHead, ReadRecord {
    /** No record of this segment starts here. */
    NO_RECORD("no record starts here"),

    /** A record of this segment starts here, but its head's checksum does not hold. */
    HEAD_DAMAGED("the record's head is damaged"),

    /** The record is good, but what would tell its place if it were not, is not. */
    TWIN_DAMAGED("the record's mark or the second copy of its place is damaged"),

    /** The record ends beyond what is there. */
    CUT("the record was cut off"),

    /** A checksum of the stored value does not hold. */
    VALUE_DAMAGED("the value is damaged"),

    /**
     * The checksums hold, but the value can't be decompressed to the length that it should have.
     */
    VALUE_UNREADABLE("the value cannot be decompressed"),

    /** The key is not of the slot or the position that the record names. */
    WRONG_PLACE("the key does not belong to the record's place"),

    /** The segment's index block is damaged; its records were found without it. */
    INDEX_DAMAGED("the index block is damaged"),

    /** The segment's index block and the record do not say the same. */
    INDEX_DIFFERS("the index block says otherwise");

    private final String sentence;

    Flaw(String sentence) {
        this.sentence = sentence;
    }

    /** For people. */
    public String sentence() {
        return sentence;
    }
}
