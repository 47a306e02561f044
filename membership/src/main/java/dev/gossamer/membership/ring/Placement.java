package dev.gossamer.membership.ring;

import dev.gossamer.protocol.Member;
import java.util.List;

/** Places the slots on the ring of the members. */
public final class Placement {
    private Placement() {}

    /**
     * The owners of every slot, primary first, as indexes into {@code members}.
     *
     * @param members in ascending order of their ids
     */
    public static short[][] place(List<Member> members, int replication) {
        return new short[dev.gossamer.protocol.Slot.COUNT][Math.min(replication, members.size())];
    }
}
