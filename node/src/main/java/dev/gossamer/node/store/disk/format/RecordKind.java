package dev.gossamer.node.store.disk.format;

import java.util.Optional;

/** What a record says about its place, from where it stands in the log on. */
public enum RecordKind {
    /** A key and its value stand there. */
    VALUE(1),

    /** A key was removed, and that is remembered: there is a version and a time to forget it. */
    TOMBSTONE(2),

    /**
     * Nothing stands there: what did was dropped, or was overtaken by something that this disk does
     * not keep.
     */
    ERASE(3),

    /** Nothing stands at any place of the slot. */
    ERASE_SLOT(4);

    private static final RecordKind[] ALL = values();

    private final int code;

    RecordKind(int code) {
        this.code = code;
    }

    /** The number on disk. */
    int code() {
        return code;
    }

    static Optional<RecordKind> of(int code) {
        return isKnown(code) ? Optional.of(ofKnown(code)) : Optional.empty();
    }

    static boolean isKnown(int code) {
        return code >= 1 && code <= ALL.length;
    }

    static RecordKind ofKnown(int code) {
        return ALL[code - 1];
    }

    /** Whether its records name a key. */
    public boolean hasKey() {
        return this == VALUE || this == TOMBSTONE;
    }
}
