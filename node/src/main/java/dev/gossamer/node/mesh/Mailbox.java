package dev.gossamer.node.mesh;

import dev.gossamer.membership.Membership;
import dev.gossamer.protocol.MemberId;
import java.util.function.BiConsumer;

/**
 * Three kinds of messages between members over one way, told apart by their first byte.
 *
 * <p><b>Threads.</b> Any.
 */
final class Mailbox {
    private final Membership membership;

    enum Kind {
        GOSSIP((byte) 1),
        AGREEMENT((byte) 2),
        INVALIDATION((byte) 3);

        private final byte code;

        Kind(byte code) {
            this.code = code;
        }
    }

    Mailbox(Membership membership) {
        this.membership = membership;
    }

    /** Best effort: dropped when the peer is unknown or too much waits for it. */
    void send(Kind kind, MemberId to, byte[] content) {
        byte[] payload = new byte[content.length + 1];
        payload[0] = kind.code;
        System.arraycopy(content, 0, payload, 1, content.length);
        membership.send(to, payload);
    }

    /**
     * Hands a message to whom its kind is for; one of an unknown kind is for the gossip to reject.
     */
    static void deliver(
            MemberId from,
            byte[] payload,
            BiConsumer<MemberId, byte[]> gossip,
            BiConsumer<MemberId, byte[]> agreement,
            BiConsumer<MemberId, byte[]> invalidation) {
        byte kind = payload.length > 0 ? payload[0] : Kind.GOSSIP.code;
        byte[] content = new byte[Math.max(0, payload.length - 1)];
        System.arraycopy(payload, payload.length - content.length, content, 0, content.length);
        if (kind == Kind.AGREEMENT.code) {
            agreement.accept(from, content);
        } else if (kind == Kind.INVALIDATION.code) {
            invalidation.accept(from, content);
        } else {
            gossip.accept(from, content);
        }
    }
}
