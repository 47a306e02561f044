package dev.gossamer.node.store;

import java.nio.ByteBuffer;

/**
 * Takes a value from where it lies, by copying it: so whoever wants nothing but the value needs no
 * entry and no array of its own.
 *
 * <p><b>Threads.</b> The one that asks, before its call returns.
 */
public interface ValueSink {
    /**
     * Copies the value before it returns, for the bytes may be others a moment later. Changes
     * neither the buffer's position nor its limit. What it throws, and a part of the value that it
     * has copied by then, is undone by {@link #takeBack}.
     */
    void value(ByteBuffer from, int at, int length);

    /** What came last does not count: as if {@link #value} had not been called. */
    void takeBack();
}
