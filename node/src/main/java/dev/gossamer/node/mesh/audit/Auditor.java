package dev.gossamer.node.mesh.audit;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.ChangeListener;
import dev.gossamer.node.mesh.audit.Violation.Kind;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.Sighting;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the mesh keeps its word (C2, C4): takes some of the writes that this node has
 * acknowledged as a primary, and asks all members what they have of these keys after each of {@link
 * #WINDOWS}.
 *
 * <p><b>What is counted.</b> A write is current at a window if nobody has anything older by then.
 * An older near copy is no fault in itself: it may stand while it answers nobody whose bound it
 * does not meet. It is a violation when it would; {@link Comparison} says when that is beyond
 * doubt. An owner that is behind is one when it is still behind at the next look.
 *
 * <p><b>No false alarms.</b> A write counts from the moment when it is seen here that it is not
 * pending any more, which is after its acknowledgement; only while this node serves the slot under
 * the topology that it was written under. Later ones don't matter: whoever serves the slot then has
 * the write, or one that is later, or nothing (C2). Without agreement on a topology nothing is
 * looked at. Where one copy is enough for an acknowledgement, nothing is looked at under another
 * topology.
 *
 * <p><b>Threads.</b> {@link #listener} and {@link #report} by any, everything else on one lane.
 *
 * <p><b>Bounds.</b> What waits for its looks takes at most {@value #WAITING_BYTES_MAX} bytes;
 * writes beyond that are passed over. The last {@value Tally#RECENT} violations are kept.
 */
public final class Auditor {
    /** So long after a write it is looked at. */
    public static final List<Duration> WINDOWS =
            List.of(
                    Duration.ofMillis(100),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(1));

    /** To be called so often: see {@link #tick}. */
    public static final Duration TICK = Duration.ofMillis(50);

    private static final Logger log = LoggerFactory.getLogger(Auditor.class);
    private static final long WAITING_BYTES_MAX = 4 << 20;
    private static final long QUESTION_BYTES_MAX = 256 << 10;
    private static final long PENDING_NANOS_MAX = 10_000_000_000L;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final Surroundings surroundings;
    private final int ratePerSecond;
    private final int driftPpm;
    private final LongSupplier nanoClock;
    private final InstantSource clock;
    private final Sampler sampler;
    private final Tally tally = new Tally(WINDOWS);

    /** Not acknowledged yet, as far as it was seen. */
    private List<Sample> unsettled = new ArrayList<>();

    /** Those whose next look is to come, by its time. */
    private final PriorityQueue<Sample> waiting =
            new PriorityQueue<>(Comparator.comparingLong(sample -> sample.dueNanos));

    private long waitingBytes;
    private long tickedNanos;
    private long owedNanos;

    /**
     * @param ratePerSecond how many writes are taken at most, at least 1
     * @param driftPpm how much faster one member's clock may be than another's, in millionths
     * @param logEnd the sequence at which this node's log of invalidations ends
     * @param nanoClock monotonic
     * @param clock for the time at which a violation was seen
     */
    public Auditor(
            MemberId self,
            Surroundings surroundings,
            int ratePerSecond,
            int driftPpm,
            LongSupplier logEnd,
            LongSupplier nanoClock,
            InstantSource clock) {
        this.surroundings = surroundings;
        this.ratePerSecond = ratePerSecond;
        this.driftPpm = driftPpm;
        this.nanoClock = nanoClock;
        this.clock = clock;
        this.sampler = new Sampler(self, surroundings, logEnd, nanoClock);
        this.tickedNanos = nanoClock.getAsLong();
    }

    /** Hears of what is written on this node. */
    public ChangeListener listener() {
        return sampler;
    }

    public AuditReport report() {
        return tally.report(ratePerSecond);
    }

    Tally tally() {
        return tally;
    }

    /** Takes new writes, and asks about those whose time has come. */
    public void tick() {
        long now = nanoClock.getAsLong();
        sampler.drain(this::admit);
        settle(now);
        lookAtDue(now);
        allow(now);
    }

    /** A mesh of one has nobody to ask. */
    private void allow(long now) {
        owedNanos += Math.min(SECOND_NANOS, now - tickedNanos) * ratePerSecond;
        tickedNanos = now;
        int more = (int) (owedNanos / SECOND_NANOS);
        owedNanos %= SECOND_NANOS;
        if (surroundings.isAgreed() && surroundings.members().size() > 1) {
            sampler.allow(more, ratePerSecond);
        }
    }

    private void admit(Sample sample) {
        if (waitingBytes + sample.weightBytes() > WAITING_BYTES_MAX) {
            tally.dropped.incrementAndGet();
        } else {
            waitingBytes += sample.weightBytes();
            unsettled.add(sample);
        }
    }

    /** Those that are acknowledged count from now on. */
    private void settle(long now) {
        List<Sample> left = new ArrayList<>();
        for (Sample sample : unsettled) {
            boolean pending = surroundings.isPending(sample.slot, sample.key);
            if (!isServedAsWritten(sample) || now - sample.sinceNanos > PENDING_NANOS_MAX) {
                abandon(sample);
            } else if (pending) {
                left.add(sample);
            } else {
                sample.sinceNanos = now;
                await(sample);
            }
        }
        unsettled = left;
    }

    /** Asked after it was seen to be pending no more: a write of this topology is over then. */
    private boolean isServedAsWritten(Sample sample) {
        return surroundings.isAgreed()
                && surroundings.epoch() == sample.epoch
                && surroundings.isServing(sample.slot);
    }

    private void await(Sample sample) {
        sample.dueNanos = sample.sinceNanos + WINDOWS.get(sample.window).toNanos();
        waiting.add(sample);
    }

    private void abandon(Sample sample) {
        tally.abandoned.incrementAndGet();
        over(sample);
    }

    private void over(Sample sample) {
        waitingBytes -= sample.weightBytes();
    }

    private void lookAtDue(long now) {
        List<Sample> due = new ArrayList<>();
        long bytes = 0;
        for (Sample next = waiting.peek();
                next != null && next.dueNanos <= now && bytes < QUESTION_BYTES_MAX;
                next = waiting.peek()) {
            waiting.remove();
            if (isWorthALook(next)) {
                due.add(next);
                bytes += next.weightBytes();
            } else {
                abandon(next);
            }
        }
        if (!due.isEmpty()) {
            ask(due);
        }
    }

    private boolean isWorthALook(Sample sample) {
        CacheSettings settings = surroundings.settingsOf(sample.key);
        return surroundings.isAgreed()
                && surroundings.epoch() >= sample.epoch
                && (settings.acks() == CacheSettings.Acks.ALL
                        || surroundings.epoch() == sample.epoch);
    }

    private void ask(List<Sample> due) {
        List<Bytes> keys = due.stream().map(sample -> sample.key).toList();
        Request.Inspect question = new Request.Inspect(keys, false);
        List<Member> members = surroundings.members();
        Round round = new Round(due, members.size());
        for (Member member : members) {
            long sentNanos = nanoClock.getAsLong();
            surroundings.ask(
                    member,
                    question,
                    reply -> {
                        if (round.heard(member, sentNanos, reply)) {
                            conclude(round);
                        }
                    });
        }
    }

    private void conclude(Round round) {
        for (int i = 0; i < round.samples.size(); i++) {
            Sample sample = round.samples.get(i);
            compare(sample, round.looksAt(i));
            if (++sample.window < WINDOWS.size()) {
                await(sample);
            } else {
                over(sample);
            }
        }
    }

    private void compare(Sample sample, List<Look> looks) {
        CacheSettings settings = surroundings.settingsOf(sample.key);
        Comparison comparison = new Comparison(settings, sample.version, driftPpm);
        Set<MemberId> behindBefore = sample.behind;
        sample.behind = new HashSet<>();
        boolean isCurrent = true;
        List<Violation> found = new ArrayList<>(0);
        for (Look look : looks) {
            if (comparison.isStale(look.sighting())) {
                isCurrent = false;
                tally.stood(look.afterNanos());
                if (comparison.isLie(near(look), look.afterNanos())) {
                    found.add(violation(Kind.NEAR, sample, look, looks));
                }
            }
            if (comparison.isBehind(look.sighting(), look.epoch() == surroundings.epoch())) {
                isCurrent = false;
                sample.behind.add(look.member().id());
                if (behindBefore.contains(look.member().id())) {
                    found.add(violation(Kind.OWNER, sample, look, looks));
                }
            }
        }
        boolean allAnswered = looks.stream().allMatch(look -> look.sighting() != null);
        tally.looked(sample.window, isCurrent, allAnswered);
        if (!isCurrent) {
            sample.looks.addAll(looks);
        }
        found.stream().filter(each -> sample.reported.add(each.member().id())).forEach(this::tell);
    }

    private static Sighting.Near near(Look look) {
        return Objects.requireNonNull(Objects.requireNonNull(look.sighting()).near());
    }

    private Violation violation(Kind kind, Sample sample, Look look, List<Look> looks) {
        List<Look> trace = new ArrayList<>(sample.looks);
        trace.addAll(looks);
        Sighting sighting = Objects.requireNonNull(look.sighting());
        boolean isNear = kind == Kind.NEAR;
        return new Violation(
                clock.millis(),
                kind,
                sample.key,
                sample.version,
                sample.sequence,
                look.member(),
                isNear ? near(look).version() : Objects.requireNonNull(sighting.held()).version(),
                isNear ? near(look).origin() : look.member().id(),
                isNear ? near(look).sequence() : 0,
                look.afterNanos(),
                isNear ? near(look).ageNanos() : 0,
                trace,
                List.of());
    }

    /** It is kept with what its member remembers of the key, if it still can be asked. */
    private void tell(Violation violation) {
        tally.violated(violation);
        log.warn(
                "{} has {} of a key of slot {}, {} ms after {} was acknowledged",
                violation.member().name(),
                violation.found(),
                violation.key().slotIndex(),
                violation.afterNanos() / 1_000_000,
                violation.version());
        surroundings.ask(
                violation.member(),
                new Request.Inspect(List.of(violation.key()), true),
                reply -> tally.tell(withEvents(violation, reply)));
    }

    private static Violation withEvents(Violation violation, Reply reply) {
        return reply instanceof Reply.Inspected(var _, var sightings) && sightings.size() == 1
                ? violation.with(sightings.getFirst().events())
                : violation;
    }
}
