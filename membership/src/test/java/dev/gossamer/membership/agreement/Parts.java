package dev.gossamer.membership.agreement;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;

/** What members are made of; swapped for something broken to see whether that is noticed. */
record Parts(
        Function<AcceptorState, Acceptor> acceptor,
        BiFunction<MemberId, SplittableRandom, Proposer> proposer) {
    static final Parts RIGHT =
            new Parts(
                    state -> new Acceptor(World.SETTINGS, state),
                    (self, random) -> new Proposer(self, World.SETTINGS, random));

    /** Cheap, and with other primaries whenever the members change. */
    static short[][] place(List<Member> members, int replication) {
        int size = members.size();
        short[][] placed = new short[Slot.COUNT][];
        short[][] kinds = new short[size][Math.min(replication, size)];
        for (int kind = 0; kind < size; kind++) {
            for (int copy = 0; copy < kinds[kind].length; copy++) {
                kinds[kind][copy] = (short) ((kind + copy) % size);
            }
        }
        for (int slot = 0; slot < placed.length; slot++) {
            placed[slot] = kinds[slot % size];
        }
        return placed;
    }
}
