package dev.gossamer.node.mesh;

import dev.gossamer.gossip.GossipSettings;
import dev.gossamer.membership.agreement.AgreementSettings;
import dev.gossamer.node.mesh.coherence.CoherenceSettings;
import dev.gossamer.node.mesh.link.LinkSettings;
import java.time.Duration;
import java.util.Optional;

/**
 * How this node works with the others.
 *
 * @param clusterName members of another cluster are refused
 * @param password shared by all members, proved by each when a link is opened; empty when the
 *     network between members is trusted
 * @param bindHost the address that the port for entry traffic is bound to; the port is the member's
 *     own
 * @param agreement how members agree on who owns what: the copies wanted, founders, the lease and
 *     when a link counts as dead
 * @param requestTimeout how long a request may wait for others before it fails. Larger: fewer
 *     failures while the mesh changes, callers hang longer. Default 2 s.
 * @param connectTimeout for opening a link, its greeting included. Default 1 s.
 * @param linkQueueBytesMax the most that may wait for answers on one link before requests are
 *     refused with BUSY; a peer that leaves half as much unread is read no further. There is one
 *     link per event loop and peer. Default 32 MiB.
 * @param frameBytesMax the largest message; must exceed the largest key and value together. Default
 *     32 MiB.
 * @param transferBytesPerSecondMax the rate at which this node copies slots from others. Default
 *     256 MiB/s.
 * @param fillParallelism how many pages of slots are under way to this node at once. Default 4.
 * @param fillPageBytes about how large such a page is. Default 512 KiB.
 * @param greetingsMax how many connections to the data port may be open at once that have not
 *     proved the password yet; one more is closed, and a member tries again. Default 256.
 * @param pendingBytesMax the most that requests may take on this node that wait for other members:
 *     writes that are not on all their owners yet, and requests for slots that nobody serves. More
 *     are refused with BUSY at once. Larger: more requests survive a failover unharmed; smaller:
 *     less memory is taken by them. Default 64 MiB.
 * @param repairInterval how often this node asks the primaries of the slots that it backs up
 *     whether it holds what they hold. Shorter: what differs is mended sooner, and a failover has
 *     less to compare; each time costs some 30 bytes a slot. Default 10 s.
 * @param gossip how members hear of each other's state
 * @param coherence how members hear of what the others invalidate
 */
public record MeshSettings(
        String clusterName,
        Optional<String> password,
        String bindHost,
        AgreementSettings agreement,
        Duration requestTimeout,
        Duration connectTimeout,
        int linkQueueBytesMax,
        int frameBytesMax,
        long transferBytesPerSecondMax,
        int fillParallelism,
        int fillPageBytes,
        int greetingsMax,
        long pendingBytesMax,
        Duration repairInterval,
        GossipSettings gossip,
        CoherenceSettings coherence) {

    public MeshSettings {
        check("replication", agreement.replication(), 1, 16);
        check("requestTimeout in ms", requestTimeout.toMillis(), 10, 600_000);
        check("connectTimeout in ms", connectTimeout.toMillis(), 10, 600_000);
        check("transferBytesPerSecondMax", transferBytesPerSecondMax, 1024, Long.MAX_VALUE);
        check("fillParallelism", fillParallelism, 1, 64);
        check("fillPageBytes", fillPageBytes, 1024, frameBytesMax / 2);
        check("greetingsMax", greetingsMax, 1, 65_536);
        check("repairInterval in ms", repairInterval.toMillis(), 100, 3_600_000);
        check("pendingBytesMax", pendingBytesMax, 1 << 20, Long.MAX_VALUE / 2);
    }

    private static void check(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " " + value + " is outside [" + min + ", " + max + "]");
        }
    }

    /** Two copies, the defaults above, no password, loopback only. */
    public static MeshSettings defaults(String clusterName) {
        return new MeshSettings(
                clusterName,
                Optional.empty(),
                "127.0.0.1",
                AgreementSettings.of(2),
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                32 << 20,
                32 << 20,
                256L << 20,
                4,
                512 << 10,
                256,
                64L << 20,
                Duration.ofSeconds(10),
                GossipSettings.DEFAULT,
                CoherenceSettings.DEFAULT);
    }

    /** How many copies of a slot are wanted, the primary's included. */
    public int replication() {
        return agreement.replication();
    }

    LinkSettings links() {
        return new LinkSettings(
                clusterName,
                password,
                bindHost,
                linkQueueBytesMax,
                frameBytesMax,
                connectTimeout,
                greetingsMax);
    }
}
