package dev.gossamer.membership;

/**
 * A reading of the membership's counters, for metrics.
 *
 * @param viewId of the latest view delivered, 0 before the first
 * @param members in that view
 * @param viewsDelivered views that the listener has seen
 * @param viewsSkipped views that gave way to later ones because the listener was slow
 * @param messagesSent handed to the transport
 * @param messagesReceived delivered to the listener
 * @param outboundDropped refused by {@link Membership#send}: unknown peer or full queue
 * @param sendFailures taken by {@code send} but refused by the transport
 * @param inboundDropped arrived when the listener's queue was full
 * @param outboundBytes waiting for all peers now
 * @param inboundBytes waiting for the listener now
 * @param refusedJoins strangers and doubles that this node turned away as coordinator
 * @param refusedMessages messages that did not carry this mesh's seal; only with a password
 */
public record MembershipStats(
        long viewId,
        int members,
        long viewsDelivered,
        long viewsSkipped,
        long messagesSent,
        long messagesReceived,
        long outboundDropped,
        long sendFailures,
        long inboundDropped,
        long outboundBytes,
        long inboundBytes,
        long refusedJoins,
        long refusedMessages) {}
