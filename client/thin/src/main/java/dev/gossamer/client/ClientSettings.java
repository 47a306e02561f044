package dev.gossamer.client;

import dev.gossamer.client.connection.Address;
import dev.gossamer.client.connection.Credentials;
import dev.gossamer.client.metrics.ClientMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * How a client behaves.
 *
 * @param addresses proxying Redis ports of some members, to begin with; the rest is learned. At
 *     least one.
 * @param credentials what to authenticate with; empty for a mesh without authentication
 * @param requestTimeout from a call to its answer, retries included. Longer rides out longer
 *     failovers, and keeps callers waiting longer. Default 5 s: the slots of a killed member answer
 *     again within 3 s.
 * @param connectTimeout from opening a connection to its first answer; a member that takes longer
 *     counts as gone. Default 1 s.
 * @param loadTimeout how long callers of {@code getOrLoad} wait for another caller's loader.
 *     Default 30 s.
 * @param connectionsPerNode to each member. More spread the load over more of its event loops; each
 *     costs 64 KiB here. Default 2, at most 64.
 * @param inFlightBytesMax request bytes that one connection may have unanswered; beyond it, calls
 *     fail at once with BUSY. Default 32 MiB. A single larger request passes when it is alone.
 * @param inFlightRequestsMax the same, in requests. Default 16,384.
 * @param replyBytesMax the largest reply that is read; a larger one ends its connection. Default 64
 *     MiB.
 * @param retriesMax how often one request is sent again at most, where that is safe. Default 1000,
 *     which is more than fit into the default timeout.
 * @param sessionBytesMax how much to remember of the versions that this session has seen, 32 bytes
 *     a key, rounded down to a power of two. Beyond it, the oldest are forgotten; what then keeps
 *     the session from going back is the epoch of their slots alone. 0 remembers no versions.
 *     Default 1 MiB, at most 1 GiB.
 * @param nearBytesMax what the near cache of values in this process may take, keys and overhead
 *     included. More saves more requests; each member that values are kept of costs one connection
 *     more, and up to 10 small requests a second while there are any (more for bounds under 400
 *     ms). 0, the default, keeps none.
 * @param completionExecutor runs what the program hangs onto futures; empty for a pool of the
 *     client's own. {@code Runnable::run} runs it on the I/O thread: fastest, but nothing there may
 *     block.
 * @param metrics hears what the client does
 */
public record ClientSettings(
        List<Address> addresses,
        Optional<Credentials> credentials,
        Duration requestTimeout,
        Duration connectTimeout,
        Duration loadTimeout,
        int connectionsPerNode,
        int inFlightBytesMax,
        int inFlightRequestsMax,
        int replyBytesMax,
        int retriesMax,
        int sessionBytesMax,
        long nearBytesMax,
        Optional<Executor> completionExecutor,
        ClientMetrics metrics) {
    private static final Duration TIMEOUT_MAX = Duration.ofHours(1);

    public ClientSettings {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("no address is given");
        }
        check("requestTimeout", requestTimeout);
        check("connectTimeout", connectTimeout);
        check("loadTimeout", loadTimeout);
        check("connectionsPerNode", connectionsPerNode, 1, 64);
        check("inFlightBytesMax", inFlightBytesMax, 1024, Integer.MAX_VALUE);
        check("inFlightRequestsMax", inFlightRequestsMax, 4, 1 << 20);
        check("replyBytesMax", replyBytesMax, 1024, Integer.MAX_VALUE - 64);
        check("retriesMax", retriesMax, 0, 1_000_000);
        check("sessionBytesMax", sessionBytesMax, 0, 1 << 30);
        check("nearBytesMax", nearBytesMax, 0, 1L << 40);
    }

    private static void check(String name, Duration value) {
        if (value.toMillis() < 1 || value.compareTo(TIMEOUT_MAX) > 0) {
            throw new IllegalArgumentException(
                    name + " " + value + " is outside [1 ms, " + TIMEOUT_MAX.toHours() + " h]");
        }
    }

    private static void check(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " " + value + " is outside [" + min + ", " + max + "]");
        }
    }
}
