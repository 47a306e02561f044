package dev.gossamer.node.edge.admin;

/**
 * What runs here.
 *
 * @param version Gossamer's own
 * @param transport how the node's event loops wait for their sockets, in lower case
 * @param java the Java runtime's version
 */
public record About(String version, String transport, String java) {
    public About {
        if (version.isEmpty() || transport.isEmpty() || java.isEmpty()) {
            throw new IllegalArgumentException(
                    "version '"
                            + version
                            + "', transport '"
                            + transport
                            + "' or java '"
                            + java
                            + "' is empty");
        }
    }
}
