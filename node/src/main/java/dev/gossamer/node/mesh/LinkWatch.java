package dev.gossamer.node.mesh;

import dev.gossamer.membership.MeshView;
import dev.gossamer.membership.agreement.Event;
import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Asks every member in view again and again whether data gets through to it, for no view shows a
 * dead link between two members whom others reach: writes that need both would wait for ever (C5).
 *
 * <p>Belongs to one lane, but for {@link #viewChanged}.
 */
final class LinkWatch {
    private final Member self;
    private final Lane lane;
    private final LongSupplier nanoClock;
    private final long patienceNanos;
    private final Consumer<Event> tell;
    private final Rounds rounds;
    private final Set<MemberId> down = new HashSet<>();
    private final Map<MemberId, Long> lastHeard = new HashMap<>();
    private long asked;
    private volatile List<Member> peers = List.of();

    /**
     * @param patience how long a peer may take to answer before its link counts as down
     * @param tell hears of each link that goes down or comes up again
     */
    LinkWatch(
            Member self,
            Lane lane,
            LongSupplier nanoClock,
            Duration patience,
            Consumer<Event> tell) {
        this.self = self;
        this.lane = lane;
        this.nanoClock = nanoClock;
        this.patienceNanos = patience.toNanos();
        this.tell = tell;
        this.rounds = new Rounds(lane, nanoClock, patience.dividedBy(2), this::round);
    }

    void start() {
        rounds.start();
    }

    void stop() {
        rounds.stop();
    }

    void viewChanged(MeshView view) {
        peers = view.members().stream().filter(member -> !member.id().equals(self.id())).toList();
    }

    private void round() {
        List<Member> now = peers;
        down.removeIf(id -> !isIn(now, id));
        lastHeard.keySet().removeIf(id -> !isIn(now, id));
        asked++;
        long deadlineNanos = nanoClock.getAsLong() + patienceNanos;
        for (Member peer : now) {
            Echo echo = new Echo(peer.id(), asked);
            lane.send(peer, new Request.Ping(), Epoch.NONE, deadlineNanos, echo);
        }
    }

    private static boolean isIn(List<Member> members, MemberId id) {
        return members.stream().anyMatch(member -> member.id().equals(id));
    }

    private final class Echo implements ReplyHandler {
        private final MemberId peer;
        private final long number;

        Echo(MemberId peer, long number) {
            this.peer = peer;
            this.number = number;
        }

        @Override
        public void replied(Reply reply) {
            lastHeard.merge(peer, number, Math::max);
            if (down.remove(peer)) {
                tell.accept(new Event.LinkUp(peer));
            }
        }

        @Override
        public void lost(ErrorCode code, boolean maybeSent, String message) {
            // A link that is full is no dead one: what fills it finds out whether it is. And what
            // was asked before the last answer says nothing about now.
            if (code != ErrorCode.BUSY
                    && number > lastHeard.getOrDefault(peer, 0L)
                    && isIn(peers, peer)
                    && down.add(peer)) {
                tell.accept(new Event.LinkDown(peer));
            }
        }
    }
}
