package dev.gossamer.node.edge.resp;

import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.protocol.resp.Request;

/** The options of GSM.SET: those of SET but GET, and VERSION, META, TAGS and a session's. */
final class GsmSetOptions {
    final SessionOptions session = new SessionOptions();
    final TagOptions tags = new TagOptions();
    Expiry expiry = Expiry.CACHE_DEFAULT;
    Condition condition = Condition.ALWAYS;
    boolean meta;

    private GsmSetOptions() {}

    static GsmSetOptions parse(Request request, int from, long nowMillis) {
        GsmSetOptions options = new GsmSetOptions();
        int i = from;
        while (i < request.count()) {
            int next = options.session.takeOfWrite(request, i);
            next = next > i ? next : options.tags.take(request, i);
            i = next > i ? next : options.take(request, i, nowMillis);
        }
        return options;
    }

    private int take(Request request, int i, long nowMillis) {
        if (request.is(i, "META")) {
            meta = true;
        } else if (request.is(i, "KEEPTTL")) {
            expiring(Expiry.KEEP);
        } else if (request.is(i, "NX")) {
            on(Condition.IF_ABSENT);
        } else if (request.is(i, "XX")) {
            on(Condition.IF_PRESENT);
        } else {
            takeWithValue(request, i, Arguments.valueOf(request, i), nowMillis);
            return i + 2;
        }
        return i + 1;
    }

    private void takeWithValue(Request request, int i, int value, long nowMillis) {
        if (request.is(i, "VERSION")) {
            on(new Condition.IfVersion(GsmCommands.version(request, value)));
            return;
        }
        ExpiryOption option = SetOptions.expiryOption(request, i);
        expiring(option.positive(request, value, "gsm.set", nowMillis));
    }

    private void on(Condition wanted) {
        if (!condition.equals(Condition.ALWAYS)) {
            throw Refusal.syntax();
        }
        condition = wanted;
    }

    private void expiring(Expiry wanted) {
        if (!expiry.equals(Expiry.CACHE_DEFAULT)) {
            throw Refusal.syntax();
        }
        expiry = wanted;
    }
}
