package dev.gossamer.node.mesh;

import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * One topology, what this node is for each slot under it, and how far it has come with that: of
 * which slots it serves as the primary, and of which others it is known to hold what the primary
 * holds. A new topology is a new holding; within one, a slot only goes from not yet to done.
 *
 * <p><b>What may be relied on.</b> Who stands among the owners of a slot with its own incarnation
 * holds everything that was acknowledged in it: owners and those that copy get every write before
 * it is acknowledged, and who copies becomes an owner only after it has said that it has all. What
 * is <em>not</em> said is that it holds nothing more: an unacknowledged write may stand on some
 * owners and not on others. So a new primary makes the others like itself before it serves (its
 * takeover), and whoever else gets a new primary mirrors it.
 *
 * <p><b>What capacity takes.</b> Each member evicts for itself, so of the holders some have let go
 * of what others keep. No order of eviction, write and failover brings an older version back: (1) a
 * write or removal is stored by all holders before it is acknowledged, with a version later than
 * all they have had of its key (C1), and also where the primary has nothing any more to remove; (2)
 * a holder replaces what it has by later versions only; (3) what finds nothing at a holder is
 * either what the primary has of it, by a mirror or a takeover, or a copy on its way; and a copy
 * that a later one may have overtaken, which has been evicted since, is passed over. So every
 * holder has of each key the newest version that was acknowledged, or one that is newer, or
 * nothing. What may come back after a miss is that newest version itself.
 *
 * <p><b>Caches with fewer copies than the mesh.</b> A backup holds the caches whose replication is
 * greater than its rank. While owners are about to change ({@link Topology.Phase#COPYING}) all of
 * them hold all caches, for any may become the primary.
 *
 * <p><b>Threads.</b> Any. <b>Cost.</b> {@link #isServing}, {@link #role}: two array reads; 64 KiB.
 */
final class Holding {
    /** {@link #keptRank} of who vouches for no cache. */
    static final int NOTHING_KEPT = Integer.MAX_VALUE;

    /** Of a side of a partition that has copies of everything. Never written to. */
    private static final byte[] ALL_SEEN = new byte[Slot.COUNT];

    private final Topology topology;
    private final Member self;

    /** This node's position among the members, if they mean this run of it; else -1. */
    private final int index;

    private final int fewestCopies;
    private final Role[] roles = new Role[Slot.COUNT];

    /** See {@link #rankHere}. */
    private final short[] ranks = new short[Slot.COUNT];

    /** How many slots have each role, by its ordinal. */
    private final int[] counts = new int[Role.values().length];

    /** Set only for slots whose primary this node is. */
    private final AtomicLongArray serving = new AtomicLongArray(Slot.COUNT / Long.SIZE);

    private final AtomicLongArray mirrored = new AtomicLongArray(Slot.COUNT / Long.SIZE);

    /** Slots with a role that are neither served nor mirrored. */
    private final AtomicInteger open = new AtomicInteger();

    /** See {@link #inheritedRank}. Written before this is shown to anybody. */
    private final byte[] inherited = new byte[Slot.COUNT];

    private volatile boolean reconciles;

    /** Versions of these epochs count as written on the smaller side of a partition. */
    private final long estrangedEpochMax;

    /** The agreed epoch that this node's side of the partition stood on first. */
    private final long partedAtEpoch;

    /** See {@link #isBlind}. Written before this is shown to anybody. */
    private byte[] blind = ALL_SEEN;

    private Holding(
            Topology topology,
            Member self,
            int fewestCopies,
            long estrangedEpochMax,
            long partedAtEpoch) {
        this.topology = topology;
        this.self = self;
        this.fewestCopies = fewestCopies;
        this.estrangedEpochMax = estrangedEpochMax;
        this.partedAtEpoch = partedAtEpoch;
        int at = topology.indexOf(self.id());
        boolean sameRun = at >= 0 && topology.members().get(at).incarnation() == self.incarnation();
        this.index = sameRun ? at : -1;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            ranks[slot] = (short) topology.rankOf(slot, index);
            roles[slot] = roleOf(slot);
            counts[roles[slot].ordinal()]++;
        }
    }

    private Role roleOf(int slot) {
        if (ranks[slot] >= 0) {
            return ranks[slot] == 0 ? Role.PRIMARY : Role.BACKUP;
        }
        if (index < 0 || !topology.isOther(slot, index)) {
            return Role.NONE;
        }
        return topology.phase() == Topology.Phase.COPYING ? Role.COPYING : Role.FORMER;
    }

    /**
     * Before any topology is known.
     *
     * @param self with the incarnation of this run
     * @param fewestCopies the least that any cache wants of its entries
     */
    static Holding none(int replication, Member self, int fewestCopies) {
        return new Holding(Topology.none(replication), self, fewestCopies, Epoch.NONE, Epoch.NONE);
    }

    /**
     * What this node holds when {@code next} replaces this topology. Of what was done under this
     * one, that stays done which the very next agreed topology leaves as it is.
     */
    Holding next(Topology next) {
        long estranged = isOnASide() ? estrangedEpochMax : Epoch.NONE;
        long parted = isOnASide() ? partedAtEpoch : Epoch.agreedPart(epoch());
        Holding holding = new Holding(next, self, fewestCopies, estranged, parted);
        holding.reconciles = reconciles || topology.isProvisional();
        if (holding.reconciles) {
            holding.blind = blind;
        }
        if (next.isProvisional()) {
            holding.blind = blindAfter(next);
        }
        holding.keep(this, isDirectlyBefore(next));
        return holding;
    }

    /**
     * The same when {@code next} is of another mesh, to which the one that this node was in gives
     * way.
     *
     * @param lastEpoch of the mesh that gives way
     */
    Holding estranged(Topology next, long lastEpoch) {
        Holding holding = new Holding(next, self, fewestCopies, lastEpoch, Epoch.NONE);
        holding.reconciles = true;
        holding.keep(this, false);
        return holding;
    }

    /** For the side of a partition that {@code next} is made up for. */
    private byte[] blindAfter(Topology next) {
        byte[] after = new byte[Slot.COUNT];
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            int rank = topology.replication();
            for (int at = 0; at < topology.members().size(); at++) {
                if (next.members().contains(topology.members().get(at))) {
                    rank = Math.min(rank, heldRank(slot, at));
                }
            }
            after[slot] = (byte) Math.max(rank, isOnASide() ? blind[slot] : 0);
        }
        return after;
    }

    private boolean isOnASide() {
        return reconciles || topology.isProvisional();
    }

    /** A member has what the caches hold whose replication is greater. */
    private int heldRank(int slot, int memberIndex) {
        boolean owns = topology.rankOf(slot, memberIndex) >= 0;
        boolean former =
                topology.phase() == Topology.Phase.HANDING_OVER
                        && topology.isOther(slot, memberIndex);
        return owns || former ? Math.max(0, rankToKeep(slot, memberIndex)) : topology.replication();
    }

    private void keep(Holding before, boolean direct) {
        boolean follows = Epoch.number(epoch()) - Epoch.number(before.epoch()) <= 1;
        BitSet samePrimary = Primaries.same(before.topology, topology);
        int left = 0;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            Role role = role(slot);
            inherited[slot] = (byte) Math.min(before.keptRank(slot), Byte.MAX_VALUE);
            if (!follows && fewestCopies < topology.replication()) {
                // Under a topology in between it may have had another rank, and missed writes.
                inherited[slot] = (byte) Math.max(inherited[slot], topology.replication() - 1);
            }
            if (direct && before.staysDone(slot, this, samePrimary.get(slot))) {
                set(role == Role.PRIMARY ? serving : mirrored, slot);
            } else if (role != Role.NONE) {
                left++;
            }
        }
        open.set(left);
    }

    /** Whether nothing can have been in force between the two, and both are agreed. */
    boolean isDirectlyBefore(Topology next) {
        return index >= 0
                && !topology.isProvisional()
                && !next.isProvisional()
                && Epoch.number(next.epoch()) == Epoch.number(epoch()) + 1;
    }

    private boolean staysDone(int slot, Holding next, boolean samePrimary) {
        return switch (next.role(slot)) {
            case PRIMARY -> isServing(slot);
            case BACKUP, COPYING, FORMER ->
                    isMirrored(slot) && samePrimary && keptRank(slot) <= next.rankToKeep(slot);
            case NONE -> false;
        };
    }

    /** Before this is shown to anybody: what an earlier run held counts, if it follows directly. */
    void inherit(Past past) {
        if (past.returning().isDirectlyBefore(topology)) {
            System.arraycopy(past.ranks(), 0, inherited, 0, Slot.COUNT);
        }
    }

    Topology topology() {
        return topology;
    }

    long epoch() {
        return topology.epoch();
    }

    /** Whether this run of this node is a member. */
    boolean isMember() {
        return index >= 0;
    }

    Role role(int slot) {
        return roles[slot];
    }

    boolean isPrimary(int slot) {
        return role(slot) == Role.PRIMARY;
    }

    /** 0 for the primary, 1 and on for backups, -1 for no owner. */
    int rankHere(int slot) {
        return ranks[slot];
    }

    /** Whether this node is the slot's primary and has taken it over. */
    boolean isServing(int slot) {
        return isSet(serving, slot);
    }

    void markServing(int slot) {
        mark(serving, slot, isPrimary(slot));
    }

    /** Whether this node, not the primary, holds what the primary holds. */
    boolean isMirrored(int slot) {
        return isSet(mirrored, slot);
    }

    void markMirrored(int slot) {
        mark(mirrored, slot, !isPrimary(slot) && role(slot) != Role.NONE);
    }

    /** Whether this node holds the slot, and just as the primary does. */
    boolean isDone(int slot) {
        return isServing(slot) || isMirrored(slot);
    }

    private void mark(AtomicLongArray done, int slot, boolean fits) {
        if (!fits) {
            throw new IllegalStateException("slot " + slot + " is for this node " + role(slot));
        }
        if (set(done, slot)) {
            open.decrementAndGet();
        }
    }

    private static boolean set(AtomicLongArray bits, int slot) {
        long bit = 1L << slot;
        return (bits.getAndAccumulate(slot >>> 6, bit, (word, one) -> word | one) & bit) == 0;
    }

    private static boolean isSet(AtomicLongArray bits, int slot) {
        return (bits.get(slot >>> 6) & (1L << slot)) != 0;
    }

    /** Whether this node may answer from what it has of the slot, whatever its age. */
    boolean holds(int slot) {
        return switch (role(slot)) {
            case PRIMARY, BACKUP, FORMER -> true;
            case COPYING -> isMirrored(slot);
            case NONE -> false;
        };
    }

    /**
     * Whether a read is answered from what this node has, as far as the topology goes; the lease is
     * another matter.
     *
     * @param replication of the key's cache
     */
    boolean answers(int slot, Freshness freshness, int replication) {
        if (!(freshness instanceof Freshness.Any)) {
            return isServing(slot);
        }
        return holds(slot) && (role(slot) != Role.BACKUP || rankHere(slot) < replication);
    }

    /** Primary of it, and not serving yet. */
    List<Integer> toTakeOver() {
        return slots(slot -> isPrimary(slot) && !isServing(slot));
    }

    /** Backup or other of it, and not known to hold what the primary holds. */
    List<Integer> toMirror() {
        return slots(slot -> role(slot) != Role.NONE && !isPrimary(slot) && !isMirrored(slot));
    }

    List<Integer> backedUp() {
        return slots(slot -> role(slot) == Role.BACKUP);
    }

    private static List<Integer> slots(IntPredicate which) {
        return IntStream.range(0, Slot.COUNT).filter(which).boxed().toList();
    }

    /** Whether everything that this epoch asks of this node is done. */
    boolean isSynced() {
        return open.get() == 0 && !reconciles;
    }

    int openCount() {
        return open.get();
    }

    /**
     * Whether this node comes from a provisional topology and has to offer what was written under
     * it to the primaries, before it mirrors them.
     */
    boolean mustReconcile() {
        return reconciles;
    }

    void markReconciled() {
        reconciles = false;
    }

    /**
     * Whether what has this version is to be offered then: what came of partitions before this one
     * is known to all.
     */
    boolean mustOffer(Version version) {
        long epoch = version.epoch();
        return (Epoch.isProvisional(epoch) && epoch > partedAtEpoch) || epoch <= estrangedEpochMax;
    }

    /**
     * Whether this node's side of a partition had no copy of what was there before it, so that
     * nobody who wrote there can have known of it.
     *
     * @param replication of the cache
     */
    boolean isBlind(int slot, int replication) {
        return replication <= blind[slot];
    }

    /**
     * The caches that this node is to hold of the slot: those whose replication is greater. 0 means
     * all of them.
     */
    int rankToKeep(int slot) {
        return rankToKeepAt(ranks[slot]);
    }

    /** The same for any member that holds the slot, by its position in the topology. */
    int rankToKeep(int slot, int memberIndex) {
        return rankToKeepAt(topology.rankOf(slot, memberIndex));
    }

    private int rankToKeepAt(int rank) {
        return rank < fewestCopies || topology.phase() == Topology.Phase.COPYING ? 0 : rank;
    }

    /**
     * The caches that this node held whole of the slot when this topology came into force: those
     * whose replication is greater.
     */
    int inheritedRank(int slot) {
        return inherited[slot] == Byte.MAX_VALUE ? NOTHING_KEPT : inherited[slot];
    }

    /**
     * The caches that this node has held whole of the slot all the while: those whose replication
     * is greater.
     */
    int keptRank(int slot) {
        return switch (role(slot)) {
            case PRIMARY -> 0;
            case FORMER -> isMirrored(slot) ? 0 : inheritedRank(slot);
            case BACKUP -> {
                int rank = rankToKeep(slot);
                yield isMirrored(slot) ? rank : Math.max(rank, inheritedRank(slot));
            }
            case COPYING -> isMirrored(slot) ? 0 : NOTHING_KEPT;
            case NONE -> NOTHING_KEPT;
        };
    }

    /** All members but this one. */
    List<Member> others() {
        return topology.members().stream().filter(each -> !each.id().equals(self.id())).toList();
    }

    /** The other members that hold everything of the slot: owners, and former ones. */
    List<Member> coOwners(int slot) {
        List<Member> found = new ArrayList<>(topology.ownerCount(slot));
        addOwners(slot, topology.ownerCount(slot), found);
        if (topology.phase() == Topology.Phase.HANDING_OVER) {
            addOthers(slot, found);
        }
        return found;
    }

    /**
     * The other members that must store a write of a cache of so many copies before it is
     * acknowledged.
     */
    List<Member> targets(int slot, int replication) {
        boolean all = topology.phase() == Topology.Phase.COPYING;
        int owners = Math.min(all ? Integer.MAX_VALUE : replication, topology.ownerCount(slot));
        List<Member> found = new ArrayList<>(owners);
        addOwners(slot, owners, found);
        addOthers(slot, found);
        return found;
    }

    /** The other members without which a request for the slot cannot go on, where it cannot. */
    List<Member> waitsFor(int slot) {
        if (topology.ownerCount(slot) == 0) {
            return List.of();
        }
        return isPrimary(slot)
                ? targets(slot, topology.replication())
                : List.of(topology.primary(slot));
    }

    /** Whether {@link #targets} is empty. */
    boolean isAlone(int slot, int replication) {
        if (topology.members().size() == 1 && index == 0) {
            return true;
        }
        int owners = topology.ownerCount(slot);
        boolean copying = topology.phase() == Topology.Phase.COPYING;
        boolean single = owners <= 1 || (replication <= 1 && !copying);
        return single && topology.otherCount(slot) == 0;
    }

    private void addOwners(int slot, int count, List<Member> into) {
        for (int rank = 0; rank < count; rank++) {
            add(topology.ownerIndex(slot, rank), into);
        }
    }

    private void addOthers(int slot, List<Member> into) {
        for (int at = 0; at < topology.otherCount(slot); at++) {
            add(topology.otherIndex(slot, at), into);
        }
    }

    private void add(int memberIndex, List<Member> into) {
        if (memberIndex != index) {
            into.add(topology.members().get(memberIndex));
        }
    }

    int count(Role role) {
        return counts[role.ordinal()];
    }

    /** Why a request for a slot of which this node is the primary must wait. */
    String whyNotServing(int slot) {
        return isServing(slot)
                ? "this node holds no lease: it does not reach a majority of the members"
                : "this node is taking the slot over in epoch " + Epoch.text(epoch());
    }
}
