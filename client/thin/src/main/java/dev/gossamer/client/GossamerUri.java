package dev.gossamer.client;

import dev.gossamer.client.connection.Address;
import dev.gossamer.client.connection.Credentials;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code gossamer://[[user]:password@]host[:port][,host[:port]…]}: where a mesh is, and who asks.
 * In user and password, reserved characters are percent-encoded. IPv6 hosts stand in brackets.
 */
record GossamerUri(Optional<Credentials> credentials, List<Address> addresses) {
    static final int PORT_DEFAULT = 7379;
    private static final String SCHEME = "gossamer://";
    private static final String USER_DEFAULT = "default";

    GossamerUri {
        addresses = List.copyOf(addresses);
    }

    /**
     * @throws IllegalArgumentException naming what is wrong, never the password
     */
    static GossamerUri parse(String uri) {
        if (!uri.startsWith(SCHEME)) {
            throw new IllegalArgumentException(
                    "the address must begin with " + SCHEME + ", as in gossamer://127.0.0.1:7379");
        }
        String rest = uri.substring(SCHEME.length());
        int at = rest.lastIndexOf('@');
        String hosts = rest.substring(at + 1);
        if (hosts.endsWith("/")) {
            hosts = hosts.substring(0, hosts.length() - 1);
        }
        List<Address> addresses = new ArrayList<>();
        for (String host : hosts.split(",", -1)) {
            addresses.add(address(host.strip(), hosts));
        }
        return new GossamerUri(
                at < 0 ? Optional.empty() : Optional.of(credentials(rest.substring(0, at))),
                addresses);
    }

    private static Credentials credentials(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException(
                    "before the @, a password stands after a colon: gossamer://:password@host");
        }
        String user = decoded(text.substring(0, colon));
        String password = decoded(text.substring(colon + 1));
        return new Credentials(user.isEmpty() ? USER_DEFAULT : user, password);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static Address address(String text, String all) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("'" + all + "' names an empty host");
        }
        boolean bare = text.indexOf(':') < 0 || text.endsWith("]");
        try {
            return Address.parse(bare ? text + ":" + PORT_DEFAULT : text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("in '" + all + "': " + e.getMessage(), e);
        }
    }
}
