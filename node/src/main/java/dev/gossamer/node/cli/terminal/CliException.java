package dev.gossamer.node.cli.terminal;

/**
 * A command that did not succeed: one sentence that says why and what to do next. The cause is
 * shown with {@code --verbose}.
 */
public final class CliException extends RuntimeException {
    public CliException(String message) {
        super(message);
    }

    public CliException(String message, Throwable cause) {
        super(message, cause);
    }
}
