package dev.gossamer.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Who owns what: an immutable snapshot, the same on every member and client that knows its epoch.
 * Take one per request and pass it down.
 *
 * <p><b>Cost.</b> Lookups by slot are array reads and allocate nothing. The table is 16,384 ×
 * replication shorts.
 */
public final class Topology {
    private static final short NOBODY = -1;
    private static final short[] NONE = {};

    /**
     * How far the change from one set of owners to the next has come (architecture.md, decision 8).
     */
    public enum Phase {
        /** Nothing changes. */
        STEADY,
        /** The owners are the old ones that are left; the others copy, and get every write. */
        COPYING,
        /** The owners are the new ones; the others were owners, and still get every write. */
        HANDING_OVER
    }

    private final long epoch;
    private final int replication;
    private final List<Member> members;
    private final Phase phase;

    /** The most owners that a slot has. */
    private final int width;

    /**
     * Indexes into {@link #members}: those of slot s from s × width on, filled up with {@link
     * #NOBODY}.
     */
    private final short[] owners;

    private final short[][] others;

    /**
     * A topology in which nothing changes.
     *
     * @param epoch greater than that of every topology before
     * @param replication how many copies are wanted; fewer exist while there are fewer members
     * @param members in ascending order of their ids; at most 32,767
     * @param owners per slot the indexes of its owners in {@code members}, primary first, without
     *     repetition: at least one and at most {@code replication}, or none where there are no
     *     members
     */
    public Topology(long epoch, int replication, List<Member> members, short[][] owners) {
        this(epoch, replication, members, Phase.STEADY, owners, new short[0][]);
    }

