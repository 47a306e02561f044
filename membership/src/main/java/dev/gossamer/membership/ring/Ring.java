package dev.gossamer.membership.ring;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import java.util.Arrays;
import java.util.List;

/**
 * A circle of 2^52 positions. The slots stand on it at even spaces, forever; every member stands on
 * it {@value #VIRTUAL_NODES} times, wherever the hash of its id puts it.
 *
 * <p>How far a member is from a slot is the way from the slot to the member's nearest virtual node,
 * in either direction, divided by the member's weight. To divide the way by the weight has the same
 * effect as to multiply the virtual nodes by it (twice the weight is met twice as often within the
 * same way), but costs nothing for great weights and is as even for small ones.
 */
final class Ring {
    /**
     * More of them even out small meshes; about 1.5 times as many as a member has slots is best in
     * the largest, for then a virtual node has one slot or none. docs/placement.md has the
     * measurements.
     */
    static final int VIRTUAL_NODES = 256;

    static final long SIZE = 1L << 52;
    private static final long SPACE = SIZE / Slot.COUNT;
    private static final HashFunction HASH = Hashing.murmur3_128();

    /** Where a member stands; a parameter so that a test can plant collisions. */
    interface VirtualNodes {
        long[] positions(Member member);
    }

    private final List<Member> members;
    private final long[][] positions;

    Ring(List<Member> members) {
        this(members, Ring::hashed);
    }

    Ring(List<Member> members, VirtualNodes nodes) {
        this.members = members;
        this.positions = new long[members.size()][];
        for (int m = 0; m < positions.length; m++) {
            positions[m] = nodes.positions(members.get(m)).clone();
            Arrays.sort(positions[m]);
        }
    }

    static long[] hashed(Member member) {
        long[] hashed = new long[VIRTUAL_NODES];
        for (int i = 0; i < hashed.length; i++) {
            long hash = HASH.newHasher(12).putLong(member.id().value()).putInt(i).hash().asLong();
            hashed[i] = hash & (SIZE - 1);
        }
        return hashed;
    }

    List<Member> members() {
        return members;
    }

    /** Where a slot stands. */
    static long position(int slot) {
        return slot * SPACE + SPACE / 2;
    }

    /** How far a member is from every slot: one walk around the ring. */
    void distances(int member, double[] bySlot) {
        int next = 0;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            long at = position(slot);
            while (next < positions[member].length && positions[member][next] < at) {
                next++;
            }
            bySlot[slot] = distance(member, at, next);
        }
    }

    /** How far a member is from one slot: a binary search. */
    double distance(int member, int slot) {
        long at = position(slot);
        int found = Arrays.binarySearch(positions[member], at);
        return distance(member, at, found < 0 ? -found - 1 : found);
    }

    private double distance(int member, long at, int next) {
        long[] nodes = positions[member];
        int last = nodes.length - 1;
        long ahead = next <= last ? nodes[next] - at : nodes[0] + SIZE - at;
        long behind = next > 0 ? at - nodes[next - 1] : at + SIZE - nodes[last];
        // One more, so that a quotient of two distances always exists.
        return (Math.min(ahead, behind) + 1.0) / members.get(member).weight();
    }
}
