package dev.gossamer.node.edge.admin;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The port's description in OpenAPI 3.1, a file of the jar; read once, when it is first asked. */
final class OpenApi {
    private static final String FILE = "openapi.json";

    private final String version;

    OpenApi(About about) {
        this.version = about.version();
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get(
                        "/openapi.json", exchange -> Answers.json(exchange, 200, description())));
    }

    /** With the version of what runs here. */
    JsonObject description() {
        JsonObject copy = new JsonObject(Text.JSON);
        copy.getJsonObject("info").put("version", version);
        return copy;
    }

    /** Read when the class is first used, so that starting the node does not wait for it. */
    private static final class Text {
        static final String JSON = read();

        private static String read() {
            try (InputStream in = OpenApi.class.getResourceAsStream(FILE)) {
                if (in == null) {
                    throw new IllegalStateException(FILE + " is missing from the jar");
                }
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
