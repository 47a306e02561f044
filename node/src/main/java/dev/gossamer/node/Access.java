package dev.gossamer.node;

import dev.gossamer.node.config.ConfigException;
import dev.gossamer.node.config.Configuration;
import dev.gossamer.node.config.Settings;
import dev.gossamer.node.config.Settings.SecurityMode;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Closed by default (C13): beyond loopback nothing listens without a password, unless the operator
 * says so.
 */
final class Access {
    private Access() {}

    /**
     * @throws ConfigException when the node would listen beyond loopback without a password
     */
    static void check(Configuration configuration) {
        InetAddress bind = address(configuration, configuration.get(Settings.NODE_BIND));
        boolean guarded =
                configuration.get(Settings.SECURITY_PASSWORD).isPresent()
                        || configuration.get(Settings.SECURITY_MODE) == SecurityMode.OPEN;
        if (!bind.isLoopbackAddress() && !guarded) {
            throw configuration.refused(
                    Settings.NODE_BIND,
                    bind.getHostAddress()
                            + " can be reached from other machines; set security.password,"
                            + " or say security.mode: open");
        }
    }

    /** The address that others reach this node at. */
    static String advertisedHost(Configuration configuration) {
        String bind = configuration.get(Settings.NODE_BIND);
        return configuration
                .get(Settings.NODE_HOST)
                .orElseGet(() -> {
                    if (address(configuration, bind).isAnyLocalAddress()) {
                        throw configuration.refused(
                                Settings.NODE_BIND,
                                bind
                                        + " is every address of this machine; say in node.host"
                                        + " which one others reach it at");
                    }
                    return bind;
                });
    }

    private static InetAddress address(Configuration configuration, String bind) {
        try {
            return InetAddress.getByName(bind);
        } catch (UnknownHostException e) {
            throw configuration.refused(
                    Settings.NODE_BIND, "'" + bind + "' is no address of this machine");
        }
    }
}
