package dev.gossamer.node.store.disk.io;

import java.util.Locale;

/** What can be asked of a file. */
public enum Operation {
    READ,
    WRITE,
    SYNC;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** For messages and for the tag of a meter. */
    public String word() {
        return word;
    }
}
