package dev.gossamer.node.mesh;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import java.util.concurrent.CompletableFuture;

/** An answer that is to come, for callers that are on no event loop. */
final class Promised<T> implements Mesh.Callback<T> {
    private final CompletableFuture<T> future = new CompletableFuture<>();

    CompletableFuture<T> future() {
        return future;
    }

    @Override
    public void done(T answer) {
        future.complete(answer);
    }

    @Override
    public void failed(ErrorCode code, String message) {
        future.completeExceptionally(new GossamerException(code, message));
    }
}
