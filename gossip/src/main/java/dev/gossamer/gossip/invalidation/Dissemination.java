package dev.gossamer.gossip.invalidation;

import dev.gossamer.gossip.invalidation.Section.Ask;
import dev.gossamer.gossip.invalidation.Section.Echo;
import dev.gossamer.gossip.invalidation.Section.Have;
import dev.gossamer.gossip.invalidation.Section.Lack;
import dev.gossamer.gossip.invalidation.Section.News;
import dev.gossamer.gossip.invalidation.Section.Ping;
import dev.gossamer.protocol.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Tells everyone's invalidations to everyone, without a gap, and proves how old what is known is
 * (C4): a machine without thread, clock or socket. Whoever drives it feeds it events and carries
 * out the effects, in their order.
 *
 * <p><b>How news travels.</b> An origin tells it down a {@link Tree} of its own, at once. Each
 * member that got further tells a few fixed others how far it is (1): one of them that was left out
 * asks for what it lacks after a short grace, as does one that finds a gap in what it is told. Any
 * member that has it answers. Heartbeats carry the origin's latest sequence, so that a lost last
 * message is noticed; and now and then a random pair compares notes about everyone (2), for what
 * all this has missed. A member that nobody can serve asks the origin, which names the slots that
 * changed.
 *
 * <p><b>What is told.</b> {@link Effect.Deliver} brings each invalidation of an origin's life once
 * and in order. Where some are missing for good, or where a life begins, {@link Effect.Overrun}
 * stands in their place and names at least the slots that they were in. {@link Effect.Watermark}
 * never claims a sequence that was not delivered before, or passed by an overrun: it says that when
 * the origin's clock showed that time, the origin had authority and had appended nothing else.
 *
 * <p><b>Whom to believe.</b> Messages of members outside of the view are dropped; they will be sent
 * again. What members of the view say of an origin that has left it is still delivered, for it can
 * only void copies, and others may need it; but it gets no watermark, so its copies grow old.
 *
 * <p><b>Threads.</b> {@link #on} by one thread at a time; {@link #raced} and {@link #figures} by
 * any.
 *
 * <p><b>Time.</b> Each event says when it happens: nanoseconds of one monotonic clock of this
 * member, from zero or later. It must be read before {@link #on} is called; that makes a heartbeat
 * that names it and reads the log afterwards tell the truth.
 *
 * <p><b>Cost.</b> Each news is sent and received about once by each member. Memory is bounded by
 * {@link DisseminationSettings#receivedBytesMax}, the own log, and at most 8,192 notes of some 100
 * bytes per peer.
 *
 * <p><b>Failure.</b> Bytes that no member of this version writes change nothing and give {@link
 * Effect.Rejected}.
 *
 * <ol>
 *   <li>Leitão, Pereira, Rodrigues: Epidemic Broadcast Trees. SRDS 2007 (Plumtree). Departures: the
 *       tree is computed from the view instead of pruned and grafted, which docs/decisions/0006
 *       weighs; and lazy links carry how far one is instead of message ids.
 *   <li>Demers et al.: Epidemic Algorithms for Replicated Database Maintenance. PODC 1987.
 * </ol>
 */
public final class Dissemination {

    /** What happens to the machine. Each has the time now, by this member's clock. */
    public sealed interface Event {
        long nowNanos();

        /** The time that the last {@link Effect.WakeAt} named has come. */
        record TimePassed(long nowNanos) implements Event {}

        /** Bytes that another member's {@link Effect.Send} named. */
        record Received(long nowNanos, MemberId from, byte[] payload) implements Event {}

        /** These are in the view now; whether this member is among them does not matter. */
        record MembersChanged(long nowNanos, Members members) implements Event {}

        /** Something was appended to this member's log. */
        record LogGrew(long nowNanos) implements Event {}

        /**
         * This member's word counts until then: its heartbeats before that carry the time.
         *
         * @param untilNanos at or before {@code nowNanos} for no authority
         * @param epoch of the topology under which it has it
         */
        record Authorized(long nowNanos, long untilNanos, long epoch) implements Event {}
    }

    /** What the driver is to do. */
    public sealed interface Effect {
        /** Send these bytes, best effort. */
        record Send(MemberId to, byte[] payload) implements Effect {}

        /**
         * Void the near copies that these concern. They follow what was delivered of this life
         * before without a gap.
         */
        record Deliver(MemberId origin, long incarnation, Invalidations invalidations)
                implements Effect {}

        /**
         * Everything that {@code origin} appended before its clock showed {@code originNanos} has
         * been delivered: near copies of it were current then, as far as they still are here.
         *
         * @param sequence up to which that is
         * @param epoch under which the origin had authority then
         * @param provenNanos when that was, at the earliest, by this member's clock; {@link
         *     ProvableAge#UNKNOWN} while there is no proof
         */
        record Watermark(
                MemberId origin,
                long incarnation,
                long sequence,
                long originNanos,
                long epoch,
                long provenNanos)
                implements Effect {}

        /**
         * Void all near copies of {@code origin} of keys in these slots, of entries with a tag in
         * these slots, and all of other lives of it. What is delivered goes on after {@code
         * sequence}.
         */
        record Overrun(MemberId origin, long incarnation, long sequence, SlotSet slots)
                implements Effect {}

        /**
         * Others knew a later life of this member than this one (its clock was set back): its log
         * is empty now and has this incarnation.
         */
        record Renewed(long incarnation) implements Effect {}

        /** A message that no member of this version writes; to be counted. */
        record Rejected(MemberId from, String why) implements Effect {}

        /** Send {@link Event.TimePassed} then; replaces an earlier wish. */
        record WakeAt(long nanos) implements Effect {}
    }

    private final MemberId self;
    private final RandomGenerator random;
    private final InvalidationLog own;
    private final Origins origins;
    private final Mail mail;
    private final Rounds rounds;

    private final Relay relay;
    private final Follower follower;

    /** Of the event that is being handled. */
    private final List<Effect> effects = new ArrayList<>();

    private long wakeNanos = -1;
    private long overrunsTold;
    private long rejected;
    private volatile Figures figures = Figures.NONE;

    /**
     * @param own this member's log; its {@code grew} leads to {@link Event.LogGrew}
     * @param random draws whom to compare notes with, and spreads what would happen at once
     */
    public Dissemination(
            InvalidationLog own, DisseminationSettings settings, RandomGenerator random) {
        this.self = own.origin();
        this.own = own;
        this.random = random;
        this.origins = new Origins(own, settings);
        this.mail = new Mail(origins, settings);
        this.rounds = new Rounds(settings, random);
        this.relay = new Relay(self, settings, mail);
        this.follower = new Follower(settings, origins, mail, rounds, relay, effects);
    }

    /**
     * Whether a copy that an origin gave as of {@code after} was invalidated while it was under
     * way. Safe for any thread. Keep the copy first and ask then: what is not in the answer yet
     * will be delivered, and finds it.
     *
     * @param after the origin's {@link InvalidationLog#position} that was read before the value was
     * @param slot index of the slot of the key or tag
     */
    public Raced raced(MemberId origin, Position after, Kind kind, int slot, long hash) {
        return origins.raced(origin, after, kind, slot, hash);
    }

    /** What was done so far and what is held, as of the last heartbeat. Safe for any thread. */
    public Figures figures() {
        return figures;
    }

    /**
     * Takes one event.
     *
     * @return what is to be done, in this order
     */
    public List<Effect> on(Event event) {
        effects.clear();
        long now = event.nowNanos();
        switch (event) {
            case Event.TimePassed _ -> {}
            case Event.Received(_, var from, var payload) -> receive(from, payload, now);
            case Event.MembersChanged(_, var members) -> changeMembers(members, now);
            case Event.LogGrew _ -> rounds.ownNews(now);
            case Event.Authorized(_, var until, var epoch) -> origins.authorize(until, epoch);
        }
        doWhatIsDue(now);
        long next = Math.max(now + 1, Math.min(rounds.dueNanos(), mail.dueNanos()));
        if (next != wakeNanos) {
            wakeNanos = next;
            effects.add(new Effect.WakeAt(next));
        }
        return List.copyOf(effects);
    }

    private void doWhatIsDue(long now) {
        if (rounds.isOwnNewsDue(now)) {
            tellOwnNews(now);
        }
        if (rounds.isHeartbeatDue(now)) {
            beat(now);
        }
        if (rounds.isDigestDue(now)) {
            compareNotes(now);
        }
        if (rounds.isPursuitDue(now)) {
            follower.pursue(now);
        }
        mail.send(now, effects);
    }

    /** Tells what was appended since the last look; a heartbeat when it is time for one. */
    private void tellOwnNews(long now) {
        long before = origins.position(self).sequence();
        long last = origins.look(now).sequence();
        if (last > before || (rounds.isClaimDue(now) && origins.hasClaim())) {
            relay.passOn(self, self, before + 1, last, now, 0);
            rounds.claimed(now);
        }
        if (last > before) {
            relay.announce(self, now);
        }
    }

    private void beat(long now) {
        tellOwnNews(now);
        relay.announceRest(now);
        follower.askForTimes(now);
        follower.forgetDeparted(now);
        figures = count();
    }

    private void compareNotes(long now) {
        int others = relay.members().size() - 1;
        if (others < 1) {
            return;
        }
        int place = relay.members().placeOf(self) + 1 + random.nextInt(others);
        Outbox outbox = mail.to(relay.members().at(place), now, 0);
        if (origins.position(self).sequence() > 0) {
            outbox.have(self, true);
        }
        for (Origin origin : origins.others()) {
            if (origin.log.incarnation() > 0) {
                outbox.have(origin.id, true);
            }
        }
    }

    private void receive(MemberId from, byte[] payload, long now) {
        if (from.equals(self) || !relay.members().contains(from)) {
            return;
        }
        try {
            for (Section section : Wire.decode(payload)) {
                receive(from, section, now);
            }
        } catch (MalformedException e) {
            rejected++;
            effects.add(new Effect.Rejected(from, String.valueOf(e.getMessage())));
        }
    }

    private void receive(MemberId from, Section section, long now) {
        switch (section) {
            case News news -> follower.hear(from, news, now);
            case Have have -> follower.hear(from, have, now);
            case Ask ask -> answer(from, ask, now);
            case Lack lack -> follower.askAnother(from, lack, now);
            case Section.Overrun overrun -> follower.skip(from, overrun, now);
            case Ping ping -> mail.to(from, now, 0).echo(ping);
            case Echo echo -> follower.learnTime(from, echo, now);
        }
    }

    private void answer(MemberId from, Ask ask, long now) {
        Position mine = origins.position(ask.origin());
        Outbox outbox = mail.to(from, now, 0);
        if (mine.incarnation() != ask.incarnation()) {
            outbox.have(ask.origin(), false);
        } else if (origins.has(ask.origin(), ask.after() + 1)) {
            outbox.answer(
                    ask.origin(), ask.after() + 1, Math.max(mine.sequence(), ask.after() + 1));
        } else if (ask.origin().equals(self) && mine.sequence() > ask.after()) {
            overrunsTold++;
            outbox.overrun(ask.after());
        } else {
            outbox.lack(new Lack(ask.origin(), ask.incarnation(), ask.after()));
        }
    }

    private void changeMembers(Members members, long now) {
        relay.changeMembers(members);
        follower.membersChanged(now);
        rounds.membersChanged(now);
    }

    private Figures count() {
        long behind = origins.others().stream().filter(Origin::isBehind).count();
        return new Figures(
                own.bytes(),
                origins.receivedBytes(),
                mail.pendingBytes(),
                behind,
                mail.messages,
                mail.bytes,
                mail.payloadMessages,
                mail.entries,
                follower.asks,
                mail.answered,
                overrunsTold,
                follower.overruns,
                follower.duplicates,
                rejected);
    }
}
