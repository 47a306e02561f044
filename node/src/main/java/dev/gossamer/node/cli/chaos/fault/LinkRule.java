package dev.gossamer.node.cli.chaos.fault;

/** What happens to packets; members are meant by their numbers, from 0. */
public sealed interface LinkRule {
    /** All that {@code from} sends to {@code to} is dropped. */
    record Drop(int from, int to) implements LinkRule {}

    /** Some of what {@code from} sends to {@code to} is dropped, by chance. */
    record Lose(int from, int to, int percent) implements LinkRule {
        public Lose {
            if (percent < 1 || percent > 99) {
                throw new IllegalArgumentException(percent + " % is outside [1, 99]");
            }
        }
    }

    /** Whatever {@code member} sends passes at so many kilobits a second. */
    record Slow(int member, int kilobitsPerSecond) implements LinkRule {
        public Slow {
            if (kilobitsPerSecond < 8) {
                throw new IllegalArgumentException("a link slower than 8 kbit/s carries nothing");
            }
        }
    }
}
