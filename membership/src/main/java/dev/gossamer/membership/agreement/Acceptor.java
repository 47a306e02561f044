package dev.gossamer.membership.agreement;

import dev.gossamer.membership.agreement.AcceptorState.Proposal;
import dev.gossamer.membership.agreement.Effect.Persist;
import dev.gossamer.membership.agreement.Effect.Send;
import dev.gossamer.membership.agreement.Message.Accept;
import dev.gossamer.membership.agreement.Message.Accepted;
import dev.gossamer.membership.agreement.Message.Prepare;
import dev.gossamer.membership.agreement.Message.Promise;
import dev.gossamer.membership.agreement.Message.Rejected;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One vote, and one warrant for leases. The vote is an acceptor of Paxos (1) for the successor of
 * the last decree that this member knows.
 *
 * <p>The warrant ties leases (2) to it: whoever has a lease has it from a majority, each of which
 * does not accept a topology without the holder before the lease must have run out. In detail:
 *
 * <ul>
 *   <li>A lease counts from when it was asked for, by the holder's clock; the wait from when it was
 *       granted, by the clock here, and is a tenth longer: clocks may differ by that in speed.
 *   <li>A lease is granted only to a member of the last decree known here, and one that knows the
 *       same. So whoever gives a lease under one decree has not yet accepted the next.
 *   <li>What has been accepted holds back leases, for it may have been agreed on: those of the
 *       members that it drops, and all, if it changes the roster; for then the majorities of the
 *       next decree need not meet those that gave the leases under this one.
 *   <li>For the same reason a member whose roster has just changed waits as if it had granted a
 *       lease to everybody when it heard of that; a restarted one as well, which has forgotten.
 * </ul>
 *
 * So, when a topology without a member is agreed on, that member has no lease, whatever was lost,
 * late or stopped for a while. The simulation checks this sentence at every event.
 *
 * <p>A member about to be dropped would otherwise have its lease renewed until the last moment, and
 * two members that want to drop each other would keep each other from it. So a proposer says whom
 * it means to drop before it proposes; their leases are not renewed for a while.
 *
 * <ol>
 *   <li>Lamport: Paxos Made Simple. SIGACT News 32, 2001.
 *   <li>Gray, Cheriton: Leases: An Efficient Fault-Tolerant Mechanism for Distributed File Cache
 *       Consistency. SOSP 1989.
 * </ol>
 */
class Acceptor {
    private static final int NOTICE_LEASES = 3;

    private final long leaseNanos;
    private AcceptorState state;

    /** When a lease was last granted to each member, as far as this acceptor was asked. */
    private final Map<MemberId, Long> grantedAt = new HashMap<>();

    /** As if everybody had been granted one then. */
    private long assumedAt;

    /** Who is to be dropped, and until when that is believed. */
    private final Map<MemberId, Long> noticeUntil = new HashMap<>();

    /** Which run of which member has given its lease back for good. */
    private final Map<MemberId, Long> resigned = new HashMap<>();

    /** Waits for leases to run out. */
    private @Nullable Deferred deferredOrNull;

    private record Deferred(MemberId from, Accept accept) {}

    /** Where the answers go, in this order. */
    interface Out {
        void persist(Persist persist);

        void send(Send send);
    }

    Acceptor(AgreementSettings settings, AcceptorState restored) {
        this.leaseNanos = settings.lease().toNanos();
        this.state = restored;
    }

    /**
     * What was granted before a restart is not known any more. But who is a mesh by itself waits
     * for no lease of its own former run: that had ended before this one could claim its data
     * folder, and there is nobody else who could have been told anything.
     */
    void begin(Member self, long nowNanos) {
        assumedAt = nowNanos;
        if (members().size() == 1 && state.accepted().isEmpty()) {
            Member former = members().getFirst();
            if (former.id().equals(self.id()) && former.incarnation() != self.incarnation()) {
                resigned.put(former.id(), former.incarnation());
            }
        }
    }

    AcceptorState state() {
        return state;
    }

    void prepare(MemberId from, Prepare prepare, long nowNanos, Out out) {
        Ballot ballot = prepare.ballot();
        if (isOutbid(ballot)) {
            out.send(new Send(from, new Rejected(state.epoch(), ballot, state.promised())));
            return;
        }
        for (MemberId id : prepare.dropping()) {
            noticeUntil.put(id, nowNanos + NOTICE_LEASES * leaseNanos);
        }
        promise(ballot, out);
        long wait = waitNanos(new HashSet<>(prepare.dropping()), nowNanos);
        out.send(new Send(from, new Promise(state.epoch(), ballot, state.accepted(), wait)));
    }

