package dev.gossamer.node.edge.admin;

import dev.gossamer.protocol.ErrorCode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets through who knows the password: {@code Authorization: Bearer <password>}, or {@code Basic}
 * with any user name. Without a password, everybody.
 *
 * <p>Digests are compared instead of the texts, so that the time it takes tells neither the
 * password's length nor how much of a guess is right.
 */
final class Gate {
    static final List<String> CHALLENGES =
            List.of("Bearer realm=\"gossamer\"", "Basic realm=\"gossamer\", charset=\"UTF-8\"");

    private final byte @Nullable [] expectedDigest;

    Gate(Optional<String> password) {
        this.expectedDigest = password.map(Gate::digest).orElse(null);
    }

    /**
     * @throws Problem.Raised with NOAUTH or WRONGPASS
     */
    void check(RoutingContext exchange) {
        if (expectedDigest == null) {
            return;
        }
        String header = exchange.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null) {
            throw Problem.of(ErrorCode.NOAUTH, "This route asks for a password.").raised();
        }
        if (!MessageDigest.isEqual(expectedDigest, digest(passwordIn(header)))) {
            throw Problem.of(ErrorCode.WRONGPASS, "The password is not the right one.").raised();
        }
    }

    private static String passwordIn(String header) {
        int space = header.indexOf(' ');
        String scheme = space < 0 ? header : header.substring(0, space);
        String rest = space < 0 ? "" : header.substring(space + 1).strip();
        return switch (scheme.toLowerCase(Locale.ROOT)) {
            case "bearer" -> rest;
            case "basic" -> passwordInBasic(rest);
            default ->
                    throw Problem.of(
                                    ErrorCode.NOAUTH,
                                    "The Authorization header is neither Bearer nor Basic.")
                            .raised();
        };
    }

    private static String passwordInBasic(String encoded) {
        try {
            String userAndPassword =
                    new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            return userAndPassword.substring(userAndPassword.indexOf(':') + 1);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("The Authorization header's Basic part is not base64.")
                    .raised();
        }
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
