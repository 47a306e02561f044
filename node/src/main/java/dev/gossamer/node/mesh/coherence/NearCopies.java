package dev.gossamer.node.mesh.coherence;

import dev.gossamer.gossip.invalidation.Dissemination.Effect;
import dev.gossamer.gossip.invalidation.Invalidations;
import dev.gossamer.gossip.invalidation.Kind;
import dev.gossamer.gossip.invalidation.Position;
import dev.gossamer.gossip.invalidation.ProvableAge;
import dev.gossamer.gossip.invalidation.Raced;
import dev.gossamer.node.mesh.link.NearEvent;
import dev.gossamer.node.mesh.link.NearEvent.What;
import dev.gossamer.node.mesh.link.Sighting;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.NearCopy;
import dev.gossamer.node.store.NearCopy.Question;
import dev.gossamer.node.store.NearOrigin;
import dev.gossamer.node.store.NearTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of what other members own, and the proof of how old they are (C4).
 *
 * <p><b>Why a copy may be used.</b> Its origin gave it away as of a position in its log. What it
 * changed later is named in the log after that, is delivered here in order, and voids the copy. The
 * origin's watermark says that up to its log's end, delivered here before, nothing else had changed
 * when its clock showed that time. So a copy that still stands was current then; and it was current
 * at some moment after it was asked for.
 *
 * <p><b>Fills race with invalidations.</b> A copy is put first; then it is asked whether something
 * that names it was heard since its position. What is heard later finds it. Until it was asked, the
 * origin's watermark proves nothing of the copy.
 *
 * <p><b>Sessions (C3).</b> Who was told something here is never told anything older here. Each part
 * of the keys has a floor, the time when something was last told of a key in it: by an owner's
 * answer, or by a write that was forwarded. No answer to a question that was asked before that is
 * kept, or shared with another reader; and what is older than what is told is taken out before the
 * caller hears.
 *
 * <p><b>Threads.</b> Any, event loops too; the invalidations come on one lane.
 */
public final class NearCopies implements InvalidationListener {
    private static final Logger log = LoggerFactory.getLogger(NearCopies.class);
    private static final int PARTS = 1 << 14;

    private final NearTier tier;
    private final Races races;
    private final TagKnowledge tags;
    private final LongSupplier nanoClock;
    private final Set<NearCheck> leftOut;
    private final NearTrail trail;
    private final ConcurrentHashMap<MemberId, NearOrigin> origins = new ConcurrentHashMap<>();
    private final AtomicLongArray floors = new AtomicLongArray(PARTS);

    /** See {@link dev.gossamer.gossip.invalidation.Dissemination#raced}. */
    public interface Races {
        Raced raced(MemberId origin, Position after, Kind kind, int slot, long hash);
    }

    /** What this node knows of invalidated tags. */
    public interface TagKnowledge {
        /**
         * Whether neither a tag of the entry nor its cache was invalidated since it was written.
         */
        boolean isValid(Bytes key, Entry entry);

        /**
         * An origin counts a tag as invalidated at this clock.
         *
         * @return whether this node does, too, from now on; not when its clock cannot follow
         */
        boolean heard(long tag, long clock);
    }

    /**
     * @param nanoClock monotonic, the one that watermarks are proved by
     * @param leftOut what copies are not held against; empty but in a test of what notices that
     */
    public NearCopies(
            NearTier tier,
            Races races,
            TagKnowledge tags,
            LongSupplier nanoClock,
            Set<NearCheck> leftOut) {
        this.tier = tier;
        this.races = races;
        this.tags = tags;
        this.nanoClock = nanoClock;
        this.leftOut = Set.copyOf(leftOut);
        this.trail = new NearTrail(nanoClock);
        if (!leftOut.isEmpty()) {
            log.warn("a test: near copies may be older than asked for, unchecked: {}", leftOut);
        }
        for (int i = 0; i < PARTS; i++) {
            floors.set(i, Long.MIN_VALUE);
        }
    }

