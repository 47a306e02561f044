package dev.gossamer.node.store;

/** Lets tests of other packages ask whether a quiet tier agrees with itself. */
public final class TierInvariants {
    private TierInvariants() {}

    /**
     * @throws IllegalStateException when map, index, counts and bytes differ
     */
    public static void check(MemoryTier tier) {
        tier.check();
    }
}
