package dev.gossamer.node.config;

/** How settings are named in the environment. */
final class EnvironmentNames {
    static final String PREFIX = "GOSSAMER_";

    private EnvironmentNames() {}
}
