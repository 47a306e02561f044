package dev.gossamer.node.mesh.link;

import java.time.Duration;
import java.util.Optional;

/**
 * How the links behave.
 *
 * @param clusterName members of another cluster are refused
 * @param password shared by all members of the mesh; empty when the network is trusted
 * @param bindHost the address that the listening socket is bound to
 * @param queueBytesMax the most that may wait for an answer on one link; a peer that leaves half as
 *     much unread is read no further
 * @param frameBytesMax the largest frame that is sent or accepted
 * @param connectTimeout for connecting and greeting together
 * @param greetingsMax how many connections from others may be open that have not proved themselves
 *     yet; one more is closed at once
 */
public record LinkSettings(
        String clusterName,
        Optional<String> password,
        String bindHost,
        int queueBytesMax,
        int frameBytesMax,
        Duration connectTimeout,
        int greetingsMax) {

    public LinkSettings {
        if (clusterName.isEmpty() || clusterName.length() > 255) {
            throw new IllegalArgumentException(
                    "cluster name '" + clusterName + "' has no 1 to 255 characters");
        }
        if (greetingsMax < 1) {
            throw new IllegalArgumentException("greetingsMax " + greetingsMax + " is below 1");
        }
        if (queueBytesMax < 1 || frameBytesMax < 1024) {
            throw new IllegalArgumentException(
                    "queueBytesMax "
                            + queueBytesMax
                            + " must be at least 1, frameBytesMax "
                            + frameBytesMax
                            + " at least 1024");
        }
    }
}
