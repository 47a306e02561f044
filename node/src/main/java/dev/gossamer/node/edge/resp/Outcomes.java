package dev.gossamer.node.edge.resp;

import dev.gossamer.node.cache.Outcome;
import dev.gossamer.protocol.resp.ReplyWriter;
import java.util.List;
import java.util.function.Consumer;

/** Many outcomes told as one reply. */
final class Outcomes {
    private Outcomes() {}

    /** The first refusal, or the reply when there is none. */
    static void all(List<Outcome> outcomes, ReplyWriter out, Consumer<ReplyWriter> reply) {
        for (Outcome outcome : outcomes) {
            if (outcome instanceof Outcome.Refused(var code, var message)) {
                out.error(Refusal.line(code, message));
                return;
            }
        }
        reply.accept(out);
    }

    static long applied(List<Outcome> outcomes) {
        return outcomes.stream().filter(Outcome.Applied.class::isInstance).count();
    }
}
