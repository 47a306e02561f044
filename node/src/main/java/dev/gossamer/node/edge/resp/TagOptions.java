package dev.gossamer.node.edge.resp;

import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.resp.Request;
import java.util.List;
import java.util.stream.IntStream;

/** What a value depends on: TAGS, their number, and as many names. */
final class TagOptions {
    private List<Bytes> names = List.of();

    /** The position after the option at {@code i}; {@code i} for any other. */
    int take(Request request, int i) {
        if (!request.is(i, "TAGS") || !names.isEmpty()) {
            return i;
        }
        int count = Arguments.valueOf(request, i);
        long wanted = Arguments.integer(request, count);
        if (wanted < 1 || wanted > request.count() - count - 1) {
            throw new Refusal("ERR TAGS wants the number of tags, and as many tags");
        }
        int end = count + 1 + (int) wanted;
        names = IntStream.range(count + 1, end).mapToObj(request::bytes).toList();
        return end;
    }

    /** The tags as the key's cache knows them. */
    long[] of(Mesh mesh, Bytes key) {
        try {
            return names.isEmpty() ? Tags.NONE : mesh.tagsOf(key, names);
        } catch (IllegalArgumentException e) {
            throw new Refusal("ERR " + e.getMessage());
        }
    }
}
