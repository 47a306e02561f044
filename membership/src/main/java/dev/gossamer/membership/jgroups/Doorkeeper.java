package dev.gossamer.membership.jgroups;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.Event;
import org.jgroups.Message;
import org.jgroups.View;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.JoinRsp;
import org.jgroups.stack.Protocol;
import org.jgroups.util.MessageBatch;
import org.jspecify.annotations.Nullable;

/**
 * Stands right below GMS and, on the coordinator, turns away who must not join: something that is
 * no Gossamer node, and a second process with the id of a member that is here.
 *
 * <p>A member that was killed and comes back before anyone noticed is turned away too, and tries
 * again: so every restart shows as a view without the member, and nobody takes its empty memory for
 * the full one it had. When it comes from the address of its former self, that one is dead for
 * certain and is dropped at once.
 */
final class Doorkeeper extends Protocol {
    /** Starts the refusal that a restarted member may simply wait out. */
    static final String DOUBLE = "a process with this member id is in the mesh";

    private static final String FOREIGN = "not a Gossamer node";
    private static final short GMS_ID = ClassConfigurator.getProtocolId(GMS.class);

    private volatile @Nullable View view;
    private final LongAdder refused = new LongAdder();

    long refused() {
        return refused.sum();
    }

    @Override
    public Object down(Event event) {
        if (event.getType() == Event.VIEW_CHANGE) {
            view = event.getArg();
        }
        return down_prot.down(event);
    }

    @Override
    public @Nullable Object up(Message message) {
        return admits(message) ? up_prot.up(message) : null;
    }

    @Override
    public void up(MessageBatch batch) {
        batch.removeIf(message -> !admits(message), true);
        if (!batch.isEmpty()) {
            up_prot.up(batch);
        }
    }

    private boolean admits(Message message) {
        if (!(message.getHeader(GMS_ID) instanceof GMS.GmsHeader header) || !asksToJoin(header)) {
            return true;
        }
        Address joiner = Objects.requireNonNullElse(header.getMember(), message.getSrc());
        Optional<String> refusal = refusal(joiner);
        refusal.ifPresent(reason -> refuse(joiner, reason));
        return refusal.isEmpty();
    }

    private static boolean asksToJoin(GMS.GmsHeader header) {
        return header.getType() == GMS.GmsHeader.JOIN_REQ
                || header.getType() == GMS.GmsHeader.JOIN_REQ_WITH_STATE_TRANSFER;
    }

    private Optional<String> refusal(Address joiner) {
        if (MemberAddress.memberOf(joiner).isEmpty()) {
            return Optional.of(FOREIGN);
        }
        View current = view;
        if (current == null) {
            return Optional.empty();
        }
        Optional<Address> other =
                current.getMembers().stream()
                        .filter(member -> !member.equals(joiner))
                        .filter(m -> MemberAddress.idOf(m).equals(MemberAddress.idOf(joiner)))
                        .findFirst();
        other.ifPresent(former -> dropIfReplaced(former, joiner));
        return other.flatMap(MemberAddress::memberOf)
                .map(member ->
                        DOUBLE
                                + " as '"
                                + member.name()
                                + "' at "
                                + member.host()
                                + ":"
                                + member.ports().jgroups());
    }

    /** Two processes can't listen on one address: the one that speaks is the one that lives. */
    private void dropIfReplaced(Address former, Address joiner) {
        Object was = physical(former);
        if (was != null && was.equals(physical(joiner)) && !former.equals(local_addr)) {
            up_prot.up(new Event(Event.SUSPECT, List.of(former)));
        }
    }

    private @Nullable Object physical(Address member) {
        return down_prot.down(new Event(Event.GET_PHYSICAL_ADDRESS, member));
    }

    private void refuse(Address joiner, String reason) {
        refused.increment();
        down_prot.down(
                new BytesMessage(joiner)
                        .putHeader(GMS_ID, new GMS.GmsHeader(GMS.GmsHeader.JOIN_RSP))
                        .setArray(GMS.marshal(new JoinRsp(reason))));
    }
}
