package dev.gossamer.node.cli.chaos.history;

import dev.gossamer.protocol.Version;
import java.util.Comparator;

/** What a cache chose for the time of a partition (C9), and how it orders versions. */
public enum Consistency {
    /** The minority refuses; LATEST is linearizable at all times (C5). */
    CONSISTENT,
    /** Both sides serve; the greater version wins after the merge. */
    AVAILABLE;

    /** The order in which a key's versions grow. */
    public Comparator<Version> order() {
        return switch (this) {
            case CONSISTENT -> Version.EPOCH_FIRST;
            case AVAILABLE -> Version.CLOCK_FIRST;
        };
    }
}
