package dev.gossamer.node.mesh;

import dev.gossamer.membership.agreement.Returning;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What an earlier run of this member's process held, and wrote down, when it last completed
 * something: under which topology, and which caches of each slot it had whole. A run that comes
 * back with the content of its disk inherits that, if the first topology that names it directly
 * follows ({@link Returning}); else what is on its disk is content like any other that may be old:
 * compared with the primary's when the slot is copied, or dropped when there is nobody to compare
 * it with (C8).
 *
 * <p><b>Nothing here is ever more than the truth.</b> Within one topology a member comes to hold
 * more and never less, so what was written down before holds still; under a later one it counts for
 * nothing, or for what that topology leaves of it. What is written down late or never therefore
 * costs copies, and no promise. The one thing that must come in this order is that the content is
 * on the disk before it is said to be there: see {@link Notary#keep}.
 *
 * <p><b>Age proves nothing and disproves nothing.</b> A mesh that was switched off for a month has
 * missed no write: the next topology directly follows. One that went on without this member has
 * another topology since.
 *
 * <p>Immutable. 16 KiB.
 *
 * @param rules a digest of how many copies each cache wanted: a rank means other caches under
 *     others
 * @param ranks for each slot {@link Holding#keptRank}, {@link Byte#MAX_VALUE} for nothing. Never
 *     written to
 */
public record Past(Returning returning, long rules, byte[] ranks) {
    static final byte NOTHING = Byte.MAX_VALUE;

    /** Of a member that was never here, or lost its disk. */
    public static final Past NONE = new Past(Returning.NONE, 0, nothing());

    public Past {
        if (ranks.length != Slot.COUNT) {
            throw new IllegalArgumentException("ranks of " + ranks.length + " slots");
        }
        for (byte rank : ranks) {
            if (rank < 0) {
                throw new IllegalArgumentException("rank " + rank);
            }
        }
    }

    private static byte[] nothing() {
        byte[] ranks = new byte[Slot.COUNT];
        Arrays.fill(ranks, NOTHING);
        return ranks;
    }

    /** What there is to be told of a topology, an agreed one that names this run. */
    static Past of(Holding holding, Member self, long rules) {
        byte[] ranks = new byte[Slot.COUNT];
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            ranks[slot] = (byte) Math.min(holding.keptRank(slot), NOTHING);
        }
        return new Past(new Returning(holding.epoch(), self.incarnation()), rules, ranks);
    }

    /** What the rules of {@link #rules} are for these caches. */
    static long rulesOf(List<CacheSettings> caches, int replication) {
        String text =
                caches.stream()
                        .sorted(Comparator.comparing(CacheSettings::name))
                        .map(cache -> cache.name() + '=' + cache.replication())
                        .toList()
                        .toString();
        return KeyHash.of(Bytes.utf8(replication + text));
    }

    /** The same where the rules are still these; else nothing. */
    Past under(long present) {
        return rules == present ? this : NONE;
    }

    /**
     * What is left of it under a topology that was agreed on and names the run of this, which is
     * over by now.
     *
     * @param self in any run
     */
    Past through(Topology next, Member self, int fewestCopies) {
        Returning after = returning.through(next, self.id());
        if (!after.isKnown() || after.equals(returning)) {
            return after.isKnown() ? this : NONE;
        }
        Member earlier = self.withIncarnation(returning.incarnation());
        Holding holding = Holding.none(next.replication(), earlier, fewestCopies).next(next);
        byte[] left = new byte[Slot.COUNT];
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            left[slot] = (byte) left(holding, slot);
        }
        return new Past(after, rules, left);
    }

    private int left(Holding holding, int slot) {
        return switch (holding.role(slot)) {
            // An owner gets every write of what it is to hold, and had it all before.
            case PRIMARY, BACKUP ->
                    ranks[slot] == NOTHING
                            ? NOTHING
                            : Math.max(ranks[slot], holding.rankToKeep(slot));
            case FORMER -> ranks[slot];
            case COPYING, NONE -> NOTHING;
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Past(var from, var theirRules, var theirs)
                && from.equals(returning)
                && theirRules == rules
                && Arrays.equals(theirs, ranks);
    }

    @Override
    public int hashCode() {
        return 31 * returning.hashCode() + Arrays.hashCode(ranks);
    }

    @Override
    public String toString() {
        int kept = 0;
        for (byte rank : ranks) {
            kept += rank == NOTHING ? 0 : 1;
        }
        return returning + " with " + kept + " slots";
    }
}
