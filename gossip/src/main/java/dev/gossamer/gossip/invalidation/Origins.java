package dev.gossamer.gossip.invalidation;

import dev.gossamer.gossip.invalidation.Section.Claim;
import dev.gossamer.protocol.MemberId;
import java.util.Collection;
import java.util.Comparator;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The logs that this member has: its own, and what it received of others'. {@link #raced} by any
 * thread, the rest by the machine's.
 */
final class Origins {
    private static final int DEPARTED_MAX = 64;

    final InvalidationLog own;
    private final DisseminationSettings settings;
    private final ConcurrentHashMap<MemberId, Origin> others = new ConcurrentHashMap<>();
    private int capacityEach;

    /** Until when this member's word has a time, and under which epoch. */
    private long authorityUntilNanos;

    private long epoch;

    /** How far this member's log was when it was last looked at, and what it claims since. */
    private Position told;

    private Claim ownClaim = new Claim(0, false, 0, 0);

    Origins(InvalidationLog own, DisseminationSettings settings) {
        this.own = own;
        this.told = own.position();
        this.settings = settings;
        this.capacityEach = EntryRing.capacityOf(settings.receivedBytesMax());
    }

    void authorize(long untilNanos, long underEpoch) {
        authorityUntilNanos = untilNanos;
        epoch = underEpoch;
    }

    /**
     * Looks how far the own log is. The claim is of this moment, not of the one when it is sent:
     * what is appended in between is told with the next look, and nobody misses it before.
     *
     * @param nowNanos read before this is called
     */
    Position look(long nowNanos) {
        boolean timed = nowNanos < authorityUntilNanos;
        told = own.look();
        ownClaim = new Claim(told.sequence(), timed, timed ? nowNanos : 0, epoch);
        return told;
    }

    /** Whether this member has anything to claim: nobody follows one that never was a primary. */
    boolean hasClaim() {
        return ownClaim.timed() || ownClaim.sequence() > 0;
    }

    /** Begins a new life, empty. */
    void renew(long incarnation, long nowNanos) {
        own.renew(incarnation);
        look(nowNanos);
    }

    boolean isOwn(MemberId id) {
        return id.equals(own.origin());
    }

    @Nullable Origin findOrNull(MemberId id) {
        return others.get(id);
    }

    Collection<Origin> others() {
        return others.values();
    }

    Origin add(MemberId id, int members) {
        Origin origin = new Origin(id, capacityEach, settings.driftPpm());
        others.put(id, origin);
        share(members);
        return origin;
    }

    void remove(Origin origin) {
        others.remove(origin.id);
    }

    /** Gives each origin an equal part of what is allowed for all. */
    void share(int members) {
        int sharers = Math.max(1, Math.max(members - 1, others.size()));
        int capacity = EntryRing.capacityOf(settings.receivedBytesMax() / sharers);
        if (capacity != capacityEach) {
            capacityEach = capacity;
            others.values().forEach(each -> each.log.limit(capacity));
        }
    }

    /** One that left the view and is to be forgotten now. */
    @Nullable Origin departedOrNull(long nowNanos, int members) {
        Origin first =
                others.values().stream()
                        .filter(each -> each.leftNanos != Origin.PRESENT)
                        .min(
                                Comparator.comparingLong((Origin each) -> each.leftNanos)
                                        .thenComparing(each -> each.id))
                        .orElse(null);
        if (first == null) {
            return null;
        }
        boolean longAgo = nowNanos - first.leftNanos >= settings.forgetAfter().toNanos();
        return longAgo || others.size() > members + DEPARTED_MAX ? first : null;
    }

    /** How far this member is with an origin: zeros when it knows nothing of it. */
    Position position(MemberId id) {
        if (isOwn(id)) {
            return told;
        }
        Origin origin = others.get(id);
        return origin == null
                ? new Position(0, 0)
                : new Position(origin.log.incarnation(), origin.log.contiguous());
    }

    /** The latest claim of an origin that is known. */
    Claim claim(MemberId id) {
        if (isOwn(id)) {
            return ownClaim;
        }
        Origin origin = others.get(id);
        return origin == null ? new Claim(0, false, 0, 0) : origin.latest();
    }

    boolean has(MemberId id, long sequence) {
        if (isOwn(id)) {
            return own.has(sequence);
        }
        Origin origin = others.get(id);
        return origin != null && origin.log.has(sequence);
    }

    @Nullable Invalidations runOrNull(MemberId id, long first, long to) {
        if (isOwn(id)) {
            return own.runOrNull(first, to);
        }
        Origin origin = others.get(id);
        return origin == null ? null : origin.log.runOrNull(first, to);
    }

    /** The first in [from, to] that can be read; {@code to + 1} when none can. */
    long nextHeld(MemberId id, long from, long to) {
        if (isOwn(id)) {
            return own.nextHeld(from, to);
        }
        Origin origin = others.get(id);
        return origin == null ? to + 1 : origin.log.nextHeld(from, to);
    }

    Raced raced(MemberId id, Position after, Kind kind, int slot, long hash) {
        Origin origin = others.get(id);
        return origin == null ? Raced.NOT_KNOWN : origin.log.raced(after, kind, slot, hash);
    }

    long receivedBytes() {
        return others.values().stream().mapToLong(each -> each.log.bytes()).sum();
    }
}
