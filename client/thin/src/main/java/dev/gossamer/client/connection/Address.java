package dev.gossamer.client.connection;

/** A host and a port, not resolved. */
public record Address(String host, int port) {
    public Address {
        if (host.isEmpty() || host.length() > 255) {
            throw new IllegalArgumentException("host '" + host + "' is not 1 to 255 characters");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is outside [1, 65535]");
        }
    }

    /**
     * Reads {@code host:port}; an IPv6 host stands in brackets or, as Redis Cluster writes it,
     * plain before the last colon.
     *
     * @throws IllegalArgumentException when {@code text} is no address
     */
    public static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("'" + text + "' is not of the form host:port");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            return new Address(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' has no port number at its end", e);
        }
    }

    @Override
    public String toString() {
        return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
    }
}
