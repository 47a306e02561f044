package dev.gossamer.membership.agreement;

import java.time.Duration;

/**
 * How members agree; the same on all of them.
 *
 * @param replication how many copies of each slot are wanted, at least 1
 * @param founders how many members the mesh starts with: it is founded when more than half of them
 *     see each other, so that two halves cannot each found one; 1, the default, founds at once
 * @param lease how long a member may act as primary without hearing from a majority. Shorter: the
 *     slots of a dead member are taken over sooner, and a pause of the process is noticed sooner.
 *     Longer: fewer messages, and a busy machine does not lose its leases. Default 1 s
 * @param deadLink how long two members fail to reach one another, while others reach both, before
 *     one of them is left out; default 3 s
 */
public record AgreementSettings(int replication, int founders, Duration lease, Duration deadLink) {
    public static final int FOUNDERS_DEFAULT = 1;
    public static final Duration LEASE_DEFAULT = Duration.ofSeconds(1);
    public static final Duration DEAD_LINK_DEFAULT = Duration.ofSeconds(3);
    private static final int FOUNDERS_MAX = 1_000;
    private static final Duration LEASE_MIN = Duration.ofMillis(100);
    private static final Duration LEASE_MAX = Duration.ofMinutes(1);
    private static final Duration DEAD_LINK_MAX = Duration.ofHours(1);

    public AgreementSettings {
        if (replication < 1) {
            throw new IllegalArgumentException("replication " + replication + " is less than 1");
        }
        if (founders < 1 || founders > FOUNDERS_MAX) {
            throw new IllegalArgumentException(
                    "founders " + founders + " is outside [1, " + FOUNDERS_MAX + "]");
        }
        check("lease", lease, LEASE_MIN, LEASE_MAX);
        check("dead link time", deadLink, lease, DEAD_LINK_MAX);
    }

    /** The defaults, for so many copies. */
    public static AgreementSettings of(int replication) {
        return new AgreementSettings(
                replication, FOUNDERS_DEFAULT, LEASE_DEFAULT, DEAD_LINK_DEFAULT);
    }

    /** How often to say {@link Event.Ticked}: an eighth of the lease. */
    public Duration tick() {
        return lease.dividedBy(8);
    }

    private static void check(String what, Duration duration, Duration least, Duration most) {
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    what + " " + duration + " is outside [" + least + ", " + most + "]");
        }
    }
}
