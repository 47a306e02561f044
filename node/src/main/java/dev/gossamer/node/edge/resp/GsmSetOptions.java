package dev.gossamer.node.edge.resp;

import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.resp.Request;
import java.util.List;
import java.util.stream.IntStream;

/** The options of GSM.SET: those of SET but GET, and VERSION, META, TAGS and a session's. */
final class GsmSetOptions {
    final SessionOptions session = new SessionOptions();
    Expiry expiry = Expiry.CACHE_DEFAULT;
    Condition condition = Condition.ALWAYS;
    boolean meta;
    private List<Bytes> tags = List.of();

    private GsmSetOptions() {}

    static GsmSetOptions parse(Request request, int from, long nowMillis) {
        GsmSetOptions options = new GsmSetOptions();
        int i = from;
        while (i < request.count()) {
            int next = options.session.takeOfWrite(request, i);
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
        } else if (request.is(i, "TAGS") && tags.isEmpty()) {
            return takeTags(request, Arguments.valueOf(request, i));
        } else {
            takeWithValue(request, i, Arguments.valueOf(request, i), nowMillis);
            return i + 2;
        }
        return i + 1;
    }

    /** A number and as many names; where they end. */
    private int takeTags(Request request, int count) {
        long wanted = Arguments.integer(request, count);
        if (wanted < 1 || wanted > request.count() - count - 1) {
            throw new Refusal("ERR TAGS wants the number of tags, and as many tags");
        }
        int end = count + 1 + (int) wanted;
        tags = IntStream.range(count + 1, end).mapToObj(request::bytes).toList();
        return end;
    }

    /** The tags as the key's cache knows them. */
    long[] tagsOf(Mesh mesh, Bytes key) {
        try {
            return tags.isEmpty() ? Tags.NONE : mesh.tagsOf(key, tags);
        } catch (IllegalArgumentException e) {
            throw new Refusal("ERR " + e.getMessage());
        }
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
