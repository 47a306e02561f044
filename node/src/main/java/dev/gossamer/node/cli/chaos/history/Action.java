package dev.gossamer.node.cli.chaos.history;

/** What a client asks of one key. */
public enum Action {
    GET,
    PUT,
    PUT_IF_ABSENT,
    REMOVE;

    /** Whether it stores a value, if it does anything. */
    public boolean stores() {
        return this == PUT || this == PUT_IF_ABSENT;
    }
}
