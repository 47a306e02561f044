package dev.gossamer.node.edge.resp;

import dev.gossamer.protocol.resp.Request;

/** Arguments read as commands need them; what cannot be read so ends the command. */
final class Arguments {
    private Arguments() {}

    static long integer(Request request, int i) {
        return request.integer(i).orElseThrow(Refusal::notInteger);
    }

    /** An integer that fits an int; others are out of range, as with Redis. */
    static int smallInteger(Request request, int i) {
        long value = integer(request, i);
        if (value != (int) value) {
            throw Refusal.notInteger();
        }
        return (int) value;
    }

    /** The position after {@code i}, which must exist, as the place of an option's value. */
    static int valueOf(Request request, int i) {
        if (i + 1 >= request.count()) {
            throw Refusal.syntax();
        }
        return i + 1;
    }
}
