package dev.gossamer.node.mesh;

import dev.gossamer.gossip.GossipSettings;
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
 * @param replication how many copies of a slot are wanted, the primary's included
 * @param requestTimeout how long a request may wait for others before it fails. Larger: fewer
 *     failures while the mesh changes, callers hang longer. Default 2 s.
 * @param connectTimeout for opening a link, its greeting included. Default 1 s.
 * @param linkQueueBytesMax the most that may wait for answers on one link before requests are
 *     refused with BUSY, and that a peer may leave unread before it is cut. There is one link per
 *     event loop and peer. Default 32 MiB.
 * @param frameBytesMax the largest message; must exceed the largest key and value together. Default
 *     32 MiB.
 * @param transferBytesPerSecondMax the rate at which this node copies slots from others. Default
 *     256 MiB/s.
 * @param fillParallelism how many pages of slots are under way to this node at once. Default 4.
 * @param fillPageBytes about how large such a page is. Default 512 KiB.
 * @param greetingsMax how many connections to the data port may be open at once that have not
 *     proved the password yet; one more is closed, and a member tries again. Default 256.
 * @param gossip how members hear of each other's state
 */
public record MeshSettings(
        String clusterName,
        Optional<String> password,
        String bindHost,
        int replication,
        Duration requestTimeout,
        Duration connectTimeout,
        int linkQueueBytesMax,
        int frameBytesMax,
        long transferBytesPerSecondMax,
        int fillParallelism,
        int fillPageBytes,
        int greetingsMax,
        GossipSettings gossip) {

    public MeshSettings {
        check("replication", replication, 1, 16);
        check("requestTimeout in ms", requestTimeout.toMillis(), 10, 600_000);
        check("connectTimeout in ms", connectTimeout.toMillis(), 10, 600_000);
        check("transferBytesPerSecondMax", transferBytesPerSecondMax, 1024, Long.MAX_VALUE);
        check("fillParallelism", fillParallelism, 1, 64);
        check("fillPageBytes", fillPageBytes, 1024, frameBytesMax / 2);
        check("greetingsMax", greetingsMax, 1, 65_536);
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
                2,
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                32 << 20,
                32 << 20,
                256L << 20,
                4,
                512 << 10,
                256,
                GossipSettings.DEFAULT);
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
