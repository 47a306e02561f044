package dev.gossamer.node.edge.resp;

import static dev.gossamer.node.edge.resp.Command.command;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.resp.ReplyWriter;
import dev.gossamer.protocol.resp.Request;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Parts of values, and values as numbers: each change is atomic on the slot's primary. */
final class NumberCommands {
    private static final int DECIMAL_CHARS_MAX = 256;

    /** About the range of the long double that Redis computes with. */
    private static final int DECIMAL_EXPONENT_MAX = 4932;

    private static final long VALUE_BYTES_MAX = 512L << 20;

    static final WriteCall.Form NUMBER =
            WriteCall.Form.of(
                    (applied, out) -> out.integer(applied.number()),
                    (entry, out) -> out.integer(entry == null ? 0 : entry.valueLength()));
    private static final WriteCall.Form TEXT =
            WriteCall.Form.of(NumberCommands::text, StringCommands::value);

    private NumberCommands() {}

    /** Parts of values. */
    static List<Command> parts() {
        return List.of(
                command(
                        "append",
                        3,
                        "write denyoom fast",
                        Keys.ONE,
                        StringCommands.doc("2.0.0", "O(1)", "Appends to the value of a key."),
                        NumberCommands::append),
                command(
                        "strlen",
                        2,
                        "readonly fast",
                        Keys.ONE,
                        StringCommands.doc("2.2.0", "O(1)", "Returns the length of a value."),
                        NumberCommands::strLen),
                command(
                        "getrange",
                        4,
                        "readonly",
                        Keys.ONE,
                        StringCommands.doc("2.4.0", "O(N)", "Returns a part of a value."),
                        NumberCommands::getRange),
                command(
                        "substr",
                        4,
                        "readonly",
                        Keys.ONE,
                        StringCommands.doc("1.0.0", "O(N)", "Returns a part of a value."),
                        NumberCommands::getRange),
                command(
                        "setrange",
                        4,
                        "write denyoom",
                        Keys.ONE,
                        StringCommands.doc("2.2.0", "O(1)", "Overwrites a part of a value."),
                        NumberCommands::setRange));
    }

    /** Values as numbers. */
    static List<Command> numbers() {
        return List.of(
                command(
                        "incr",
                        2,
                        "write denyoom fast",
                        Keys.ONE,
                        StringCommands.doc("1.0.0", "O(1)", "Adds one to the integer of a key."),
                        (c, r) -> increment(c, r, 1)),
                command(
                        "decr",
                        2,
                        "write denyoom fast",
                        Keys.ONE,
                        StringCommands.doc("1.0.0", "O(1)", "Takes one from a key's integer."),
                        (c, r) -> increment(c, r, -1)),
                command(
                        "incrby",
                        3,
                        "write denyoom fast",
                        Keys.ONE,
                        StringCommands.doc("1.0.0", "O(1)", "Adds to the integer of a key."),
                        (c, r) -> increment(c, r, Arguments.integer(r, 2))),
                command(
                        "decrby",
                        3,
                        "write denyoom fast",
                        Keys.ONE,
                        StringCommands.doc("1.0.0", "O(1)", "Takes from the integer of a key."),
                        NumberCommands::decrementBy),
                command(
                        "incrbyfloat",
                        3,
                        "write denyoom fast",
                        Keys.ONE,
                        StringCommands.doc("2.6.0", "O(1)", "Adds to the decimal of a key."),
                        NumberCommands::incrementDecimal));
    }

    private static void text(Outcome.Applied applied, ReplyWriter out) {
        String text = applied.text();
        out.text(text == null ? "" : text);
    }

    private static void write(Connection connection, Operation operation, WriteCall.Form form) {
        connection.context().mesh().write(operation, new WriteCall(connection, form));
    }

    private static void append(Connection connection, Request request) {
        write(connection, new Operation.Append(request.bytes(1), request.copy(2)), NUMBER);
    }

    private static void strLen(Connection connection, Request request) {
        connection
                .context()
                .mesh()
                .read(
                        request.bytes(1),
                        FreshnessCommands.of(connection, request.bytes(1)),
                        new ReadCall(connection, NumberCommands::length));
    }

    private static void length(@Nullable Entry entry, ReplyWriter out) {
        out.integer(entry == null ? 0 : entry.valueLength());
    }

    private static void getRange(Connection connection, Request request) {
        long from = Arguments.integer(request, 2);
        long to = Arguments.integer(request, 3);
        connection
                .context()
                .mesh()
                .read(
                        request.bytes(1),
                        FreshnessCommands.of(connection, request.bytes(1)),
                        new ReadCall(connection, (entry, out) -> part(entry, from, to, out)));
    }

    private static void part(@Nullable Entry entry, long from, long to, ReplyWriter out) {
        int length = entry == null ? 0 : entry.valueLength();
        long first = Math.max(0, from < 0 ? from + length : from);
        long last = Math.min(length - 1, Math.max(0, to < 0 ? to + length : to));
        boolean reversed = from < 0 && to < 0 && from > to;
        if (entry == null || length == 0 || first > last || reversed) {
            out.bulk(new byte[0]);
        } else {
            out.bulk(entry.value(), (int) first, (int) (last - first + 1));
        }
    }

    private static void setRange(Connection connection, Request request) {
        long offset = Arguments.integer(request, 2);
        if (offset < 0) {
            throw new Refusal("ERR offset is out of range");
        }
        int length = request.length(3);
        if (length == 0) {
            strLen(connection, request);
            return;
        }
        if (offset > VALUE_BYTES_MAX - length) {
            throw new Refusal("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
        }
        write(
                connection,
                new Operation.SetRange(request.bytes(1), (int) offset, request.copy(3)),
                NUMBER);
    }

    private static void increment(Connection connection, Request request, long delta) {
        write(connection, new Operation.Increment(request.bytes(1), delta), NUMBER);
    }

    private static void decrementBy(Connection connection, Request request) {
        long delta = Arguments.integer(request, 2);
        if (delta == Long.MIN_VALUE) {
            throw new Refusal("ERR decrement would overflow");
        }
        increment(connection, request, -delta);
    }

    private static void incrementDecimal(Connection connection, Request request) {
        Operation operation = new Operation.IncrementDecimal(request.bytes(1), decimal(request, 2));
        write(connection, operation, TEXT);
    }

    private static BigDecimal decimal(Request request, int i) {
        if (request.length(i) > DECIMAL_CHARS_MAX) {
            throw notFloat();
        }
        String text = request.text(i).toLowerCase(Locale.ROOT);
        String unsigned = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        if (unsigned.equals("inf") || unsigned.equals("infinity")) {
            throw new Refusal("ERR increment would produce NaN or Infinity");
        }
        try {
            BigDecimal value = new BigDecimal(text);
            long exponent = (long) value.precision() - value.scale();
            if (value.signum() != 0 && Math.abs(exponent) > DECIMAL_EXPONENT_MAX) {
                throw notFloat();
            }
            return value.signum() == 0 ? BigDecimal.ZERO : value;
        } catch (NumberFormatException e) {
            throw notFloat();
        }
    }

    private static Refusal notFloat() {
        return new Refusal("ERR value is not a valid float");
    }
}
