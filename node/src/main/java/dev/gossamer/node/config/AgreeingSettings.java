package dev.gossamer.node.config;

import static dev.gossamer.node.config.Readers.duration;
import static dev.gossamer.node.config.Readers.integer;

import java.time.Duration;

/** How members agree on who owns what. */
public final class AgreeingSettings {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);

    public static final Setting<Integer> FOUNDERS =
            new Setting<>(
                    "mesh.founders",
                    "1",
                    integer(1, 1_000),
                    "Members that a new mesh starts with: it is founded when more than half of them see"
                            + " each other. The same on all of them.");
    public static final Setting<Duration> LEASE =
            new Setting<>(
                    "mesh.lease",
                    "1s",
                    duration(Duration.ofMillis(100), MINUTE),
                    "How long a member acts as primary without hearing from a majority. Shorter:"
                            + " faster takeover; longer: a busy machine keeps its leases.");
    public static final Setting<Duration> LINK_DOWN_AFTER =
            new Setting<>(
                    "mesh.link-down-after",
                    "3s",
                    duration(Duration.ofMillis(100), HOUR),
                    "After so long without data between two members whom others reach, one of them is"
                            + " left out. Not below mesh.lease.");
    public static final Setting<Duration> RETURN_WAIT =
            new Setting<>(
                    "mesh.return-wait",
                    "15s",
                    duration(Duration.ZERO, HOUR),
                    "After a restart of all members: how long those that are here wait for the others, once"
                            + " they are a majority, before slots get owners without them. 0s: not at all.");

    private AgreeingSettings() {}
}
