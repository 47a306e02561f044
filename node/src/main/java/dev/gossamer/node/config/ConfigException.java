package dev.gossamer.node.config;

/**
 * A setting that is unknown, impossible or contradicts another. The message names it, its place and
 * what to write.
 */
public final class ConfigException extends RuntimeException {
    public ConfigException(String message) {
        super(message);
    }

    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
