package dev.gossamer.membership.agreement;

import dev.gossamer.protocol.MemberId;
import java.util.Comparator;

/** Orders the attempts to have one topology agreed on; no two proposers share a ballot. */
public record Ballot(long round, MemberId proposer) implements Comparable<Ballot> {
    static final Ballot NONE = new Ballot(0, new MemberId(0));
    private static final Comparator<Ballot> LATEST_LAST =
            Comparator.comparingLong(Ballot::round).thenComparing(Ballot::proposer);

    public Ballot {
        if (round < 0) {
            throw new IllegalArgumentException("ballot round " + round + " is negative");
        }
    }

    @Override
    public int compareTo(Ballot other) {
        return LATEST_LAST.compare(this, other);
    }
}
