package dev.gossamer.node.mesh;

import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * One topology, and which of its own slots this node holds whole under it. A new topology is a new
 * holding; only completeness changes within one, and only from filling to complete.
 *
 * <p>A slot is complete here when nothing that was acknowledged under this epoch or before is
 * missing. It stays so over a change of topology if this node was its owner in the topology just
 * before, for every write goes to all owners. Whoever may have missed a topology, or finds itself
 * joined by more members than it had around it (the smaller side of a healed partition), trusts
 * nothing it has: all its slots are filling, which costs a copy and is always right.
 *
 * <p>A cache may have fewer copies than a slot has owners. Who owns a slot at a rank beyond some
 * cache's copies knows nothing of that cache: it vouches for nothing, and when it moves up its slot
 * is filling, however complete it was at its old rank.
 *
 * <p><b>Threads.</b> Any.
 */
final class Holding {
    private final Topology topology;
    private final Topology before;
    private final int self;
    private final int fewestCopies;
    private final AtomicLongArray complete = new AtomicLongArray(Slot.COUNT / Long.SIZE);
    private final AtomicInteger filling = new AtomicInteger();

    /** Slots of which this node had all, of every cache, just before. */
    private final BitSet hadAll = new BitSet();

    private Holding(Topology topology, Topology before, MemberId self, int fewestCopies) {
        this.topology = topology;
        this.before = before;
        this.self = topology.indexOf(self);
        this.fewestCopies = fewestCopies;
    }

    /**
     * Before any topology is known.
     *
     * @param fewestCopies the least that any cache wants of its entries
     */
    static Holding none(int replication, MemberId self, int fewestCopies) {
        Topology none = Topology.none(replication);
        return new Holding(none, none, self, fewestCopies);
    }

    /** What this node holds when {@code next} replaces this topology. */
    Holding next(Topology next, MemberId selfId) {
        boolean continuous = continuous(next);
        Topology known = continuous ? topology : Topology.none(1);
        Holding holding = new Holding(next, known, selfId, fewestCopies);
        boolean founder = topology.isEmpty() && next.members().size() == 1;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            int rank = rankHere(slot);
            int nextRank = holding.rankHere(slot);
            boolean had = continuous && rank >= 0 && isComplete(slot);
            boolean hadAllOfIt = had && rank < fewestCopies;
            holding.hadAll.set(slot, hadAllOfIt);
            if (founder || hadAllOfIt || (had && nextRank >= rank)) {
                if (nextRank >= 0) {
                    holding.setBit(slot);
                }
            } else if (nextRank >= 0) {
                holding.filling.incrementAndGet();
            }
        }
        return holding;
    }

    private boolean continuous(Topology next) {
        if (self < 0 || next.epoch() != topology.epoch() + 1) {
            return false;
        }
        int appeared = 0;
        for (Member member : next.members()) {
            if (topology.indexOf(member.id()) < 0) {
                appeared++;
            }
        }
        return appeared <= next.members().size() / 2;
    }

    Topology topology() {
        return topology;
    }

    long epoch() {
        return topology.epoch();
    }

    /** Whether this node is a member. */
    boolean isMember() {
        return self >= 0;
    }

    /** 0 for the primary, 1 and on for backups, -1 for no owner. */
    int rankHere(int slot) {
        return self < 0 ? -1 : topology.rankOf(slot, self);
    }

    boolean isPrimary(int slot) {
        return self >= 0 && topology.ownerIndex(slot, 0) == self;
    }

    boolean isComplete(int slot) {
        return (complete.get(slot >>> 6) & (1L << slot)) != 0;
    }

    /** Whether a read is answered from what this node has, if its cache has a copy here. */
    boolean answers(int slot, Freshness freshness) {
        boolean mine = freshness instanceof Freshness.Any ? rankHere(slot) >= 0 : isPrimary(slot);
        return mine && isComplete(slot);
    }

    /** Whether this node gave the version under this epoch. */
    boolean wrote(Version version) {
        return version.epoch() == epoch()
                && self >= 0
                && topology.members().get(self).id().equals(version.member());
    }

    /** Whether nothing acknowledged is missing from what this node has of the slot. */
    boolean isAuthoritative(int slot) {
        return hadAll.get(slot) || (isComplete(slot) && rankHere(slot) < fewestCopies);
    }

    /** Whether this node owns the slot at a rank at which some cache has no copy. */
    boolean isBeyondSomeCache(int slot) {
        return rankHere(slot) >= fewestCopies;
    }

    /**
     * Whether what this node has of the slot, in caches of so many copies, may be older than what
     * was acknowledged: it had no part in the topology just before, and nobody who had one is left
     * to say what became of it.
     */
    boolean isOrphaned(int slot, int replication) {
        int holders = Math.min(replication, before.isEmpty() ? 0 : before.ownerCount(slot));
        for (int rank = 0; rank < holders; rank++) {
            Member holder = before.members().get(before.ownerIndex(slot, rank));
            if (topology.indexOf(holder.id()) >= 0) {
                return false;
            }
        }
        return holders > 0 && self >= 0;
    }

    void markComplete(int slot) {
        if (setBit(slot)) {
            filling.decrementAndGet();
        }
    }

    private boolean setBit(int slot) {
        long bit = 1L << slot;
        return (complete.getAndAccumulate(slot >>> 6, bit, (word, one) -> word | one) & bit) == 0;
    }

    /** How many slots this node owns and does not hold whole. */
    int fillingCount() {
        return filling.get();
    }

    List<Integer> fillingSlots() {
        List<Integer> slots = new ArrayList<>();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (rankHere(slot) >= 0 && !isComplete(slot)) {
                slots.add(slot);
            }
        }
        return slots;
    }

    /** Owned slots with rank 0, or with any other. */
    int ownedCount(boolean primary) {
        int count = 0;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            int rank = rankHere(slot);
            if (primary ? rank == 0 : rank > 0) {
                count++;
            }
        }
        return count;
    }

    /**
     * The other members, those that most likely have all of a slot first: its owners now, then its
     * owners just before, then everyone else.
     */
    List<Member> sources(int slot) {
        List<Member> sources = likelySources(slot);
        for (Member member : topology.members()) {
            if (!sources.contains(member) && topology.indexOf(member.id()) != self) {
                sources.add(member);
            }
        }
        return sources;
    }

    /** The other owners of a slot, and those just before that are still members. */
    List<Member> likelySources(int slot) {
        List<Member> sources = new ArrayList<>();
        for (int rank = 0; rank < topology.ownerCount(slot); rank++) {
            int owner = topology.ownerIndex(slot, rank);
            if (owner != self) {
                sources.add(topology.members().get(owner));
            }
        }
        for (int rank = 0; rank < before.ownerCount(slot); rank++) {
            int index = topology.indexOf(before.members().get(before.ownerIndex(slot, rank)).id());
            if (index >= 0 && index != self && !sources.contains(topology.members().get(index))) {
                sources.add(topology.members().get(index));
            }
        }
        return sources;
    }

    /** The first {@code copies} owners of a slot but this node. */
    List<Member> othersToStore(int slot, int copies) {
        int most = Math.min(copies, topology.ownerCount(slot));
        List<Member> others = new ArrayList<>(most);
        for (int rank = 0; rank < most; rank++) {
            int owner = topology.ownerIndex(slot, rank);
            if (owner != self) {
                others.add(topology.members().get(owner));
            }
        }
        return others;
    }
}
