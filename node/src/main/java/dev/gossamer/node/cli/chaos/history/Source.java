package dev.gossamer.node.cli.chaos.history;

/**
 * Where a value was found, as the answer says it.
 *
 * @param ageMillis it was certainly current so long before it was found, rounded up; 0 where its
 *     owner was asked
 */
public record Source(Tier tier, long ageMillis) {
    /** What the tiers are called in answers. */
    public enum Tier {
        /** The client that asks. */
        L0,
        /** The memory of the member that was asked. */
        L1,
        /** Another member. */
        L3
    }

    /** Who has spoken. */
    public enum Speaker {
        /** A copy in the client. */
        L0,
        /** A copy in a member that does not own the key. */
        NEAR_COPY,
        /** The key's primary. */
        OWNER
    }

    /** The member that was asked owns the key. */
    public static final Source OWNER = new Source(Tier.L1, 0);

    /** It has asked the owner. */
    private static final Source FORWARDED = new Source(Tier.L3, 0);

    public Source {
        if (ageMillis < 0) {
            throw new IllegalArgumentException("an age of " + ageMillis + " ms is negative");
        }
    }

    /** One object for all that owners answer: a history holds many. */
    public static Source of(Tier tier, long ageMillis) {
        if (ageMillis == 0 && tier != Tier.L0) {
            return tier == Tier.L1 ? OWNER : FORWARDED;
        }
        return new Source(tier, ageMillis);
    }

    /** A copy on a member is of some age always, what a member owns of none. */
    public Speaker speaker() {
        return switch (tier) {
            case L0 -> Speaker.L0;
            case L1 -> ageMillis > 0 ? Speaker.NEAR_COPY : Speaker.OWNER;
            case L3 -> Speaker.OWNER;
        };
    }
}
