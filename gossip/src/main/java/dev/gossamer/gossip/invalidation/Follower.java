package dev.gossamer.gossip.invalidation;

import dev.gossamer.gossip.invalidation.Dissemination.Effect;
import dev.gossamer.gossip.invalidation.Section.Claim;
import dev.gossamer.gossip.invalidation.Section.Echo;
import dev.gossamer.gossip.invalidation.Section.Have;
import dev.gossamer.gossip.invalidation.Section.Lack;
import dev.gossamer.gossip.invalidation.Section.News;
import dev.gossamer.protocol.MemberId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of the machine that hears of others' logs, looks for what is missing, and tells it. */
final class Follower {
    private final MemberId self;
    private final DisseminationSettings settings;
    private final Origins origins;
    private final Mail mail;
    private final Rounds rounds;
    private final Relay relay;

    /** Of the event that is being handled. */
    private final List<Effect> effects;

    long asks;
    long overruns;
    long duplicates;

    Follower(
            DisseminationSettings settings,
            Origins origins,
            Mail mail,
            Rounds rounds,
            Relay relay,
            List<Effect> effects) {
        this.self = origins.own.origin();
        this.settings = settings;
        this.origins = origins;
        this.mail = mail;
        this.rounds = rounds;
        this.relay = relay;
        this.effects = effects;
    }

    void hear(MemberId from, News news, long now) {
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
            relay.passOn(origin.id, end, entries.first(), entries.last(), now, 0);
        } else if (end != null && newClaim) {
            relay.passOn(origin.id, end, 1, 0, now, settings.watermarkDelay().toNanos());
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
            if (!relay.members().contains(id)) {
                return null;
            }
            origin = origins.add(id, relay.members().size());
        }
        if (incarnation < origin.log.incarnation()) {
            return null;
        }
        if (incarnation > origin.log.incarnation()) {
            origin.begin(incarnation, start);
            origin.pingNanos = now + rounds.firstPingNanos(relay.members());
            tellOverrun(origin, SlotSet.ALL);
        }
        return origin;
    }

    /** Others know of a life of this member that is later than this one: it takes one past it. */
    private void meetOwnPast(MemberId id, long incarnation, long sequence, long now) {
        Position position = origins.own.position();
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
            relay.announce(origin.id, now);
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

    void hear(MemberId from, Have have, long now) {
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

    void askAnother(MemberId from, Lack lack, long now) {
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

    void skip(MemberId from, Section.Overrun overrun, long now) {
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
        relay.announce(origin.id, now);
        lookForMore(origin, from, true, 0, now);
    }

    void learnTime(MemberId from, Echo echo, long now) {
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

    private void tellOverrun(Origin origin, SlotSet slots) {
        overruns++;
        effects.add(
                new Effect.Overrun(
                        origin.id, origin.log.incarnation(), origin.log.contiguous(), slots));
    }

    void pursue(long now) {
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
        if (!relay.members().contains(peer)) {
            origin.pursuit.end(); // whoever has it will say so again
            return;
        }
        asks++;
        mail.to(peer, now, 0).ask(origin.id);
    }

    void askForTimes(long now) {
        for (Origin origin : origins.others()) {
            if (origin.leftNanos == Origin.PRESENT
                    && now >= origin.pingNanos
                    && origin.latest().timed()) {
                mail.to(origin.id, now, 0).ping();
                origin.pingNanos = now + rounds.pingIntervalNanos(origin.age, relay.members());
            }
        }
    }

    void forgetDeparted(long now) {
        Origin departed = origins.departedOrNull(now, relay.members().size());
        if (departed != null) {
            origins.remove(departed);
            tellOverrun(departed, SlotSet.ALL);
        }
    }

    /** Those who left are kept for a while; those who come back are believed again. */
    void membersChanged(long now) {
        origins.share(relay.members().size());
        for (Origin origin : origins.others()) {
            boolean here = relay.members().contains(origin.id);
            if (here && origin.leftNanos != Origin.PRESENT) {
                origin.leftNanos = Origin.PRESENT;
                tellWatermark(origin, now);
            } else if (!here && origin.leftNanos == Origin.PRESENT) {
                origin.leftNanos = now;
            }
        }
    }
}
