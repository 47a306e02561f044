package dev.gossamer.node.edge.resp;

import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** From the end of a future to a callback's. */
final class Futures {
    private Futures() {}

    // A future that ends without a problem has the answer its type promises.
    @SuppressWarnings("NullAway")
    static <T> void settle(
            Mesh.Callback<T> callback, @Nullable T answer, @Nullable Throwable problem) {
        if (problem == null) {
            callback.done(answer);
            return;
        }
        Throwable cause =
                problem instanceof CompletionException && problem.getCause() != null
                        ? problem.getCause()
                        : problem;
        if (cause instanceof GossamerException known) {
            callback.failed(known.code(), String.valueOf(known.getMessage()));
        } else {
            callback.failed(ErrorCode.INTERNAL, String.valueOf(cause));
        }
    }
}
