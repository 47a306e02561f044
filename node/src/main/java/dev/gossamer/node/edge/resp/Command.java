package dev.gossamer.node.edge.resp;

import dev.gossamer.protocol.resp.Request;
import java.util.List;

/**
 * A command that the ports understand: what COMMAND says of it, and what it does.
 *
 * @param name in lower case
 * @param arity how many arguments, the name included; negative for at least so many
 * @param flags as COMMAND INFO lists them
 * @param keys where its keys stand
 */
record Command(String name, int arity, List<String> flags, Keys keys, Doc doc, Action action) {

    /** Does it: replies exactly once, now or later, or throws a {@link Refusal}. */
    interface Action {
        void run(Connection connection, Request request);
    }

    /**
     * Where a command's keys stand among its arguments.
     *
     * @param first 0 for a command without keys
     * @param last negative counts from the end
     */
    record Keys(int first, int last, int step) {
        static final Keys NONE = new Keys(0, 0, 0);
        static final Keys ONE = new Keys(1, 1, 1);
        static final Keys ALL = new Keys(1, -1, 1);
        static final Keys PAIRS = new Keys(1, -1, 2);

        /** The position after which no key stands. */
        int last(int argCount) {
            return last < 0 ? argCount + last : Math.min(last, argCount - 1);
        }
    }

    /** What COMMAND DOCS says. */
    record Doc(String group, String since, String complexity, String summary) {}

    static Command command(
            String name, int arity, String flags, Keys keys, Doc doc, Action action) {
        return new Command(name, arity, List.of(flags.split(" ")), keys, doc, action);
    }

    boolean has(String flag) {
        return flags.contains(flag);
    }

    boolean takes(int argCount) {
        return arity >= 0 ? argCount == arity : argCount >= -arity;
    }
}
