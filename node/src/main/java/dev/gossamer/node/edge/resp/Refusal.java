package dev.gossamer.node.edge.resp;

import dev.gossamer.protocol.ErrorCode;
import java.util.Locale;

/**
 * Ends a command with an error reply, worded as Redis words it. An ordinary outcome: no stack
 * trace.
 */
final class Refusal extends RuntimeException {

    /**
     * @param line the whole error, its code in capitals first
     */
    Refusal(String line) {
        super(line, null, false, false);
    }

    String line() {
        return String.valueOf(getMessage());
    }

    /** The error reply for a failure that the mesh names. */
    static String line(ErrorCode code, String message) {
        String prefix = code.name() + " ";
        return message.startsWith(prefix) ? message : prefix + message;
    }

    static Refusal syntax() {
        return new Refusal("ERR syntax error");
    }

    static Refusal notInteger() {
        return new Refusal("ERR value is not an integer or out of range");
    }

    static Refusal arity(String command) {
        return new Refusal(
                "ERR wrong number of arguments for '"
                        + command.toLowerCase(Locale.ROOT)
                        + "' command");
    }

    static Refusal expireTime(String command) {
        return new Refusal("ERR invalid expire time in '" + command + "' command");
    }

    static Refusal subcommand(String command, String subcommand) {
        return new Refusal(
                "ERR unknown subcommand '"
                        + (subcommand.length() > 128 ? subcommand.substring(0, 128) : subcommand)
                        + "'. Try "
                        + command
                        + " HELP.");
    }
}
