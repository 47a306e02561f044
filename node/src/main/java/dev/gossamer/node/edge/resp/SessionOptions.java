package dev.gossamer.node.edge.resp;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Stamp;
import dev.gossamer.protocol.Version;
import dev.gossamer.protocol.resp.ReplyWriter;
import dev.gossamer.protocol.resp.Request;
import org.jspecify.annotations.Nullable;

/**
 * The options of Gossamer's verbs by which a client keeps its session (C3) and repeats a call
 * without doing it twice (C5), in any order:
 *
 * <ul>
 *   <li>{@code SINCE epoch}: refused with WRONGEPOCH while this node goes by an earlier epoch;
 *   <li>{@code STAMP}: the reply comes in an array, with a {@link Stamp} after it;
 *   <li>{@code OP id}, of writes: an id that was applied before gets the first answer.
 * </ul>
 */
final class SessionOptions {
    private boolean stamp;
    private long since;
    private @Nullable OperationId operationOrNull;

    /** The position after a session's option of a read at {@code i}; {@code i} for any other. */
    int takeOfRead(Request request, int i) {
        if (request.is(i, "STAMP")) {
            stamp = true;
            return i + 1;
        }
        if (request.is(i, "SINCE")) {
            int value = Arguments.valueOf(request, i);
            since = Arguments.integer(request, value);
            if (since < 0) {
                throw new Refusal("ERR epoch is negative");
            }
            return value + 1;
        }
        return i;
    }

    /** The position after a session's option of a write at {@code i}; {@code i} for any other. */
    int takeOfWrite(Request request, int i) {
        if (!request.is(i, "OP")) {
            return takeOfRead(request, i);
        }
        int value = Arguments.valueOf(request, i);
        try {
            operationOrNull =
                    OperationId.parse(
                            request.array(), request.offset(value), request.length(value));
        } catch (IllegalArgumentException e) {
            throw new Refusal("ERR " + e.getMessage());
        }
        return value + 1;
    }

    /**
     * @throws Refusal when this node does not go by the epoch yet that the client has seen
     */
    void check(Mesh mesh) {
        long epoch = mesh.epoch();
        if (epoch < since) {
            throw new Refusal(
                    "WRONGEPOCH this member goes by epoch "
                            + Epoch.text(epoch)
                            + " and not yet by "
                            + Epoch.text(since));
        }
    }

    /** Before a reply. */
    void begin(ReplyWriter out) {
        if (stamp) {
            out.array(2);
        }
    }

    /** After a reply that speaks of {@code entry}. */
    void end(Mesh mesh, Bytes key, @Nullable Entry entry, ReplyWriter out) {
        end(mesh, key, entry == null ? Version.NONE : entry.version(), out);
    }

    private void end(Mesh mesh, Bytes key, Version version, ReplyWriter out) {
        if (stamp) {
            out.bulk(new Stamp(version, mesh.isEpochFirst(key), mesh.epoch()).toBytes());
        }
    }

    /** Writes, once for one id. */
    void write(Connection connection, Operation operation, WriteCall.Form form) {
        Mesh mesh = connection.context().mesh();
        check(mesh);
        WriteCall.Form wanted = stamp ? new Stamped(mesh, operation.key(), form) : form;
        write(mesh, operation, new WriteCall(connection, wanted));
    }

    /** The same for who writes its own reply. */
    void write(Mesh mesh, Operation operation, Mesh.Callback<Outcome> call) {
        OperationId id = operationOrNull;
        if (id == null) {
            mesh.write(operation, call);
        } else {
            mesh.write(operation, id, call);
        }
    }

    private final class Stamped implements WriteCall.Form {
        private final Mesh mesh;
        private final Bytes key;
        private final WriteCall.Form inner;

        Stamped(Mesh mesh, Bytes key, WriteCall.Form inner) {
            this.mesh = mesh;
            this.key = key;
            this.inner = inner;
        }

        @Override
        public void applied(Outcome.Applied applied, ReplyWriter out) {
            begin(out);
            inner.applied(applied, out);
            end(mesh, key, applied.version(), out);
        }

        @Override
        public void unchanged(@Nullable Entry standing, ReplyWriter out) {
            begin(out);
            inner.unchanged(standing, out);
            end(mesh, key, standing, out);
        }
    }
}
