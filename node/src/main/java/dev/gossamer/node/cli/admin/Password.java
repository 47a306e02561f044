package dev.gossamer.node.cli.admin;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What the command line shows to nodes that ask for a password: what the address says, else the
 * environment variable that gives it to nodes as well.
 */
public record Password(Optional<String> text) {
    /** The same variable as the setting's own. */
    public static final String VARIABLE = "GOSSAMER_SECURITY_PASSWORD";

    public static Password ofEnvironment() {
        return new Password(Optional.ofNullable(System.getenv(VARIABLE)).filter(s -> !s.isEmpty()));
    }

    /** The password in {@code scheme://[user]:password@host}, else this one. */
    public Password orOf(URI address) {
        String user = address.getUserInfo();
        return user == null || user.indexOf(':') < 0
                ? this
                : new Password(Optional.of(user.substring(user.indexOf(':') + 1)));
    }

    /** The header that the admin API looks for. */
    Optional<String> authorization() {
        return text.map(password -> "Bearer " + password);
    }

    /** What stands before the hosts in the thin client's address. */
    public String userInfo() {
        return text.map(password ->
                        ":"
                                + URLEncoder.encode(password, StandardCharsets.UTF_8)
                                        .replace("+", "%20")
                                + "@")
                .orElse("");
    }

    @Override
    public String toString() {
        return text.isPresent() ? "Password[********]" : "Password[none]";
    }
}
