package dev.gossamer.protocol;

import java.time.Duration;

/** How fresh a read must be (C4). */
public sealed interface Freshness {
    /** Answered by the slot's primary while it holds its authority. */
    record Latest() implements Freshness {}

    /**
     * May be answered by a near copy while its origin's watermark is younger than {@code bound}.
     */
    record Within(Duration bound) implements Freshness {
        public Within {
            if (bound.isNegative()) {
                throw new IllegalArgumentException("freshness bound " + bound + " is negative");
            }
        }
    }

    /** Whatever is at hand. */
    record Any() implements Freshness {}

    Freshness LATEST = new Latest();
    Freshness ANY = new Any();

    /** What a read means that says nothing. */
    Freshness DEFAULT = new Within(Duration.ofSeconds(1));
}
