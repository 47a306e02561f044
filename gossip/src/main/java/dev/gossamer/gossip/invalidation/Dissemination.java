package dev.gossamer.gossip.invalidation;

import dev.gossamer.gossip.invalidation.Section.Ask;
import dev.gossamer.gossip.invalidation.Section.Claim;
import dev.gossamer.gossip.invalidation.Section.Echo;
import dev.gossamer.gossip.invalidation.Section.Have;
import dev.gossamer.gossip.invalidation.Section.Lack;
import dev.gossamer.gossip.invalidation.Section.News;
import dev.gossamer.gossip.invalidation.Section.Ping;
import dev.gossamer.protocol.MemberId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

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
    private final DisseminationSettings settings;
    private final RandomGenerator random;
    private final InvalidationLog own;
    private final Origins origins;
    private final Mail mail;
    private final Rounds rounds;

    /** Origins with news that the lazy peers have not been told of; only in a star. */
    private final Set<MemberId> unannounced = new LinkedHashSet<>();

    private Tree tree;
    private List<MemberId> lazyPeers = List.of();
    private List<Effect> effects = new ArrayList<>();

    private long wakeNanos = -1;
    private long asks;
    private long overruns;
    private long overrunsTold;
    private long duplicates;
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
        this.settings = settings;
        this.random = random;
        this.origins = new Origins(own, settings);
        this.mail = new Mail(origins, settings);
        this.rounds = new Rounds(settings, random);
        this.tree = tree(Members.of(List.of(self)));
    }

    private Tree tree(Members members) {
        return new Tree(members, self, settings.starMax(), settings.fanout());
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
        effects = new ArrayList<>();
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
        return effects;
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
            pursue(now);
        }
        mail.send(now, effects);
    }

    /** Tells what was appended since the last look; a heartbeat when it is time for one. */
    private void tellOwnNews(long now) {
        long before = origins.position(self).sequence();
        long last = origins.look(now).sequence();
        if (last > before || (rounds.isClaimDue(now) && origins.hasClaim())) {
            passOn(self, self, before + 1, last, now, 0);
            rounds.claimed(now);
        }
        if (last > before) {
            announce(self, now);
        }
    }

    /** Passes {@code first} to {@code last} on; only the latest claim when there is none. */
    private void passOn(
            MemberId origin, MemberId end, long first, long last, long now, long delayNanos) {
        for (Tree.Branch branch : tree.branches(end)) {
            Outbox outbox = mail.to(branch.child(), now, delayNanos);
            if (first <= last) {
                outbox.news(origin, branch.end(), first, last);
            } else {
                outbox.claim(origin, branch.end());
            }
        }
    }

    /** In a star the origin's next heartbeat is soon enough to show a loss. */
    private void announce(MemberId origin, long now) {
        if (tree.isStar()) {
            unannounced.add(origin);
            return;
        }
        for (MemberId peer : lazyPeers) {
            mail.to(peer, now, 0).have(origin, false);
        }
    }

    private void beat(long now) {
        tellOwnNews(now);
        for (MemberId peer : lazyPeers) {
            for (MemberId origin : unannounced) {
                mail.to(peer, now, 0).have(origin, false);
            }
        }
        unannounced.clear();
        askForTimes(now);
        forgetDeparted(now);
        figures = count();
    }

    private void askForTimes(long now) {
        for (Origin origin : origins.others()) {
            if (origin.leftNanos == Origin.PRESENT
                    && now >= origin.pingNanos
                    && origin.latest().timed()) {
                mail.to(origin.id, now, 0).ping();
                origin.pingNanos = now + rounds.pingIntervalNanos(origin.age, tree.members());
            }
        }
    }

    private void forgetDeparted(long now) {
        Origin departed = origins.departedOrNull(now, tree.members().size());
        if (departed != null) {
            origins.remove(departed);
            unannounced.remove(departed.id);
            tellOverrun(departed, SlotSet.ALL);
        }
    }

    private void tellOverrun(Origin origin, SlotSet slots) {
        overruns++;
        effects.add(
                new Effect.Overrun(
                        origin.id, origin.log.incarnation(), origin.log.contiguous(), slots));
    }

    private void compareNotes(long now) {
        int others = tree.members().size() - 1;
        if (others < 1) {
            return;
        }
        int place = tree.members().placeOf(self) + 1 + random.nextInt(others);
        Outbox outbox = mail.to(tree.members().at(place), now, 0);
        if (origins.position(self).sequence() > 0) {
            outbox.have(self, true);
        }
        for (Origin origin : origins.others()) {
            if (origin.log.incarnation() > 0) {
                outbox.have(origin.id, true);
            }
        }
    }

    private void pursue(long now) {
        rounds.pursuitsLooked();
        for (Origin origin : origins.others()) {
            if (origin.pursuit.dueNanos() <= now) {
                askNext(origin, now);
            }
            rounds.pursuit(origin.pursuit.dueNanos());
        }
    }

    private void askNext(Origin origin, long now) {
        MemberId peer = origin.pursuit.next(now, settings.askAgain().toNanos()).orElse(origin.id);
        if (!tree.members().contains(peer)) {
            origin.pursuit.end(); // whoever has it will say so again
            return;
        }
        asks++;
        mail.to(peer, now, 0).ask(origin.id);
    }

    private void receive(MemberId from, byte[] payload, long now) {
        if (from.equals(self) || !tree.members().contains(from)) {
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
            case News news -> hear(from, news, now);
            case Have have -> hear(from, have, now);
            case Ask ask -> answer(from, ask, now);
            case Lack lack -> askAnother(from, lack, now);
            case Section.Overrun overrun -> skip(from, overrun, now);
            case Ping ping -> mail.to(from, now, 0).echo(ping);
            case Echo echo -> learnTime(from, echo, now);
        }
    }

    private void hear(MemberId from, News news, long now) {
        Invalidations entries = news.entriesOrNull();
        long start = entries == null ? news.claim().sequence() : entries.first() - 1;
        Origin origin = followOrNull(news.origin(), news.incarnation(), start, now);
        if (origin == null) {
            meetOwnPast(news.origin(), news.incarnation(), news.claim().sequence(), now);
            return;
        }
        int added = entries == null ? 0 : origin.log.add(entries);
        if (entries != null) {
            origin.newsNanos = now;
            origin.hear(entries.last());
            duplicates += entries.count() - added;
        }
        boolean newClaim = origin.take(news.claim());
        boolean further = advance(origin, now);
        MemberId end = news.endOrNull();
        if (end != null && added > 0 && entries != null) {
            passOn(origin.id, end, entries.first(), entries.last(), now, 0);
        } else if (end != null && newClaim) {
            passOn(origin.id, end, 1, 0, now, settings.watermarkDelay().toNanos());
        }
        boolean answered = end == null && further;
        lookForMore(origin, from, answered, settings.grace().toNanos(), now);
    }

    /** Null for this member itself, an earlier life, and one that never was in the view. */
    private @Nullable Origin followOrNull(MemberId id, long incarnation, long start, long now) {
        if (id.equals(self) || incarnation == 0) {
            return null;
        }
        Origin origin = origins.findOrNull(id);
        if (origin == null) {
            if (!tree.members().contains(id)) {
                return null;
            }
            origin = origins.add(id, tree.members().size());
        }
        if (incarnation < origin.log.incarnation()) {
            return null;
        }
        if (incarnation > origin.log.incarnation()) {
            origin.begin(incarnation, start);
            origin.pingNanos = now + rounds.firstPingNanos(tree.members());
            tellOverrun(origin, SlotSet.ALL);
        }
        return origin;
    }

    /** Others know of a life of this member that is later than this one: it takes one past it. */
    private void meetOwnPast(MemberId id, long incarnation, long sequence, long now) {
        Position position = origins.position(self);
        boolean ahead =
                incarnation > position.incarnation()
                        || (incarnation == position.incarnation()
                                && sequence > position.sequence());
        if (id.equals(self) && ahead && incarnation < Wire.NUMBER_MAX) {
            origins.renew(incarnation + 1, now);
            effects.add(new Effect.Renewed(incarnation + 1));
        }
    }

    private boolean advance(Origin origin, long now) {
        boolean further = false;
        Invalidations run = origin.log.advanceOrNull();
        while (run != null) {
            further = true;
            effects.add(new Effect.Deliver(origin.id, origin.log.incarnation(), run));
            run = origin.log.advanceOrNull();
        }
        if (further) {
            announce(origin.id, now);
        }
        if (origin.settle()) {
            tellWatermark(origin, now);
        }
        return further;
    }

    private void tellWatermark(Origin origin, long now) {
        Claim claim = origin.coveredOrNull();
        if (claim == null || origin.leftNanos != Origin.PRESENT) {
            return;
        }
        origin.toldBoundNanos = origin.age.boundNanos(claim.timeNanos(), now);
        effects.add(
                new Effect.Watermark(
                        origin.id,
                        origin.log.incarnation(),
                        claim.sequence(),
                        claim.timeNanos(),
                        claim.epoch(),
                        origin.toldBoundNanos));
    }

    /** Asks {@code from} or others after a while, when something is still missing. */
    private void lookForMore(
            Origin origin, MemberId from, boolean answered, long graceNanos, long now) {
        if (!origin.isBehind()) {
            origin.pursuit.end();
            return;
        }
        if (answered) {
            origin.pursuit.goOn(from, now);
        } else {
            origin.pursuit.suggest(from, now + graceNanos);
        }
        rounds.pursuit(origin.pursuit.dueNanos());
    }

    /** While news flows, that which others have may wait here for the end of a window. */
    private long patience(Origin origin, long now) {
        long window = settings.window().toNanos();
        boolean flows = now - origin.newsNanos < 2 * window;
        return settings.grace().toNanos() + (flows ? window : 0);
    }

    private void hear(MemberId from, Have have, long now) {
        Position mine = origins.position(have.origin());
        Origin origin = followOrNull(have.origin(), have.incarnation(), have.sequence(), now);
        if (origin == null) {
            meetOwnPast(have.origin(), have.incarnation(), have.sequence(), now);
        } else if (have.incarnation() == mine.incarnation() && have.sequence() > mine.sequence()) {
            origin.hear(have.sequence());
            lookForMore(origin, from, false, patience(origin, now), now);
        }
        boolean ahead =
                mine.incarnation() > have.incarnation()
                        || (mine.incarnation() == have.incarnation()
                                && mine.sequence() > have.sequence());
        if (have.tellMe() && ahead) {
            mail.to(from, now, 0).have(have.origin(), false);
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

    private void askAnother(MemberId from, Lack lack, long now) {
        Origin origin = origins.findOrNull(lack.origin());
        if (origin == null || lack.after() != origin.log.contiguous()) {
            return;
        }
        if (from.equals(origin.id)) {
            origin.pursuit.end(); // it knows best that there is nothing
        } else {
            origin.pursuit.failed(now);
            rounds.pursuit(origin.pursuit.dueNanos());
        }
    }

    private void skip(MemberId from, Section.Overrun overrun, long now) {
        Origin origin = origins.findOrNull(from);
        if (origin == null || origin.log.incarnation() != overrun.incarnation()) {
            return;
        }
        long contiguous = origin.log.contiguous();
        if (contiguous < overrun.after() || contiguous >= overrun.upTo()) {
            return;
        }
        origin.hear(overrun.upTo());
        origin.log.skipTo(overrun.upTo());
        tellOverrun(origin, overrun.slots());
        advance(origin, now);
        announce(origin.id, now);
        lookForMore(origin, from, true, 0, now);
    }

    private void learnTime(MemberId from, Echo echo, long now) {
        Origin origin = origins.findOrNull(from);
        if (origin == null
                || echo.incarnation() != origin.log.incarnation()
                || echo.askersIncarnation() != origins.position(self).incarnation()) {
            return;
        }
        origin.age.learn(echo.askedNanos(), echo.originNanos(), now);
        Claim claim = origin.coveredOrNull();
        if (claim != null
                && origin.age.boundNanos(claim.timeNanos(), now) > origin.toldBoundNanos) {
            tellWatermark(origin, now);
        }
    }

    private void changeMembers(Members members, long now) {
        tree = tree(members.with(self));
        lazyPeers = tree.lazyPeers(settings.lazyLinks());
        mail.keepOnly(tree.members());
        origins.share(tree.members().size());
        for (Origin origin : origins.others()) {
            boolean here = tree.members().contains(origin.id);
            if (here && origin.leftNanos != Origin.PRESENT) {
                origin.leftNanos = Origin.PRESENT;
                tellWatermark(origin, now);
            } else if (!here && origin.leftNanos == Origin.PRESENT) {
                origin.leftNanos = now;
            }
        }
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
                asks,
                mail.answered,
                overrunsTold,
                overruns,
                duplicates,
                rejected);
    }
}
