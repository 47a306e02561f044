package dev.gossamer.membership;

import dev.gossamer.protocol.Member;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How one node takes part in its mesh.
 *
 * @param clusterName the mesh's name: members of another name are not heard
 * @param self this node as the others shall know it; {@code self.ports().jgroups()} is bound
 * @param bindHost the one address that the membership port listens on; never a wildcard, for the
 *     others reply to it
 * @param contacts whom to ask at the start, and whom to look for after a partition
 * @param failureDetection how a silent member is noticed
 * @param joinTimeout how long one question at the start waits for its answer; default 1 s
 * @param startTimeout how long {@link Membership#start} tries before it gives up with a clear
 *     error; default 20 s
 * @param merge how often the sides of a healed partition look for one another
 * @param outboundBytesMax bound of the messages that wait for one peer; default 4 MiB
 * @param inboundBytesMax bound of the messages that wait for the listener; default 16 MiB
 * @param password the mesh's secret: whoever does not know it neither joins nor is heard; empty
 *     means that anyone who reaches the port may join
 */
public record MembershipSettings(
        String clusterName,
        Member self,
        String bindHost,
        Contacts contacts,
        FailureDetection failureDetection,
        Duration joinTimeout,
        Duration startTimeout,
        Merge merge,
        int outboundBytesMax,
        int inboundBytesMax,
        Optional<String> password) {

    public static final Duration JOIN_TIMEOUT_DEFAULT = Duration.ofSeconds(1);
    public static final Duration START_TIMEOUT_DEFAULT = Duration.ofSeconds(20);
    public static final int OUTBOUND_BYTES_MAX_DEFAULT = 4 << 20;
    public static final int INBOUND_BYTES_MAX_DEFAULT = 16 << 20;
    private static final int NAME_LENGTH_MAX = 255;
    private static final int PASSWORD_LENGTH_MIN = 8;

    /** Whom to ask at the start. */
    public sealed interface Contacts {
        /** These hosts; all members of the mesh, or enough of them that one is always up. */
        record Hosts(List<HostPort> hosts) implements Contacts {
            public Hosts {
                hosts = List.copyOf(hosts);
            }
        }

        /**
         * Every address that a name resolves to, asked afresh each time: a headless service with
         * {@code publishNotReadyAddresses}.
         *
         * @param name the DNS name
         * @param port the membership port, the same on every address
         */
        record Dns(String name, int port) implements Contacts {
            public Dns {
                checkName("DNS name", name);
                checkPort(port);
            }
        }
    }

    /** An address to ask. */
    public record HostPort(String host, int port) {
        public HostPort {
            checkName("host", host);
            checkPort(port);
        }

        /**
         * Reads {@code host:port} or {@code [IPv6]:port}.
         *
         * @throws IllegalArgumentException when {@code text} is neither
         */
        public static HostPort parse(String text) {
            int colon = text.lastIndexOf(':');
            if (colon <= 0) {
                throw new IllegalArgumentException("contact '" + text + "' is not host:port");
            }
            String host = text.substring(0, colon);
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            } else if (host.indexOf(':') >= 0) {
                throw new IllegalArgumentException(
                        "contact '" + text + "' is not host:port; write IPv6 as [address]:port");
            }
            try {
                return new HostPort(host, Integer.parseInt(text.substring(colon + 1)));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("contact '" + text + "' has no port number", e);
            }
        }

        @Override
        public String toString() {
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * How a member that fell silent without closing its connections is noticed. A killed process is
     * noticed sooner, by its closed connections.
     *
     * @param heartbeatInterval shorter finds sooner and sends more; default 2 s
     * @param timeout silence after which a member is suspected; at least two intervals, or one lost
     *     heartbeat is a suspicion; default 8 s
     * @param verifyTimeout how long a suspect may answer before it is dropped; bounds from below
     *     how soon a killed process is noticed; default 500 ms
     */
    public record FailureDetection(
            Duration heartbeatInterval, Duration timeout, Duration verifyTimeout) {
        public static final FailureDetection DEFAULT =
                new FailureDetection(
                        Duration.ofSeconds(2), Duration.ofSeconds(8), Duration.ofMillis(500));

        public FailureDetection {
            checkPositive("heartbeat interval", heartbeatInterval);
            checkPositive("verify timeout", verifyTimeout);
            if (timeout.compareTo(heartbeatInterval.multipliedBy(2)) < 0) {
                throw new IllegalArgumentException(
                        "failure timeout "
                                + timeout
                                + " is shorter than two heartbeat intervals of "
                                + heartbeatInterval);
            }
        }
    }

    /**
     * After a random time between the two, a member tells the others its view; coordinators that
     * hear of another view merge.
     *
     * @param minInterval default 1 s
     * @param maxInterval default 5 s
     */
    public record Merge(Duration minInterval, Duration maxInterval) {
        public static final Merge DEFAULT = new Merge(Duration.ofSeconds(1), Duration.ofSeconds(5));

        public Merge {
            checkPositive("merge interval", minInterval);
            if (maxInterval.compareTo(minInterval) <= 0) {
                throw new IllegalArgumentException(
                        "the greatest merge interval "
                                + maxInterval
                                + " is not above the smallest, "
                                + minInterval);
            }
        }
    }

    public MembershipSettings {
        checkName("cluster name", clusterName);
        checkName("bind host", bindHost);
        checkPositive("join timeout", joinTimeout);
        if (startTimeout.compareTo(joinTimeout) < 0) {
            throw new IllegalArgumentException(
                    "start timeout " + startTimeout + " is below the join timeout " + joinTimeout);
        }
        checkBytes("outbound", outboundBytesMax);
        checkBytes("inbound", inboundBytesMax);
        if (password.isPresent() && password.get().length() < PASSWORD_LENGTH_MIN) {
            throw new IllegalArgumentException(
                    "the mesh password has fewer than " + PASSWORD_LENGTH_MIN + " characters");
        }
    }

    /** The defaults for everything that has one. */
    public static MembershipSettings of(
            String clusterName, Member self, String bindHost, Contacts contacts) {
        return new MembershipSettings(
                clusterName,
                self,
                bindHost,
                contacts,
                FailureDetection.DEFAULT,
                JOIN_TIMEOUT_DEFAULT,
                START_TIMEOUT_DEFAULT,
                Merge.DEFAULT,
                OUTBOUND_BYTES_MAX_DEFAULT,
                INBOUND_BYTES_MAX_DEFAULT,
                Optional.empty());
    }

    /** The same with a secret. */
    public MembershipSettings withPassword(String secret) {
        return new MembershipSettings(
                clusterName,
                self,
                bindHost,
                contacts,
                failureDetection,
                joinTimeout,
                startTimeout,
                merge,
                outboundBytesMax,
                inboundBytesMax,
                Optional.of(secret));
    }

    private static void checkName(String what, String text) {
        if (text.isBlank() || text.length() > NAME_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    what
                            + " has "
                            + text.length()
                            + " characters, outside [1, "
                            + NAME_LENGTH_MAX
                            + "]");
        }
    }

    private static void checkPort(int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is outside [1, 65535]");
        }
    }

    private static void checkPositive(String what, Duration duration) {
        if (duration.toMillis() <= 0) {
            throw new IllegalArgumentException(what + " " + duration + " is below 1 ms");
        }
    }

    private static void checkBytes(String what, int bytesMax) {
        if (bytesMax < Membership.PAYLOAD_BYTES_MAX) {
            throw new IllegalArgumentException(
                    what
                            + " queue of "
                            + bytesMax
                            + " bytes is smaller than one message of "
                            + Membership.PAYLOAD_BYTES_MAX);
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "membership of "
                + self.name()
                + " in mesh '"
                + clusterName
                + "' on "
                + bindHost
                + ":"
                + self.ports().jgroups()
                + ", contacts "
                + contacts
                + (password.isPresent() ? ", with a password" : ", open");
    }
}
