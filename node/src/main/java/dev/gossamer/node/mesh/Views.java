package dev.gossamer.node.mesh;

import dev.gossamer.membership.Membership;
import dev.gossamer.membership.MeshView;
import dev.gossamer.membership.agreement.Event;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.util.function.Consumer;

/**
 * Passes on what the membership says to those of this node's parts that it is for.
 *
 * @param chronicle told of a view before what its members said is forgotten
 * @param onExpelled told the reason when this node has been made to leave for good
 */
record Views(
        Council council,
        LinkWatch linkWatch,
        Chronicle chronicle,
        Standing standing,
        Coherent coherent,
        Departure departure,
        Consumer<String> onExpelled)
        implements Membership.Listener {

    @Override
    public void onView(MeshView view) {
        council.tell(new Event.ViewChanged(view));
        linkWatch.viewChanged(view);
        chronicle.seen(view);
        standing.viewChanged(view);
        coherent.coherence().viewChanged(view.members().stream().map(Member::id).toList());
    }

    @Override
    public void onMessage(MemberId from, byte[] payload) {
        Mailbox.deliver(
                from, payload, standing::heard, council::heard, coherent.coherence()::heard);
    }

    @Override
    public void onExpelled(String reason) {
        departure.cutOff();
        onExpelled.accept(reason);
    }
}