    void accept(MemberId from, Accept accept, long nowNanos, Out out) {
        Ballot ballot = accept.ballot();
        if (isOutbid(ballot)) {
            out.send(new Send(from, new Rejected(state.epoch(), ballot, state.promised())));
            return;
        }
        if (isAccepted(ballot)) {
            out.send(new Send(from, new Accepted(state.epoch(), ballot)));
            return;
        }
        promise(ballot, out);
        Set<MemberId> dropped = dropped(accept.decree().topology());
        if (waitNanos(dropped, nowNanos) > 0) {
            for (MemberId id : dropped) {
                noticeUntil.put(id, nowNanos + NOTICE_LEASES * leaseNanos);
            }
            deferredOrNull = new Deferred(from, accept);
            return;
        }
        deferredOrNull = null;
        state = state.withAccepted(new Proposal(ballot, accept.decree()));
        out.persist(new Persist(state));
        out.send(new Send(from, new Accepted(state.epoch(), ballot)));
    }

    private boolean isAccepted(Ballot ballot) {
        return state.accepted().map(proposal -> proposal.ballot().equals(ballot)).orElse(false);
    }

    void tick(long nowNanos, Out out) {
        noticeUntil.values().removeIf(until -> until <= nowNanos);
        Deferred deferred = deferredOrNull;
        if (deferred != null) {
            deferredOrNull = null;
            accept(deferred.from(), deferred.accept(), nowNanos, out);
        }
    }

    /** Whether something of a greater ballot was promised. */
    boolean isOutbid(Ballot ballot) {
        return ballot.compareTo(state.promised()) < 0;
    }

    void promise(Ballot ballot, Out out) {
        if (ballot.compareTo(state.promised()) > 0) {
            deferredOrNull = null;
            state = state.withPromise(ballot);
            out.persist(new Persist(state));
        }
    }

    /** Who of the present topology is not in the next, or only in another run of its process. */
    private Set<MemberId> dropped(Topology next) {
        return members().stream()
                .filter(member ->
                        next.member(member.id())
                                .filter(same -> ChangePlan.sameRun(same, member))
                                .isEmpty())
                .map(Member::id)
                .collect(Collectors.toSet());
    }

    private List<Member> members() {
        return state.chosen().map(decree -> decree.topology().members()).orElse(List.of());
    }

    /** How long the leases of these members may last, so far as this one has a say in it. */
    long waitNanos(Set<MemberId> dropped, long nowNanos) {
        long wait = 0;
        for (Member member : members()) {
            if (dropped.contains(member.id()) && !hasResigned(member)) {
                long granted = Math.max(assumedAt, grantedAt.getOrDefault(member.id(), assumedAt));
                wait = Math.max(wait, granted + leaseNanos + leaseNanos / 10 - nowNanos);
            }
        }
        return wait;
    }

    private boolean hasResigned(Member member) {
        Long run = resigned.get(member.id());
        return run != null && run == member.incarnation();
    }

    /** A member that will never use a lease again need not be waited for. */
    void resign(MemberId id, long incarnation) {
        if (members().stream().anyMatch(m -> m.id().equals(id) && m.incarnation() == incarnation)) {
            resigned.put(id, incarnation);
        }
    }

    /**
     * Whether a member has its lease from here for one more time; if so, that is remembered.
     *
     * @param report of the member, of the same mesh and epoch as known here
     */
    boolean grant(MemberId id, Report report, long nowNanos) {
        boolean granted = members().stream().anyMatch(m -> mayHaveLease(m, id, report));
        if (granted) {
            grantedAt.put(id, nowNanos);
        }
        return granted;
    }

    private boolean mayHaveLease(Member member, MemberId id, Report report) {
        return member.id().equals(id)
                && member.incarnation() == report.incarnation()
                && !hasResigned(member)
                && !report.resigned()
                && !noticeUntil.containsKey(id)
                && state.accepted().map(p -> leavesLeases(p.decree(), id)).orElse(true);
    }

    private boolean leavesLeases(Decree accepted, MemberId id) {
        Topology next = accepted.topology();
        return sameRoster(next) && !dropped(next).contains(id);
    }

    /** Majorities of the two meet. */
    private boolean sameRoster(Topology next) {
        return ids(members()).equals(ids(next.members()));
    }

    private static List<MemberId> ids(List<Member> members) {
        return members.stream().map(Member::id).toList();
    }

    /** Takes over what a majority has accepted; all that was promised about it is settled. */
    void learn(Decree chosen, long nowNanos, Out out) {
        if (mayHaveGrantedUnknown(chosen)) {
            grantedAt.clear();
            assumedAt = nowNanos;
        }
        noticeUntil.clear();
        deferredOrNull = null;
        state = AcceptorState.after(chosen);
        resigned.keySet().removeIf(id -> chosen.topology().indexOf(id) < 0);
        out.persist(new Persist(state));
    }

    /** Whether leases may have been granted under it that no majority of its roster knows of. */
    private boolean mayHaveGrantedUnknown(Decree chosen) {
        boolean follows =
                state.chosen().map(Decree::genesis).filter(chosen.genesis()::equals).isPresent()
                        && chosen.after() == state.epoch();
        return !follows || !sameRoster(chosen.topology());
    }
}
