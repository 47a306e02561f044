package dev.gossamer.gossip;

import java.time.Duration;

/**
 * How eagerly members tell one another their facts.
 *
 * <p>News reaches n members in about log(n) / log(1 + 2 × fanout) rounds. Each round costs a member
 * {@code fanout} exchanges of three messages, the first of {@code 6 + 24 × n} bytes.
 *
 * @param interval from one round to the next; whoever drives the machine sends it {@link
 *     Gossip.Event.RoundStarted} this often. Smaller: news is older for less long, traffic rises in
 *     proportion. Default 200 ms.
 * @param fanout how many members a round exchanges digests with, drawn anew each round. More: fewer
 *     rounds until all know, traffic rises in proportion. Default 2.
 * @param pushFanout how many members hear of a changed fact at once, before the next round. 0
 *     leaves all to the rounds. Default 3.
 * @param pushesPerRoundMax how many changes between two rounds are pushed; later ones wait for the
 *     round, so that a fact that changes in a tight loop floods nobody. Default 8.
 * @param messageBytesMax no message is larger; what does not fit goes with a later one. Between
 *     {@value #MESSAGE_BYTES_MIN} (so that any single fact fits) and {@value #MESSAGE_BYTES_LIMIT}.
 *     Default 32 KiB.
 */
public record GossipSettings(
        Duration interval, int fanout, int pushFanout, int pushesPerRoundMax, int messageBytesMax) {
    public static final int MESSAGE_BYTES_MIN = 8 * 1024;
    public static final int MESSAGE_BYTES_LIMIT = 16 * 1024 * 1024;
    public static final GossipSettings DEFAULT =
            new GossipSettings(Duration.ofMillis(200), 2, 3, 8, 32 * 1024);

    private static final int FANOUT_MAX = 100;
    private static final int PUSHES_MAX = 10_000;

    public GossipSettings {
        if (interval.compareTo(Duration.ofMillis(1)) < 0
                || interval.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(
                    "gossip interval " + interval + " is outside [1 ms, 1 h]");
        }
        check("fanout", fanout, 1, FANOUT_MAX);
        check("push fanout", pushFanout, 0, FANOUT_MAX);
        check("pushes per round", pushesPerRoundMax, 0, PUSHES_MAX);
        check("message bytes", messageBytesMax, MESSAGE_BYTES_MIN, MESSAGE_BYTES_LIMIT);
    }

    private static void check(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "gossip " + what + " " + value + " is outside [" + min + ", " + max + "]");
        }
    }
}
