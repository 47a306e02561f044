package dev.gossamer.node.edge.resp;

import dev.gossamer.protocol.resp.RequestLimits;
import java.time.Duration;
import java.util.Optional;

/**
 * How the two RESP ports behave.
 *
 * @param host the address to listen on
 * @param redisPort the proxying port; 0 lets the system choose
 * @param clusteredPort the clustered port; 0 lets the system choose
 * @param password what AUTH must say; empty for none
 * @param clientsMax how many connections both ports serve together; one more is told so and closed
 * @param request how much one request may be
 * @param keyBytesMax the longest key; longer ones are refused with TOOLARGE
 * @param valueBytesMax the longest argument that is no key; longer ones are refused with TOOLARGE
 * @param commandsInFlightMax how many commands of one connection may wait for other members; its
 *     input is not read while there are as many
 * @param outputBytesSoftMax unread replies of one connection beyond which its input is not read
 * @param outputBytesHardMax unread replies of one connection beyond which it is closed
 * @param buffersBytesMax half-sent requests and unread replies of all connections together; the
 *     connection that goes beyond is closed
 * @param patience how long a client may leave a request half sent, or its replies unread, without
 *     any progress, before it is closed
 * @param idleMax how long a client may say nothing before it is closed; zero for ever
 */
public record RespSettings(
        String host,
        int redisPort,
        int clusteredPort,
        Optional<String> password,
        int clientsMax,
        RequestLimits request,
        int keyBytesMax,
        int valueBytesMax,
        int commandsInFlightMax,
        int outputBytesSoftMax,
        int outputBytesHardMax,
        long buffersBytesMax,
        Duration patience,
        Duration idleMax) {
    private static final int MIB = 1 << 20;

    /** Loopback, 7379 and 7479, no password; the limits are the documented defaults. */
    public static final RespSettings DEFAULT =
            new RespSettings(
                    "127.0.0.1",
                    7379,
                    7479,
                    Optional.empty(),
                    10_000,
                    RequestLimits.DEFAULT,
                    64 * 1024,
                    16 * MIB,
                    1024,
                    MIB,
                    256 * MIB,
                    512L * MIB,
                    Duration.ofSeconds(30),
                    Duration.ZERO);

    public RespSettings {
        checkPort("redisPort", redisPort);
        checkPort("clusteredPort", clusteredPort);
        checkAtLeast("clientsMax", clientsMax, 1);
        checkAtLeast("keyBytesMax", keyBytesMax, 1);
        checkAtLeast("valueBytesMax", valueBytesMax, 1);
        checkAtLeast("commandsInFlightMax", commandsInFlightMax, 1);
        checkAtLeast("outputBytesSoftMax", outputBytesSoftMax, 1024);
        checkAtLeast("outputBytesHardMax", outputBytesHardMax, outputBytesSoftMax);
        checkAtLeast("buffersBytesMax", buffersBytesMax, MIB);
        if (host.isEmpty()) {
            throw new IllegalArgumentException("host is empty");
        }
        if (redisPort == clusteredPort && redisPort != 0) {
            throw new IllegalArgumentException("redisPort and clusteredPort are both " + redisPort);
        }
        if (password.isPresent() && password.get().isEmpty()) {
            throw new IllegalArgumentException("password is empty; leave it out for none");
        }
        if (patience.isNegative() || patience.isZero() || idleMax.isNegative()) {
            throw new IllegalArgumentException(
                    "patience " + patience + " or idleMax " + idleMax + " is out of range");
        }
    }

    private static void checkPort(String name, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(name + " " + port + " is outside [0, 65535]");
        }
    }

    private static void checkAtLeast(String name, long value, long min) {
        if (value < min) {
            throw new IllegalArgumentException(name + " " + value + " is less than " + min);
        }
    }

    /** These settings on other ports. */
    public RespSettings withPorts(int redis, int clustered) {
        return new RespSettings(
                host,
                redis,
                clustered,
                password,
                clientsMax,
                request,
                keyBytesMax,
                valueBytesMax,
                commandsInFlightMax,
                outputBytesSoftMax,
                outputBytesHardMax,
                buffersBytesMax,
                patience,
                idleMax);
    }

    /** These settings with a password. */
    public RespSettings withPassword(String wanted) {
        return new RespSettings(
                host,
                redisPort,
                clusteredPort,
                Optional.of(wanted),
                clientsMax,
                request,
                keyBytesMax,
                valueBytesMax,
                commandsInFlightMax,
                outputBytesSoftMax,
                outputBytesHardMax,
                buffersBytesMax,
                patience,
                idleMax);
    }

    /** Never shows the password. */
    @Override
    public String toString() {
        return "RespSettings[" + host + ":" + redisPort + "," + clusteredPort + "]";
    }
}
