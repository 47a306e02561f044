package dev.gossamer.node.mesh.coherence;

import dev.gossamer.gossip.invalidation.Figures;
import dev.gossamer.protocol.MemberId;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** What coherence exports. */
public final class CoherenceMeters {
    private final MeterRegistry meters;
    private final Coherence coherence;

    private CoherenceMeters(MeterRegistry meters, Coherence coherence) {
        this.meters = meters;
        this.coherence = coherence;
    }

    public static void register(MeterRegistry meters, Coherence coherence) {
        CoherenceMeters all = new CoherenceMeters(meters, coherence);
        all.held();
        all.sent();
        all.repaired();
    }

    /**
     * @param members whom this node may have near copies of
     */
    public static void register(
            MeterRegistry meters, NearCopies near, Supplier<List<MemberId>> members) {
        Gauge.builder(
                        "gossamer.watermark.age.seconds",
                        near,
                        it -> it.worstAgeSeconds(members.get()))
                .description("How old near copies of the member that proves least may be")
                .baseUnit("seconds")
                .register(meters);
    }

    private void held() {
        FunctionCounter.builder(
                        "gossamer.invalidation.appended",
                        coherence,
                        it -> it.ownLog().position().sequence())
                .description("Invalidations in this node's log since its life began")
                .register(meters);
        gauge("log.bytes", "Bytes of this node's own log", Figures::logBytes);
        gauge("received.bytes", "Bytes of what is kept of others' logs", Figures::receivedBytes);
        gauge("pending.bytes", "Bytes that wait for the end of a window", Figures::pendingBytes);
        Gauge.builder(
                        "gossamer.invalidation.origins.behind",
                        coherence,
                        it -> it.figures().originsBehind())
                .description("Members of whose log something is known to be missing here")
                .register(meters);
    }

    private void sent() {
        count("messages", "Messages sent about invalidations", Figures::messages);
        FunctionCounter.builder(
                        "gossamer.invalidation.bytes", coherence, it -> it.figures().bytes())
                .description("Bytes sent about invalidations")
                .baseUnit("bytes")
                .register(meters);
        count("payload.messages", "Messages with an invalidation", Figures::payloadMessages);
        count("sent", "Invalidations sent", Figures::invalidationsSent);
        count("duplicates", "Invalidations received that were known", Figures::duplicates);
    }

    private void repaired() {
        count("asks", "Questions for invalidations that were missing here", Figures::asks);
        count("answered", "Invalidations sent because others asked", Figures::answered);
        count(
                "overruns",
                "Gaps here that no log could fill, and lives of members that began",
                Figures::overruns);
        count(
                "overruns.told",
                "Gaps of others that this node's log could not fill any more",
                Figures::overrunsTold);
        count("rejected", "Messages that made no sense and were dropped", Figures::rejected);
        FunctionCounter.builder("gossamer.invalidation.dropped", coherence, Coherence::dropped)
                .description("Messages dropped because too many waited here")
                .register(meters);
    }

    private void gauge(String name, String what, ToDoubleFunction<Figures> figure) {
        Gauge.builder(
                        "gossamer.invalidation." + name,
                        coherence,
                        it -> figure.applyAsDouble(it.figures()))
                .description(what)
                .baseUnit("bytes")
                .register(meters);
    }

    private void count(String name, String what, ToLongFunction<Figures> figure) {
        FunctionCounter.builder(
                        "gossamer.invalidation." + name,
                        coherence,
                        it -> figure.applyAsLong(it.figures()))
                .description(what)
                .register(meters);
    }
}
