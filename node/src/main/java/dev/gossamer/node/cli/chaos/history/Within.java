package dev.gossamer.node.cli.chaos.history;

import java.time.Duration;

/**
 * How old the answer to a read may be (C4), and who was asked: the caller's own client, which keeps
 * its session (C3) and perhaps copies of its own, or a member that owns the key or does not, and
 * knows of no session.
 */
public enum Within {
    CLIENT_200_MS(200, Via.CLIENT),
    CLIENT_1_S(1_000, Via.CLIENT),
    MEMBER_200_MS(200, Via.ANY_MEMBER),
    MEMBER_1_S(1_000, Via.ANY_MEMBER);

    /** Who was asked. */
    public enum Via {
        CLIENT,
        ANY_MEMBER
    }

    private final long millis;
    private final Via via;

    Within(long millis, Via via) {
        this.millis = millis;
        this.via = via;
    }

    /** What the answer must be younger than. */
    public Duration bound() {
        return Duration.ofMillis(millis);
    }

    /** Who was asked. */
    public Via via() {
        return via;
    }
}
