package dev.gossamer.gossip.invalidation;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** When the machine has to do what nobody asks it for. */
final class Rounds {
    private static final long NEVER = Long.MAX_VALUE;

    /** So that an origin is asked by all together about 100 times a second. */
    private static final long PING_NANOS_PER_MEMBER = Duration.ofMillis(10).toNanos();

    /** Ten times as often by those that have no answer yet. */
    private static final long FIRST_PING_NANOS_PER_MEMBER = Duration.ofMillis(1).toNanos();

    private final RandomGenerator random;
    private final long windowNanos;
    private final long heartbeatNanos;
    private final long digestNanos;

    /** When the own log is to be looked at; {@link #NEVER} until it has grown. */
    private long ownNewsNanos = NEVER;

    private long ownNewsToldNanos = Long.MIN_VALUE / 2;
    private long claimNanos;
    private long beatNanos;
    private long comparisonNanos;
    private long pursuitNanos = NEVER;

    Rounds(DisseminationSettings settings, RandomGenerator random) {
        this.random = random;
        this.windowNanos = settings.window().toNanos();
        this.heartbeatNanos = settings.heartbeat().toNanos();
        this.digestNanos = settings.digest().toNanos();
    }

    long dueNanos() {
        return Math.min(Math.min(ownNewsNanos, beatNanos), Math.min(comparisonNanos, pursuitNanos));
    }

    /** The own log has grown: it is looked at now, or when a window has passed. */
    void ownNews(long now) {
        ownNewsNanos = Math.min(ownNewsNanos, Math.max(now, ownNewsToldNanos + windowNanos));
    }

    boolean isOwnNewsDue(long now) {
        boolean due = ownNewsNanos <= now;
        if (due) {
            ownNewsNanos = NEVER;
            ownNewsToldNanos = now;
        }
        return due;
    }

    /** A claim of this member is on its way to all. */
    void claimed(long now) {
        claimNanos = now + heartbeatNanos;
        beatNanos = Math.min(beatNanos, claimNanos);
    }

    boolean isClaimDue(long now) {
        return claimNanos <= now;
    }

    boolean isHeartbeatDue(long now) {
        boolean due = beatNanos <= now;
        if (due) {
            beatNanos = now + heartbeatNanos;
        }
        return due;
    }

    boolean isDigestDue(long now) {
        boolean due = comparisonNanos <= now;
        if (due) {
            comparisonNanos = now + digestNanos;
        }
        return due;
    }

    /** Someone to compare notes with may be new. All have the news at once, so they spread. */
    void membersChanged(long now) {
        comparisonNanos = Math.min(comparisonNanos, now + random.nextLong(heartbeatNanos));
    }

    void pursuitsLooked() {
        pursuitNanos = NEVER;
    }

    void pursuit(long dueNanos) {
        pursuitNanos = Math.min(pursuitNanos, dueNanos);
    }

    boolean isPursuitDue(long now) {
        return pursuitNanos <= now;
    }

    long firstPingNanos(Members members) {
        return random.nextLong(members.size() * FIRST_PING_NANOS_PER_MEMBER);
    }

    long pingIntervalNanos(ProvableAge age, Members members) {
        return members.size()
                * (age.isKnown() ? PING_NANOS_PER_MEMBER : FIRST_PING_NANOS_PER_MEMBER);
    }
}
