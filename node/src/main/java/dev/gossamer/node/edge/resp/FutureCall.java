package dev.gossamer.node.edge.resp;

import dev.gossamer.protocol.resp.ReplyWriter;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/** A command that ends when a future does. */
final class FutureCall<T> extends Call<T> {
    private final BiConsumer<T, ReplyWriter> form;

    private FutureCall(Connection connection, BiConsumer<T, ReplyWriter> form) {
        super(connection);
        this.form = form;
    }

    static <T> void await(
            Connection connection, CompletableFuture<T> future, BiConsumer<T, ReplyWriter> form) {
        connection.settle(future, new FutureCall<>(connection, form));
    }

    @Override
    void reply(T answer, ReplyWriter out) {
        form.accept(answer, out);
    }
}