    /**
     * A copy that was certainly current less than {@code bound} ago, or null.
     *
     * @param nowNanos of the monotonic clock
     */
    public @Nullable NearCopy findOrNull(Bytes key, Duration bound, long nowNanos) {
        return leftOut.contains(NearCheck.WATERMARK)
                ? anyOrNull(key)
                : validOrNull(key, tier.findOrNull(key, nowNanos - nanosOf(bound) + 1));
    }

    /** A copy of any age that nothing has voided, or null. */
    public @Nullable NearCopy anyOrNull(Bytes key) {
        return validOrNull(key, tier.findOrNull(key, Long.MIN_VALUE));
    }

    private @Nullable NearCopy validOrNull(Bytes key, @Nullable NearCopy copy) {
        if (copy == null || tags.isValid(key, copy.entry())) {
            return copy;
        }
        tier.drop(copy);
        return null;
    }

    /**
     * What a reader would be answered from, and from how young a bound on; null when nothing stands
     * here. It does not count as a use.
     */
    public Sighting.@Nullable Near peekOrNull(Bytes key) {
        NearCopy copy = tier.peekOrNull(key);
        if (copy == null) {
            return null;
        }
        long age = Math.max(0, nanoClock.getAsLong() - copy.currentNanos());
        if (!tier.stands(copy) || !tags.isValid(key, copy.entry())) {
            return null;
        }
        return new Sighting.Near(
                copy.entry().version(),
                copy.entry().expiresAtMillis(),
                copy.entry().valueLength(),
                copy.origin().id(),
                copy.sequence(),
                leftOut.contains(NearCheck.WATERMARK) ? 0 : age);
    }

    /** What became of copies of the key here, the oldest first, as far as it is remembered. */
    public List<NearEvent> eventsOf(Bytes key) {
        return trail.of(key.slotIndex(), KeyHash.of(key));
    }

    /** Whether it is still there: to be asked after the age that is told was looked at. */
    public boolean stands(NearCopy copy) {
        return tier.stands(copy);
    }

    /** Whether an owner's answer still counts here: a tag may have been invalidated meanwhile. */
    public boolean isValid(Bytes key, @Nullable Entry entry) {
        return entry == null || tags.isValid(key, entry);
    }

    /** A bound beyond any clock's reading is as good as none. */
    public static long nanosOf(Duration bound) {
        return bound.compareTo(Duration.ofDays(1)) > 0
                ? Duration.ofDays(1).toNanos()
                : bound.toNanos();
    }

    /** Called before a key's owner is asked. */
    public Question question(Bytes key, int slot, MemberId owner) {
        NearOrigin origin = origins.computeIfAbsent(owner, NearOrigin::new);
        return tier.question(key, slot, origin, nanoClock.getAsLong());
    }

    /** Whether the answer to this may be told to somebody who asks now. */
    public boolean mayBeShared(Question question) {
        return question.askedNanos() > floors.get(partOf(question.hash()));
    }

    /**
     * The owner has answered; called before anybody is told.
     *
     * @param entry null for a miss
     * @param at the owner's position before it read the entry; null when it gave none
     */
    public void answered(Question question, @Nullable Entry entry, @Nullable Position at) {
        if (entry == null || at == null || !tier.isOn()) {
            raiseFloor(question.hash());
            tier.drop(question.hash());
            trace(What.MISSED, question, at, 0);
        } else {
            keep(new NearCopy(question, entry, at.sequence()), question, at);
        }
    }

    private void raiseFloor(long hash) {
        floors.accumulateAndGet(partOf(hash), nanoClock.getAsLong(), Math::max);
    }

