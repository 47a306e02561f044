package dev.gossamer.node.edge.resp;

import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.protocol.resp.Request;

/** The options of SET: one of EX PX EXAT PXAT KEEPTTL, one of NX XX, and GET, in any order. */
final class SetOptions {
    private static final ExpiryOption[] EXPIRIES = ExpiryOption.values();

    Expiry expiry = Expiry.CACHE_DEFAULT;
    Condition condition = Condition.ALWAYS;
    boolean get;

    private SetOptions() {}

    static SetOptions parse(Request request, int from, long nowMillis) {
        SetOptions options = new SetOptions();
        int i = from;
        while (i < request.count()) {
            i = options.take(request, i, nowMillis);
        }
        return options;
    }

    private int take(Request request, int i, long nowMillis) {
        if (request.is(i, "NX")) {
            condition(Condition.IF_ABSENT);
        } else if (request.is(i, "XX")) {
            condition(Condition.IF_PRESENT);
        } else if (request.is(i, "GET")) {
            get = true;
        } else if (request.is(i, "KEEPTTL")) {
            expiry(Expiry.KEEP);
        } else {
            ExpiryOption option = expiryOption(request, i);
            int value = Arguments.valueOf(request, i);
            expiry(option.positive(request, value, "set", nowMillis));
            return value + 1;
        }
        return i + 1;
    }

    static ExpiryOption expiryOption(Request request, int i) {
        for (ExpiryOption option : EXPIRIES) {
            if (option.isAt(request, i)) {
                return option;
            }
        }
        throw Refusal.syntax();
    }

    private void condition(Condition wanted) {
        if (!condition.equals(Condition.ALWAYS) && !condition.equals(wanted)) {
            throw Refusal.syntax();
        }
        condition = wanted;
    }

    private void expiry(Expiry wanted) {
        if (!expiry.equals(Expiry.CACHE_DEFAULT)) {
            throw Refusal.syntax();
        }
        expiry = wanted;
    }
}