    /**
     * @param others per slot the indexes of members that are no owners and get every write; empty
     *     in {@link Phase#STEADY}
     */
    public Topology(
            long epoch,
            int replication,
            List<Member> members,
            Phase phase,
            short[][] owners,
            short[][] others) {
        this.epoch = epoch;
        this.replication = replication;
        this.members = List.copyOf(members);
        this.phase = phase;
        if (epoch < 0 || replication < 1 || members.size() > Short.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "epoch "
                            + epoch
                            + ", replication "
                            + replication
                            + " or "
                            + members.size()
                            + " members out of range");
        }
        checkSorted(this.members);
        checkSlots(owners.length);
        this.width = widest(owners);
        this.owners = new short[Slot.COUNT * width];
        Arrays.fill(this.owners, NOBODY);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            checkOwners(slot, owners[slot]);
            for (int rank = 0; rank < owners[slot].length; rank++) {
                this.owners[slot * width + rank] = owners[slot][rank];
            }
        }
        this.others = phase == Phase.STEADY ? new short[0][] : copyOthers(others);
    }

    private static int widest(short[][] owners) {
        int widest = 0;
        for (short[] each : owners) {
            widest = Math.max(widest, each.length);
        }
        return widest;
    }

    private static void checkSlots(int count) {
        if (count != Slot.COUNT) {
            throw new IllegalArgumentException(count + " slots given, not " + Slot.COUNT);
        }
    }

    private void checkOwners(int slot, short[] ofSlot) {
        int least = members.isEmpty() ? 0 : 1;
        int most = Math.min(replication, members.size());
        if (ofSlot.length < least || ofSlot.length > most) {
            throw new IllegalArgumentException(
                    "slot "
                            + slot
                            + " has "
                            + ofSlot.length
                            + " owners, outside ["
                            + least
                            + ", "
                            + most
                            + "]");
        }
        checkDistinct(slot, ofSlot);
    }

    private void checkDistinct(int slot, short[] ofSlot) {
        for (int i = 0; i < ofSlot.length; i++) {
            short owner = ofSlot[i];
            if (owner < 0 || owner >= members.size()) {
                throw new IllegalArgumentException(
                        "slot " + slot + " names member " + owner + " of " + members.size());
            }
            for (int j = 0; j < i; j++) {
                if (ofSlot[j] == owner) {
                    throw new IllegalArgumentException(
                            "slot " + slot + " names member " + owner + " twice");
                }
            }
        }
    }

    private short[][] copyOthers(short[][] given) {
        checkSlots(given.length);
        short[][] copy = new short[Slot.COUNT][];
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            checkDistinct(slot, given[slot]);
            for (short other : given[slot]) {
                if (rankOf(slot, other) >= 0) {
                    throw new IllegalArgumentException(
                            "slot " + slot + " names owner " + other + " among the others");
                }
            }
            copy[slot] = given[slot].length == 0 ? NONE : given[slot].clone();
        }
        return copy;
    }

    private static void checkSorted(List<Member> members) {
        for (int i = 1; i < members.size(); i++) {
            if (members.get(i - 1).compareTo(members.get(i)) >= 0) {
                throw new IllegalArgumentException(
                        "members are not in ascending order of their ids");
            }
        }
    }

    /** The topology before any was learned: epoch 0, nobody owns anything. */
    public static Topology none(int replication) {
        return new Topology(0, replication, List.of(), new short[Slot.COUNT][0]);
    }

    public long epoch() {
        return epoch;
    }

    /** How many copies are wanted. */
    public int replication() {
        return replication;
    }

    /** In ascending order of their ids. */
    public List<Member> members() {
        return members;
    }

    public Phase phase() {
        return phase;
    }

    /** Whether the minority of a partition made it up for itself; see {@link Epoch}. */
    public boolean isProvisional() {
        return Epoch.isProvisional(epoch);
    }

    /** How many owners a slot has: fewer than wanted while copies of it are missing. */
    public int ownerCount(int slot) {
        // Nearly all slots have the most: so from the end.
        int first = slot * width;
        int end = first + width;
        while (end > first && owners[end - 1] == NOBODY) {
            end--;
        }
        return end - first;
    }

    /** How many members beside the owners get every write of a slot. */
    public int otherCount(int slot) {
        return others.length == 0 ? 0 : others[slot].length;
    }

    /** The index in {@link #members} of one of them, from 0 on. */
    public int otherIndex(int slot, int at) {
        return others[slot][at];
    }

    /** Whether the member at {@code memberIndex} is one of them. */
    public boolean isOther(int slot, int memberIndex) {
        for (int at = 0; at < otherCount(slot); at++) {
            if (others[slot][at] == memberIndex) {
                return true;
            }
        }
        return false;
    }

    /** The index in {@link #members} of the {@code rank}th owner (0 is the primary) of a slot. */
    public int ownerIndex(int slot, int rank) {
        return owners[slot * width + rank];
    }

    public boolean isEmpty() {
        return members.isEmpty();
    }

    /**
     * @throws IndexOutOfBoundsException when the topology is empty
     */
    public Member primary(int slot) {
        return members.get(ownerIndex(slot, 0));
    }

    /** All owners of a slot, primary first. */
    public List<Member> owners(int slot) {
        List<Member> found = new ArrayList<>(width);
        for (int rank = 0; rank < ownerCount(slot); rank++) {
            found.add(members.get(ownerIndex(slot, rank)));
        }
        return found;
    }

    /** This member's position in {@link #members}, or -1. */
    public int indexOf(MemberId id) {
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).id().equals(id)) {
                return i;
            }
        }
        return -1;
    }

    public Optional<Member> member(MemberId id) {
        int index = indexOf(id);
        return index < 0 ? Optional.empty() : Optional.of(members.get(index));
    }

    /**
     * The rank of the member at {@code memberIndex} among the owners of a slot: 0 for the primary,
     * -1 for none.
     */
    public int rankOf(int slot, int memberIndex) {
        if (memberIndex < 0) {
            return -1;
        }
        int first = slot * width;
        for (int at = first; at < first + width; at++) {
            if (owners[at] == memberIndex) {
                return at - first;
            }
        }
        return -1;
    }

    /** How many slots each member is primary of, by its index in {@link #members}. */
    public int[] primariesPerMember() {
        int[] count = new int[members.size()];
        if (width > 0) {
            for (int slot = 0; slot < Slot.COUNT; slot++) {
                count[ownerIndex(slot, 0)]++;
            }
        }
        return count;
    }

    /** Whichever of the two is later; ties keep {@code this}, so that merging is idempotent. */
    public Topology latest(Topology other) {
        return other.epoch > epoch ? other : this;
    }

    /**
     * Runs of neighbouring slots with the same owners, in ascending order: what CLUSTER SLOTS
     * lists.
     */
    public List<SlotRange> ranges() {
        List<SlotRange> ranges = new ArrayList<>();
        if (width == 0) {
            return ranges;
        }
        int first = 0;
        for (int slot = 1; slot <= Slot.COUNT; slot++) {
            if (slot == Slot.COUNT || !sameOwners(first, slot)) {
                ranges.add(new SlotRange(first, slot - 1, owners(first)));
                first = slot;
            }
        }
        return ranges;
    }

    /** Whether two slots have the same owners in the same order. */
    public boolean sameOwners(int slot, int other) {
        int a = slot * width;
        int b = other * width;
        return Arrays.equals(owners, a, a + width, owners, b, b + width);
    }

    /** Slots {@code first} to {@code last}, both included, and their owners, primary first. */
    public record SlotRange(int first, int last, List<Member> owners) {
        public SlotRange {
            owners = List.copyOf(owners);
        }
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Topology that
                        && epoch == that.epoch
                        && replication == that.replication
                        && phase == that.phase
                        && members.equals(that.members)
                        && Arrays.equals(owners, that.owners)
                        && Arrays.deepEquals(others, that.others));
    }

    @Override
    public int hashCode() {
        return Long.hashCode(epoch) * 31 + members.hashCode();
    }

    @Override
    public String toString() {
        return "topology of epoch " + Epoch.text(epoch) + " with " + members.size() + " members";
    }
}
