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
 * @param returnWait how long, when a majority has come back after a restart of all, the others of
 *     the roster are waited for before slots get owners without them; zero for not at all. Shorter:
 *     the mesh serves sooner when a member is gone for good. Longer: who is slow to start need not
 *     copy what it has. Default 15 s
 */
public record AgreementSettings(
        int replication, int founders, Duration lease, Duration deadLink, Duration returnWait) {
    public static final int FOUNDERS_DEFAULT = 1;
    public static final Duration LEASE_DEFAULT = Duration.ofSeconds(1);
    public static final Duration DEAD_LINK_DEFAULT = Duration.ofSeconds(3);
    public static final Duration RETURN_WAIT_DEFAULT = Duration.ofSeconds(15);
    private static final int FOUNDERS_MAX = 1_000;
    private static final Duration LEASE_MIN = Duration.ofMillis(100);
    private static final Duration LEASE_MAX = Duration.ofMinutes(1);
    private static final Duration DEAD_LINK_MAX = Duration.ofHours(1);
    private static final Duration RETURN_WAIT_MAX = Duration.ofHours(1);

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
        check("return wait", returnWait, Duration.ZERO, RETURN_WAIT_MAX);
    }

    /** The defaults, for so many copies. */
    public static AgreementSettings of(int replication) {
        return new AgreementSettings(
                replication,
                FOUNDERS_DEFAULT,
                LEASE_DEFAULT,
                DEAD_LINK_DEFAULT,
                RETURN_WAIT_DEFAULT);
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
