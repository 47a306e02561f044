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
    private final long epoch;
    private final int replication;
    private final List<Member> members;
    private final int ownersPerSlot;

    /**
     * Indexes into {@link #members}: those of slot s stand at [s × ownersPerSlot, (s + 1) ×
     * ownersPerSlot).
     */
    private final short[] owners;

    /**
     * @param epoch greater than that of every topology before
     * @param replication how many copies are wanted; fewer exist while there are fewer members
     * @param members in ascending order of their ids; at most 32,767
     * @param owners per slot the indexes of its owners in {@code members}, primary first, without
     *     repetition: for every slot {@code min(replication, members.size())} of them
     */
    public Topology(long epoch, int replication, List<Member> members, short[][] owners) {
        this.epoch = epoch;
        this.replication = replication;
        this.members = List.copyOf(members);
        this.ownersPerSlot = Math.min(replication, members.size());
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
        if (owners.length != Slot.COUNT) {
            throw new IllegalArgumentException(owners.length + " slots given, not " + Slot.COUNT);
        }
        this.owners = new short[Slot.COUNT * ownersPerSlot];
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            copyOwners(slot, owners[slot]);
        }
    }

    private void copyOwners(int slot, short[] ofSlot) {
        if (ofSlot.length != ownersPerSlot) {
            throw new IllegalArgumentException(
                    "slot " + slot + " has " + ofSlot.length + " owners, not " + ownersPerSlot);
        }
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
        System.arraycopy(ofSlot, 0, owners, slot * ownersPerSlot, ownersPerSlot);
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

    /**
     * How many owners each slot has: the replication, or the number of members when that is
     * smaller.
     */
    public int ownersPerSlot() {
        return ownersPerSlot;
    }

    /** The index in {@link #members} of the {@code rank}th owner (0 is the primary) of a slot. */
    public int ownerIndex(int slot, int rank) {
        return owners[slot * ownersPerSlot + rank];
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
        List<Member> found = new ArrayList<>(ownersPerSlot);
        for (int rank = 0; rank < ownersPerSlot; rank++) {
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
        for (int rank = 0; rank < ownersPerSlot; rank++) {
            if (ownerIndex(slot, rank) == memberIndex) {
                return rank;
            }
        }
        return -1;
    }

    /** How many slots each member is primary of, by its index in {@link #members}. */
    public int[] primariesPerMember() {
        int[] count = new int[members.size()];
        if (ownersPerSlot > 0) {
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
        if (ownersPerSlot == 0) {
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

    private boolean sameOwners(int slot, int other) {
        int a = slot * ownersPerSlot;
        int b = other * ownersPerSlot;
        return Arrays.equals(owners, a, a + ownersPerSlot, owners, b, b + ownersPerSlot);
    }

    /** Slots {@code first} to {@code last}, both included, and their owners, primary first. */
    public record SlotRange(int first, int last, List<Member> owners) {
        public SlotRange {
            owners = List.copyOf(owners);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Topology that
                && epoch == that.epoch
                && replication == that.replication
                && members.equals(that.members)
                && Arrays.equals(owners, that.owners);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(epoch) * 31 + members.hashCode();
    }

    @Override
    public String toString() {
        return "topology of epoch " + epoch + " with " + members.size() + " members";
    }
}
