package dev.gossamer.node.edge.resp;

import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.protocol.resp.Request;

/** The options of GSM.SET: those of SET but GET, and VERSION and META. */
record GsmSetOptions(Expiry expiry, Condition condition, boolean meta) {

    static GsmSetOptions parse(Request request, int from, long nowMillis) {
        GsmSetOptions options = new GsmSetOptions(Expiry.CACHE_DEFAULT, Condition.ALWAYS, false);
        int i = from;
        while (i < request.count()) {
            boolean alone =
                    request.is(i, "NX")
                            || request.is(i, "XX")
                            || request.is(i, "META")
                            || request.is(i, "KEEPTTL");
            if (alone) {
                options = options.with(request, i);
                i++;
            } else {
                options = options.with(request, i, Arguments.valueOf(request, i), nowMillis);
                i += 2;
            }
        }
        return options;
    }

    private GsmSetOptions with(Request request, int i) {
        if (request.is(i, "META")) {
            return new GsmSetOptions(expiry, condition, true);
        }
        if (request.is(i, "KEEPTTL")) {
            return expiring(Expiry.KEEP);
        }
        return on(request.is(i, "NX") ? Condition.IF_ABSENT : Condition.IF_PRESENT);
    }

    private GsmSetOptions with(Request request, int i, int value, long nowMillis) {
        if (request.is(i, "VERSION")) {
            return on(new Condition.IfVersion(GsmCommands.version(request, value)));
        }
        ExpiryOption option = SetOptions.expiryOption(request, i);
        return expiring(option.positive(request, value, "gsm.set", nowMillis));
    }

    private GsmSetOptions on(Condition wanted) {
        if (!condition.equals(Condition.ALWAYS)) {
            throw Refusal.syntax();
        }
        return new GsmSetOptions(expiry, wanted, meta);
    }

    private GsmSetOptions expiring(Expiry wanted) {
        if (!expiry.equals(Expiry.CACHE_DEFAULT)) {
            throw Refusal.syntax();
        }
        return new GsmSetOptions(wanted, condition, meta);
    }
}
