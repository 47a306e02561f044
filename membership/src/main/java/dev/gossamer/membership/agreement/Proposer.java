package dev.gossamer.membership.agreement;

import dev.gossamer.membership.agreement.AcceptorState.Proposal;
import dev.gossamer.membership.agreement.Message.Accept;
import dev.gossamer.membership.agreement.Message.Accepted;
import dev.gossamer.membership.agreement.Message.Prepare;
import dev.gossamer.membership.agreement.Message.Promise;
import dev.gossamer.membership.agreement.Message.Rejected;
import dev.gossamer.protocol.MemberId;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Leads rounds of Paxos about the successor of one decree.
 *
 * <p>Between the promises and the proposal it waits until the leases of those that it means to drop
 * have run out at a majority, and makes the plan only then: members that died meanwhile go with the
 * same topology, for their leases ran out meanwhile too.
 */
class Proposer {
    private static final int BACKOFF_DOUBLINGS_MAX = 4;
    private static final int PATIENCE_LEASES = 3;

    /** Where a round takes place. */
    record Place(Optional<Genesis> genesis, long after, Set<MemberId> acceptors, int quorum) {}

    /** What a round is for; asked afresh whenever the answer matters. */
    interface Purpose {
        /** Whom the plan drops, as it is now. */
        Set<MemberId> dropping();

        /**
         * What to propose; empty when nothing need be changed any more, or it is not this member
         * that may say so any more.
         */
        Optional<Decree> plan(long nowNanos);
    }

    /** Who hears what; this member among them. */
    interface Out {
        void send(MemberId to, Message message);

        /** A majority has accepted it. */
        void chosen(Decree decree);
    }

    private static final class Round {
        final Place place;
        final Ballot ballot;
        final Map<MemberId, Promise> promises = new HashMap<>();

        /** When the leases of those to drop have run out, as each acceptor told. */
        final Map<MemberId, Long> readyAt = new HashMap<>();

        final Set<MemberId> accepted = new HashSet<>();
        Set<MemberId> dropping = Set.of();
        @Nullable Decree decreeOrNull;
        long sentAt;
        long progressAt;

        Round(Place place, Ballot ballot) {
            this.place = place;
            this.ballot = ballot;
        }
    }

    private final MemberId self;
    private final long leaseNanos;
    private final RandomGenerator random;
    private @Nullable Round roundOrNull;
    private long notBefore = Long.MIN_VALUE;
    private long greatestRound;
    private int attempts;
    private long rounds;

    /**
     * @param settings half a lease without an answer, and all is said again; {@value
     *     #PATIENCE_LEASES} leases, and the round is given up
     */
    Proposer(MemberId self, AgreementSettings settings, RandomGenerator random) {
        this.self = self;
        this.leaseNanos = settings.lease().toNanos();
        this.random = random;
    }

    boolean isIdle(long nowNanos) {
        return roundOrNull == null && nowNanos >= notBefore;
    }

    /** How many rounds were begun since the start. */
    long rounds() {
        return rounds;
    }

    /**
     * @param promised what this member itself has promised at this place
     */
    void begin(Place place, Ballot promised, Purpose purpose, long nowNanos, Out out) {
        long number = Math.max(greatestRound, promised.round()) + 1;
        greatestRound = number;
        rounds++;
        Round round = new Round(place, new Ballot(number, self));
        roundOrNull = round;
        round.progressAt = nowNanos;
        prepare(round, purpose.dropping(), nowNanos, out);
    }

    private void prepare(Round round, Set<MemberId> dropping, long nowNanos, Out out) {
        round.dropping = dropping;
        round.readyAt.clear();
        round.sentAt = nowNanos;
        sendPrepare(round, out);
    }

    private void sendPrepare(Round round, Out out) {
        Place place = round.place;
        Prepare prepare =
                new Prepare(
                        place.genesis(),
                        place.after(),
                        round.ballot,
                        round.dropping.stream().sorted().toList());
        for (MemberId to : place.acceptors()) {
            if (!round.readyAt.containsKey(to)) {
                out.send(to, prepare);
            }
        }
    }

    void promised(MemberId from, Promise promise, Purpose purpose, long nowNanos, Out out) {
        Round round = roundOrNull;
        if (round == null
                || round.decreeOrNull != null
                || !isOf(round, from, promise.after(), promise.ballot())) {
            return;
        }
        if (round.promises.put(from, promise) == null) {
            round.progressAt = nowNanos;
        }
        round.readyAt.put(from, nowNanos + promise.waitNanos());
        proposeWhenReady(round, purpose, nowNanos, out);
    }

