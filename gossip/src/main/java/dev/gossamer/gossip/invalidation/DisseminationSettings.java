package dev.gossamer.gossip.invalidation;

import java.time.Duration;

/**
 * How invalidations travel.
 *
 * @param window a member sends a peer at most one message in this time; a first one leaves at once.
 *     Longer: fewer messages under load, news is later by up to this at each of the 1 to 4 steps.
 *     Default 2 ms.
 * @param heartbeat an origin says this often how far its log goes and what time it has. Longer: a
 *     loss of the last message is noticed later, near copies prove less. At most 100 ms (C4).
 *     Default 50 ms.
 * @param watermarkDelay in views too large for a star, members that relay heartbeats collect them
 *     this long. Longer: fewer messages, watermarks are older by up to this at each step. Default 5
 *     ms.
 * @param starMax views of at most so many others are told by the origin itself. Default 11.
 * @param fanout how many members each tells in larger views. More: fewer steps, more messages per
 *     window from one member. Default 16.
 * @param lazyLinks how many peers each member tells how far it is, whenever it got further. More:
 *     losses are noticed sooner and more surely, more small messages. Default 3.
 * @param grace how long one that finds itself behind waits for the news to come by itself. Longer:
 *     less comes twice, losses are repaired later. Default 1 ms.
 * @param askAgain after this without an answer the next peer is asked; after three in vain, later,
 *     up to four times this. Default 5 ms.
 * @param digest this often one random peer is told how far this member is with everyone. Default 1
 *     s.
 * @param messageBytesMax no message is larger; the rest goes with the next. Default 32 KiB.
 * @param receivedBytesMax for the invalidations kept of all other members together, which get equal
 *     shares. More: longer gaps can be replayed, and more slow reads kept as near copies. Default
 *     64 MiB.
 * @param forgetAfter what is known of a member is kept this long after it left the view. Default 10
 *     min.
 * @param driftPpm by how many millionths two members' monotonic clocks may differ in speed. Larger:
 *     ages that are proved are greater. Default 500.
 */
public record DisseminationSettings(
        Duration window,
        Duration heartbeat,
        Duration watermarkDelay,
        int starMax,
        int fanout,
        int lazyLinks,
        Duration grace,
        Duration askAgain,
        Duration digest,
        int messageBytesMax,
        long receivedBytesMax,
        Duration forgetAfter,
        int driftPpm) {
    public static final int MESSAGE_BYTES_MIN = 4 * 1024;
    public static final int MESSAGE_BYTES_LIMIT = 16 * 1024 * 1024;
    public static final long RECEIVED_BYTES_MIN = 64 * 1024;
    public static final DisseminationSettings DEFAULT =
            new DisseminationSettings(
                    Duration.ofMillis(2),
                    Duration.ofMillis(50),
                    Duration.ofMillis(5),
                    11,
                    16,
                    3,
                    Duration.ofMillis(1),
                    Duration.ofMillis(5),
                    Duration.ofSeconds(1),
                    32 * 1024,
                    64L * 1024 * 1024,
                    Duration.ofMinutes(10),
                    500);

    private static final int MILLION = 1_000_000;
    private static final int LINKS_MAX = 100;

    public DisseminationSettings {
        check("window", window, Duration.ZERO, Duration.ofSeconds(1));
        check("heartbeat", heartbeat, Duration.ofMillis(1), Duration.ofMillis(100));
        check("watermark delay", watermarkDelay, Duration.ZERO, Duration.ofSeconds(1));
        check("star", starMax, 1, 10_000);
        check("fanout", fanout, 2, 1_000);
        check("lazy links", lazyLinks, 1, LINKS_MAX);
        check("grace", grace, Duration.ZERO, Duration.ofSeconds(1));
        check("time to ask again", askAgain, Duration.ofMillis(1), Duration.ofSeconds(10));
        check("digest interval", digest, Duration.ofMillis(10), Duration.ofMinutes(10));
        check("message bytes", messageBytesMax, MESSAGE_BYTES_MIN, MESSAGE_BYTES_LIMIT);
        check("received bytes", receivedBytesMax, RECEIVED_BYTES_MIN, Long.MAX_VALUE);
        check("time to forget", forgetAfter, Duration.ofSeconds(1), Duration.ofDays(1));
        check("drift", driftPpm, 0, MILLION / 10);
    }

    private static void check(String what, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    "dissemination's %s of %s is outside [%s, %s]"
                            .formatted(what, value, min, max));
        }
    }

    private static void check(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "dissemination's %s of %s is outside [%s, %s]"
                            .formatted(what, value, min, max));
        }
    }
}
