package dev.gossamer.node.cli.chaos.history;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Version;
import java.util.Optional;

/** How a call ended. */
public sealed interface Answer {
    /**
     * A read met a value.
     *
     * @param version what the mesh said its version is; empty where it was not asked
     * @param source where the mesh said that it was found
     */
    record Found(WriteId value, Optional<Version> version, Source source) implements Answer {
        /** By the key's owner. */
        public Found(WriteId value, Optional<Version> version) {
            this(value, version, Source.OWNER);
        }
    }

    /** A read met nothing. */
    record Absent() implements Answer {}

    /** A write took effect: it stored, or it removed something. */
    record Done() implements Answer {}

    /** A write's condition did not hold: there was a value already, or nothing to remove. */
    record Declined() implements Answer {}

    /** The mesh says that nothing was changed. */
    record Refused(ErrorCode code) implements Answer {}

    /** Nobody knows: a write may take effect at any later time, once, or never. */
    record Unknown(ErrorCode code) implements Answer {}

    Answer ABSENT = new Absent();
    Answer DONE = new Done();
    Answer DECLINED = new Declined();
}
