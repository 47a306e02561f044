package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.OperationId;
import java.util.List;

/**
 * A write that somebody waits for.
 *
 * @param slot of the operation's keys
 * @param id the same on every try, so that it is applied once
 * @param forwards whether another member may be asked; false for what another member asked
 */
record WriteCall(
        Operation operation,
        int slot,
        OperationId id,
        long deadlineNanos,
        boolean forwards,
        Mesh.Callback<Outcome> callback) {

    Bytes key() {
        return operation.key();
    }

    List<Bytes> keys() {
        return operation instanceof Operation.PutAllIfAbsent(var pairs)
                ? pairs.stream().map(Operation.Pair::key).toList()
                : List.of(key());
    }

    int weightBytes() {
        return Request.Write.weightBytes(operation);
    }

    Request.Write request() {
        return new Request.Write(operation, id);
    }
}