    /**
     * It is put in any case, so that nothing older stands. Who raises the floor meanwhile either is
     * seen here, or sees the copy.
     */
    private void keep(NearCopy copy, Question question, Position at) {
        tier.put(copy);
        boolean shareable = mayBeShared(question);
        raiseFloor(question.hash());
        MemberId origin = question.origin().id();
        Raced raced = races.raced(origin, at, Kind.KEY, question.slot(), question.hash());
        if (raced == Raced.NO && shareable) {
            copy.settle();
            trace(What.KEPT, question, at, copy.entry().version().clock());
        } else {
            tier.drop(copy);
            trace(What.OVERTAKEN, question, at, copy.entry().version().clock());
        }
    }

    private void trace(What what, Question question, @Nullable Position at, long clock) {
        trail.add(
                what,
                question.slot(),
                question.hash(),
                question.origin().id().value(),
                at == null ? 0 : at.sequence(),
                clock);
    }

    /** Another member has carried out a write of this key, perhaps; called before anybody hears. */
    public void written(Bytes key) {
        long hash = KeyHash.of(key);
        raiseFloor(hash);
        tier.drop(hash);
        trail.add(What.WRITTEN, key.slotIndex(), hash, 0, 0, 0);
    }

    private static int partOf(long hash) {
        return (int) hash & (PARTS - 1);
    }

    /** Others than before answer for these slots, or for another part of the mesh. */
    public void ownersChanged(BitSet slots) {
        slots.stream().forEach(tier::voidSlot);
        if (!slots.isEmpty()) {
            trail.addMany(What.OWNERS_CHANGED, 0, slots.cardinality());
        }
    }

    @Override
    public void invalidated(Effect.Deliver delivery) {
        NearOrigin origin = origins.get(delivery.origin());
        if (origin == null) {
            return;
        }
        boolean heeded = !leftOut.contains(NearCheck.INVALIDATION);
        Invalidations all = delivery.invalidations();
        for (int i = 0; i < all.count(); i++) {
            What what = heeded ? invalidated(origin, all, i) : What.UNHEEDED;
            long sequence = all.first() + i;
            long clock = all.version(i).clock();
            trail.add(what, all.slot(i), all.hash(i), origin.id().value(), sequence, clock);
        }
    }

    private What invalidated(NearOrigin origin, Invalidations all, int i) {
        return switch (all.kind(i)) {
            case KEY ->
                    tier.invalidate(origin, all.first() + i, all.hash(i), all.version(i))
                            ? What.VOIDED
                            : What.HEARD;
            case SLOT -> {
                tier.voidSlot(all.slot(i));
                yield What.SLOT_VOIDED;
            }
            case TAG -> {
                // A copy is held against what is known here; what cannot be known voids all.
                if (!tags.heard(all.hash(i), all.version(i).clock())) {
                    origin.voidAll();
                }
                yield What.HEARD;
            }
        };
    }

    @Override
    public void overrun(Effect.Overrun overrun) {
        NearOrigin origin = origins.computeIfAbsent(overrun.origin(), NearOrigin::new);
        if (overrun.slots().size() == Slot.COUNT) {
            origin.voidAll();
            origin.prove(ProvableAge.UNKNOWN);
        } else {
            overrun.slots().forEach(tier::voidSlot);
        }
        trail.addMany(What.OVERRUN, overrun.origin().value(), overrun.slots().size());
    }

    @Override
    public void proven(Effect.Watermark mark) {
        origins.computeIfAbsent(mark.origin(), NearOrigin::new).prove(mark.provenNanos());
    }

    /** How old what is kept of the member that proves least is at most; 0 without any member. */
    public double worstAgeSeconds(List<MemberId> members) {
        long now = nanoClock.getAsLong();
        long worst = 0;
        for (MemberId member : members) {
            NearOrigin origin = origins.get(member);
            long proven = origin == null ? ProvableAge.UNKNOWN : origin.provenNanos();
            worst = Math.max(worst, ProvableAge.ageNanos(proven, now));
        }
        return worst == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : worst / 1e9;
    }
}
