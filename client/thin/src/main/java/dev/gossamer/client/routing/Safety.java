package dev.gossamer.client.routing;

/** Whether a request may be sent again when nobody knows what became of it. */
public enum Safety {
    /** Changes nothing: may always be sent again. */
    READ,
    /** Twice does what once does: may be sent again, within its deadline. */
    REPEATABLE,
    /**
     * Its answer depends on whether it was done before: sent again only when it provably was not
     * done.
     */
    ONCE
}
