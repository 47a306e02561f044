package dev.gossamer.node.edge.resp;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Several answers that make one reply, in the order in which they were asked for. When one fails,
 * the reply is its error, after all have come: what was done stays done.
 */
final class Gather<T> extends Call<List<T>> {
    private final List<Place> places;
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
        this.places = new ArrayList<>(count);
        this.missing = count;
        this.form = form;
    }

    @Override
    void reply(List<T> all, ReplyWriter out) {
        form.write(all, out);
    }

    /** Where the next answer goes. */
    Mesh.Callback<T> next() {
        Place place = new Place();
        places.add(place);
        return place;
    }

    private final class Place implements Mesh.Callback<T> {
        private @Nullable T answerOrNull;

        @Override
        public void done(T answer) {
            answerOrNull = answer;
            arrived();
        }

        @Override
        public void failed(ErrorCode code, String text) {
            failure = code;
            message = text;
            arrived();
        }

        @Override
        public Caller caller() {
            return Gather.this.caller();
        }

        private T answer() {
            return Objects.requireNonNull(answerOrNull);
        }
    }

    private void arrived() {
        if (--missing > 0) {
            return;
        }
        if (failure != null) {
            failed(failure, message);
            return;
        }
        List<T> answers = new ArrayList<>(places.size());
        for (Place place : places) {
            answers.add(place.answer());
        }
        done(answers);
    }
}
