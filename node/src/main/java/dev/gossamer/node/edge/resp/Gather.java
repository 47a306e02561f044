package dev.gossamer.node.edge.resp;

import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several answers that make one reply, in the order in which they were asked for. When one fails,
 * the reply is its error, after all have come: what was done stays done.
 */
final class Gather<T> extends Call<List<T>> {
    private final List<@Nullable T> answers;
    private final Form<T> form;
    private int missing;
    private @Nullable ErrorCode failure;
    private String message = "";

    /** How the answers are told. */
    interface Form<T> {
        void write(List<T> answers, ReplyWriter out);
    }

    Gather(Connection connection, int count, Form<T> form) {
        super(connection);
        this.answers = new ArrayList<>(Collections.nCopies(count, null));
        this.missing = count;
        this.form = form;
    }

    @Override
    void reply(List<T> all, ReplyWriter out) {
        form.write(all, out);
    }

    /** Where the answer number {@code i} goes. */
    Mesh.Callback<T> at(int i) {
        return new Mesh.Callback<>() {
            @Override
            public void done(T answer) {
                answers.set(i, answer);
                arrived();
            }

            @Override
            public void failed(ErrorCode code, String text) {
                failure = code;
                message = text;
                arrived();
            }
        };
    }

    // All elements are there when the last one has arrived without a failure.
    @SuppressWarnings("NullAway")
    private void arrived() {
        if (--missing > 0) {
            return;
        }
        if (failure != null) {
            failed(failure, message);
        } else {
            done(answers);
        }
    }
}
