package dev.gossamer.client;

import dev.gossamer.client.connection.Credentials;
import dev.gossamer.client.metrics.ClientMetrics;
import dev.gossamer.protocol.resp.ReplyLimits;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Collects {@link ClientSettings}, whose parameters say what each setting does. What is not set is
 * as in {@link #settings()} of a fresh builder. For one thread.
 */
public final class ClientBuilder {
    private GossamerUri uri = GossamerUri.parse("gossamer://127.0.0.1");
    private Optional<Credentials> credentials = Optional.empty();
    private Duration requestTimeout = Duration.ofSeconds(5);
    private Duration connectTimeout = Duration.ofSeconds(1);
    private Duration loadTimeout = Duration.ofSeconds(30);
    private int connectionsPerNode = 2;
    private int inFlightBytesMax = 32 << 20;
    private int inFlightRequestsMax = 16_384;
    private int replyBytesMax = ReplyLimits.DEFAULT.replyBytesMax();
    private int retriesMax = 1000;
    private int sessionBytesMax = 1 << 20;
    private long nearBytesMax;
    private Optional<Executor> completionExecutor = Optional.empty();
    private ClientMetrics metrics = ClientMetrics.NONE;

    ClientBuilder() {}

    /**
     * Where the mesh is: {@code gossamer://[[user]:password@]host[:port][,host[:port]…]}.
     *
     * @throws IllegalArgumentException when it is not of that form
     */
    public ClientBuilder uri(String text) {
        uri = GossamerUri.parse(text);
        return this;
    }

    /** Who asks; goes before what the URI says. */
    public ClientBuilder credentials(String user, String password) {
        credentials = Optional.of(new Credentials(user, password));
        return this;
    }

    public ClientBuilder requestTimeout(Duration timeout) {
        requestTimeout = timeout;
        return this;
    }

    public ClientBuilder connectTimeout(Duration timeout) {
        connectTimeout = timeout;
        return this;
    }

    public ClientBuilder loadTimeout(Duration timeout) {
        loadTimeout = timeout;
        return this;
    }

    public ClientBuilder connectionsPerNode(int connections) {
        connectionsPerNode = connections;
        return this;
    }

    public ClientBuilder inFlightBytesMax(int bytes) {
        inFlightBytesMax = bytes;
        return this;
    }

    public ClientBuilder inFlightRequestsMax(int requests) {
        inFlightRequestsMax = requests;
        return this;
    }

    public ClientBuilder replyBytesMax(int bytes) {
        replyBytesMax = bytes;
        return this;
    }

    public ClientBuilder retriesMax(int retries) {
        retriesMax = retries;
        return this;
    }

    public ClientBuilder sessionBytesMax(int bytes) {
        sessionBytesMax = bytes;
        return this;
    }

    /** Keeps values in this process, in so many bytes: see {@link Cache} on freshness. */
    public ClientBuilder nearBytesMax(long bytes) {
        nearBytesMax = bytes;
        return this;
    }

    /** The executor stays the caller's: closing the client does not end it. */
    public ClientBuilder completionExecutor(Executor executor) {
        completionExecutor = Optional.of(executor);
        return this;
    }

    public ClientBuilder metrics(ClientMetrics listener) {
        metrics = listener;
        return this;
    }

    /**
     * @throws IllegalArgumentException naming the setting that is out of its range
     */
    public ClientSettings settings() {
        return new ClientSettings(
                uri.addresses(),
                credentials.or(uri::credentials),
                requestTimeout,
                connectTimeout,
                loadTimeout,
                connectionsPerNode,
                inFlightBytesMax,
                inFlightRequestsMax,
                replyBytesMax,
                retriesMax,
                sessionBytesMax,
                nearBytesMax,
                completionExecutor,
                metrics);
    }

    /** {@link Gossamer#connect(ClientSettings)} with what was collected. */
    public Gossamer connect() {
        return Gossamer.connect(settings());
    }
}
