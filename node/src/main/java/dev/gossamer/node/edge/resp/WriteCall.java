package dev.gossamer.node.edge.resp;

import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.resp.ReplyWriter;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Changes one key and replies with something made of the outcome. */
final class WriteCall extends Call<Outcome> {
    private final Form form;

    /** How an outcome is told that is no refusal. */
    interface Form {
        void applied(Outcome.Applied applied, ReplyWriter out);

        void unchanged(@Nullable Entry standing, ReplyWriter out);

        /** One way of telling it when it was done, another when it was not. */
        static Form of(BiConsumer<Outcome.Applied, ReplyWriter> applied, ReadCall.Form unchanged) {
            return new Form() {
                @Override
                public void applied(Outcome.Applied outcome, ReplyWriter out) {
                    applied.accept(outcome, out);
                }

                @Override
                public void unchanged(@Nullable Entry standing, ReplyWriter out) {
                    unchanged.write(standing, out);
                }
            };
        }
    }

    WriteCall(Connection connection, Form form) {
        super(connection);
        this.form = form;
    }

    @Override
    void reply(Outcome outcome, ReplyWriter out) {
        switch (outcome) {
            case Outcome.Applied applied -> form.applied(applied, out);
            case Outcome.Unchanged(var previous) -> form.unchanged(previous, out);
            case Outcome.Leased leased ->
                    throw new IllegalStateException("a write was answered with " + leased);
            case Outcome.Refused(var code, var message) -> out.error(Refusal.line(code, message));
        }
    }
}
