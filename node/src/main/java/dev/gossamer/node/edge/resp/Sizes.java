package dev.gossamer.node.edge.resp;

import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.protocol.resp.Request;

/** How long keys and values may be, on both ports. */
final class Sizes {
    private Sizes() {}

    /** Throws when an argument is too long for what it is. Costs a comparison per argument. */
    static void check(Command command, Request request, RespSettings settings) {
        int keyMax = settings.keyBytesMax();
        int valueMax = settings.valueBytesMax();
        int either = Math.min(keyMax, valueMax);
        for (int i = 1; i < request.count(); i++) {
            int length = request.length(i);
            if (length > either) {
                boolean key = isKey(command.keys(), i, request.count());
                if (length > (key ? keyMax : valueMax)) {
                    throw tooLarge(key ? "key" : "value", length, key ? keyMax : valueMax);
                }
            }
        }
    }

    private static boolean isKey(Keys keys, int i, int argCount) {
        return keys.first() > 0
                && i >= keys.first()
                && i <= keys.last(argCount)
                && (i - keys.first()) % keys.step() == 0;
    }

    private static Refusal tooLarge(String what, int bytes, int max) {
        return new Refusal(
                "TOOLARGE "
                        + what
                        + " of "
                        + bytes
                        + " bytes is longer than limits."
                        + what
                        + "-bytes-max allows ("
                        + max
                        + ")");
    }
}
