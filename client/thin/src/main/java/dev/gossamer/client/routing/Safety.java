package dev.gossamer.client.routing;

/** Whether a request may be sent again when nobody knows what became of it. */
public enum Safety {
    /** Changes nothing: may always be sent again. */
    READ,
    /**
     * Twice does what once does, for it carries an operation id or simply so: may be sent again,
     * within its deadline and half a minute.
     */
    REPEATABLE,
    /**
     * Its answer depends on whether it was done before: sent again only when it provably was not
     * done.
     */
    ONCE
}
