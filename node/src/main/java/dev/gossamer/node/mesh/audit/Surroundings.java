package dev.gossamer.node.mesh.audit;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import java.util.List;
import java.util.function.Consumer;

/**
 * The mesh as an {@link Auditor} needs it.
 *
 * <p><b>Threads.</b> Called on the auditor's lane, {@link #epoch} and {@link #isServing} by any;
 * never waits.
 */
public interface Surroundings {
    /** Of the topology in force. */
    long epoch();

    /** Whether the topology in force has members and was agreed on. */
    boolean isAgreed();

    /** Of the topology in force, this node included. */
    List<Member> members();

    /** Whether this node serves the slot as its primary. */
    boolean isServing(int slot);

    /** Whether a write of the key has begun here and is not acknowledged yet. */
    boolean isPending(int slot, Bytes key);

    CacheSettings settingsOf(Bytes key);

    /**
     * Asks a member, this one perhaps.
     *
     * @param answer hears once, on the auditor's lane, within a second or two: {@link
     *     Reply.Inspected}, or something else when the member could not be asked
     */
    void ask(Member member, Request.Inspect question, Consumer<Reply> answer);
}
