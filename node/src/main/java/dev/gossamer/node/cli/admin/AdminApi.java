package dev.gossamer.node.cli.admin;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One node's admin API. {@link HttpURLConnection} does it: it starts in a fifth of the time that
 * {@code java.net.http} takes, and the command line asks one question at a time.
 */
public final class AdminApi {
    private static final int ANSWER_BYTES_MAX = 64 << 20;

    private final URI base;
    private final Duration timeout;
    private final Password password;

    /** A status and what came with it. */
    public record Answer(int status, String body) {
        public boolean ok() {
            return status / 100 == 2;
        }
    }

    /**
     * @param base such as {@code http://127.0.0.1:7579}
     * @param timeout for connecting, and for each read
     * @param password for nodes that ask for one; an address that carries one goes first
     */
    public AdminApi(URI base, Duration timeout, Password password) {
        this.base = base;
        this.timeout = timeout;
        this.password = password.orOf(base);
    }

    public URI base() {
        return base;
    }

    /**
     * @param path from the root, such as {@code /readyz}
     * @throws IOException when no answer came
     */
    public Answer get(String path) throws IOException {
        return send("GET", path);
    }

    private Answer send(String method, String path) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) base.resolve(path).toURL().openConnection(Proxy.NO_PROXY);
        connection.setRequestMethod(method);
        connection.setConnectTimeout((int) timeout.toMillis());
        connection.setReadTimeout((int) timeout.toMillis());
        connection.setRequestProperty("Accept", "application/json, application/problem+json, */*");
        password.authorization()
                .ifPresent(header -> connection.setRequestProperty("Authorization", header));
        int status = connection.getResponseCode();
        try (InputStream in =
                status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
            byte[] body = in == null ? new byte[0] : in.readNBytes(ANSWER_BYTES_MAX);
            return new Answer(status, new String(body, StandardCharsets.UTF_8));
        }
    }

    /** Whether the node answers and says that it is ready. */
    public boolean ready() {
        try {
            return get("/readyz").ok();
        } catch (IOException _) {
            return false;
        }
    }

    /**
     * The mesh as the node knows it.
     *
     * @throws IOException when it does not answer, or not with a mesh
     */
    public MeshReport mesh() throws IOException {
        return MeshReport.of(object("/api/v1/mesh"));
    }

    /**
     * @throws IOException when the answer is not a JSON object, or a problem
     */
    public JsonObject object(String path) throws IOException {
        return objectIn(path, get(path));
    }

    /**
     * Asks for something to be done.
     *
     * @throws IOException when the answer is not a JSON object, or a problem
     */
    public JsonObject post(String path) throws IOException {
        return objectIn(path, send("POST", path));
    }

    private JsonObject objectIn(String path, Answer answer) throws IOException {
        JsonObject object;
        try {
            object = JsonObject.parse(answer.body());
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    base.resolve(path) + " answered " + answer.status() + " without JSON", e);
        }
        if (!answer.ok()) {
            String detail = object.text("detail");
            throw new IOException(
                    base.resolve(path)
                            + " answered "
                            + answer.status()
                            + ": "
                            + (detail.isEmpty() ? object.text("title") : detail));
        }
        return object;
    }
}
