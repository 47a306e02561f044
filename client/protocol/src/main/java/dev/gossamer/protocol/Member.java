package dev.gossamer.protocol;

/**
 * One node of the mesh, as every member and client knows it.
 *
 * @param id stable across restarts
 * @param name what people call it, unique in a mesh by convention ({@code node-0}, a pod's name)
 * @param zone failure domain: copies of one slot prefer distinct zones
 * @param weight its share of the slots relative to the others; 100 is the default
 * @param host the address that clients and members reach its ports at
 * @param ports the port numbers on that host
 * @param incarnation tells this run of the member's process from its earlier ones: what an earlier
 *     one had in memory, this one has not
 */
public record Member(
        MemberId id,
        String name,
        String zone,
        int weight,
        String host,
        Ports ports,
        long incarnation)
        implements Comparable<Member> {
    public static final int WEIGHT_DEFAULT = 100;
    public static final int WEIGHT_MAX = 10_000;
    private static final int TEXT_MAX = 255;

    /**
     * The port numbers of one member, all on its host.
     *
     * @param redis the proxying Redis port: answers for the whole mesh, never says MOVED
     * @param clustered the clustered Redis port: says MOVED, CROSSSLOT, CLUSTERDOWN as Redis
     *     Cluster does
     * @param admin the HTTP admin API
     * @param jgroups membership, failure detection and gossip
     * @param data entry traffic between members
     */
    public record Ports(int redis, int clustered, int admin, int jgroups, int data) {
        public Ports {
            check("redis", redis);
            check("clustered", clustered);
            check("admin", admin);
            check("jgroups", jgroups);
            check("data", data);
        }

        private static void check(String name, int port) {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException(
                        name + " port " + port + " is outside [0, 65535]");
            }
        }
    }

    public Member {
        checkText("name", name);
        checkText("zone", zone);
        checkText("host", host);
        if (weight < 1 || weight > WEIGHT_MAX) {
            throw new IllegalArgumentException(
                    "weight " + weight + " is outside [1, " + WEIGHT_MAX + "]");
        }
    }

    /** A member as clients know it, to whom its runs do not matter. */
    public Member(MemberId id, String name, String zone, int weight, String host, Ports ports) {
        this(id, name, zone, weight, host, ports, 0);
    }

    /** The same member in another run of its process. */
    public Member withIncarnation(long run) {
        return new Member(id, name, zone, weight, host, ports, run);
    }

    private static void checkText(String what, String text) {
        if (text.isEmpty() || text.length() > TEXT_MAX) {
            throw new IllegalArgumentException(
                    "member "
                            + what
                            + " has "
                            + text.length()
                            + " characters, outside [1, "
                            + TEXT_MAX
                            + "]");
        }
    }

    @Override
    public int compareTo(Member other) {
        return id.compareTo(other.id);
    }
}
