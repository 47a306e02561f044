package dev.gossamer.node.cli.chaos.load;

import dev.gossamer.node.cli.chaos.history.Within;
import dev.gossamer.protocol.Freshness;
import java.time.Duration;

/** How old an answer may be, as the sessions of a campaign ask it (C4). */
public enum Bound {
    /** Smaller than what most faults take to be noticed. */
    SHORT(Within.CLIENT_200_MS, Within.MEMBER_200_MS),
    /** What a read means that says nothing. */
    LONG(Within.CLIENT_1_S, Within.MEMBER_1_S);

    private final Within ofClient;
    private final Within ofMember;

    Bound(Within ofClient, Within ofMember) {
        this.ofClient = ofClient;
        this.ofMember = ofMember;
    }

    Duration time() {
        return ofClient.bound();
    }

    Freshness fresh() {
        return new Freshness.Within(time());
    }

    /** Asked of the session's own client. */
    Within ofClient() {
        return ofClient;
    }

    /** Asked of any member. */
    Within ofMember() {
        return ofMember;
    }
}
