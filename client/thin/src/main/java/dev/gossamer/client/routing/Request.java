package dev.gossamer.client.routing;

import dev.gossamer.protocol.Slot;

/**
 * What is asked, apart from whom and when.
 *
 * @param command its name, for metrics and messages
 * @param slot the key's slot, or {@link #ANYWHERE} for what any member's proxying port answers
 * @param wire the bytes to send; not changed afterwards
 * @param check looks at the replies first
 * @param near whether the answer is to be kept, and so should come over the connection that tells
 *     when it is void
 */
public record Request(
        String command, Safety safety, int slot, byte[] wire, ReplyCheck check, boolean near) {
    /** No slot: the request is for the whole mesh. */
    public static final int ANYWHERE = -1;

    public Request {
        if (slot < ANYWHERE || slot >= Slot.COUNT) {
            throw new IllegalArgumentException("slot " + slot + " is outside [-1, 16384)");
        }
    }

    /** A request whose answer is not kept. */
    public Request(String command, Safety safety, int slot, byte[] wire, ReplyCheck check) {
        this(command, safety, slot, wire, check, false);
    }

    /** A request that takes every reply. */
    public Request(String command, Safety safety, int slot, byte[] wire) {
        this(command, safety, slot, wire, ReplyCheck.NONE);
    }
}