    private static boolean isOf(Round round, MemberId from, long after, Ballot ballot) {
        return round.place.after() == after
                && round.ballot.equals(ballot)
                && round.place.acceptors().contains(from);
    }

    private void proposeWhenReady(Round round, Purpose purpose, long nowNanos, Out out) {
        if (round.promises.size() < round.place.quorum()) {
            return;
        }
        Optional<Proposal> bound = binding(round.promises.values());
        if (bound.isPresent()) {
            propose(round, bound.get().decree(), nowNanos, out);
            return;
        }
        if (!isReady(round, nowNanos)) {
            return;
        }
        Set<MemberId> dropping = purpose.dropping();
        if (!round.dropping.containsAll(dropping)) {
            prepare(round, dropping, nowNanos, out);
            return;
        }
        Optional<Decree> plan = purpose.plan(nowNanos);
        if (plan.isPresent()) {
            propose(round, plan.get(), nowNanos, out);
        } else {
            roundOrNull = null;
        }
    }

    /** What must be proposed, since it may have been agreed on already. */
    Optional<Proposal> binding(Collection<Promise> promises) {
        return promises.stream()
                .flatMap(promise -> promise.accepted().stream())
                .max(Comparator.comparing(Proposal::ballot));
    }

    private static boolean isReady(Round round, long nowNanos) {
        return round.readyAt.values().stream().filter(at -> at <= nowNanos).count()
                >= round.place.quorum();
    }

    private void propose(Round round, Decree decree, long nowNanos, Out out) {
        round.decreeOrNull = decree;
        round.sentAt = nowNanos;
        round.progressAt = nowNanos;
        sendAccept(round, decree, out);
    }

    private void sendAccept(Round round, Decree decree, Out out) {
        Accept accept = new Accept(round.ballot, decree);
        for (MemberId to : round.place.acceptors()) {
            if (!round.accepted.contains(to)) {
                out.send(to, accept);
            }
        }
    }

    void accepted(MemberId from, Accepted accepted, long nowNanos, Out out) {
        Round round = roundOrNull;
        if (round == null || !isOf(round, from, accepted.after(), accepted.ballot())) {
            return;
        }
        Decree decree = round.decreeOrNull;
        if (decree != null && round.accepted.add(from)) {
            round.progressAt = nowNanos;
            if (round.accepted.size() == round.place.quorum()) {
                out.chosen(decree);
            }
        }
    }

    void rejected(MemberId from, Rejected rejected, long nowNanos) {
        Round round = roundOrNull;
        if (round != null && isOf(round, from, rejected.after(), rejected.ballot())) {
            greatestRound = Math.max(greatestRound, rejected.promised().round());
            giveUp(nowNanos);
        }
    }

    void tick(Purpose purpose, long nowNanos, Out out) {
        Round round = roundOrNull;
        if (round == null) {
            return;
        }
        if (nowNanos - giveUpFrom(round) >= PATIENCE_LEASES * leaseNanos) {
            giveUp(nowNanos);
            return;
        }
        Decree decree = round.decreeOrNull;
        if (nowNanos - round.sentAt >= leaseNanos / 2) {
            round.sentAt = nowNanos;
            if (decree == null) {
                sendPrepare(round, out);
            } else {
                sendAccept(round, decree, out);
            }
        }
        if (decree == null) {
            proposeWhenReady(round, purpose, nowNanos, out);
        }
    }

    /** Waiting for leases to run out is no lack of progress. */
    private static long giveUpFrom(Round round) {
        long from = round.progressAt;
        if (round.decreeOrNull == null && round.promises.size() >= round.place.quorum()) {
            for (long readyAt : round.readyAt.values()) {
                from = Math.max(from, readyAt);
            }
        }
        return from;
    }

    private void giveUp(long nowNanos) {
        roundOrNull = null;
        long most = (leaseNanos / 8) << Math.min(attempts, BACKOFF_DOUBLINGS_MAX);
        attempts++;
        notBefore = nowNanos + random.nextLong(most + 1);
    }

    /** What this was about is settled. */
    void reset() {
        roundOrNull = null;
        greatestRound = 0;
        attempts = 0;
        notBefore = Long.MIN_VALUE;
    }
}
