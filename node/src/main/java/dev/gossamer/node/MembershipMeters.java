package dev.gossamer.node;

import dev.gossamer.membership.MembershipStats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Shows the membership's counters as {@code gossamer.membership.*}. The registry is a part of the
 * node that the membership module does not know.
 */
final class MembershipMeters {
    private final MeterRegistry registry;
    private final Supplier<MembershipStats> stats;

    private MembershipMeters(MeterRegistry registry, Supplier<MembershipStats> stats) {
        this.registry = registry;
        this.stats = stats;
    }

    /**
     * @param stats asked at every reading, once per meter; any thread
     */
    static void register(MeterRegistry registry, Supplier<MembershipStats> stats) {
        new MembershipMeters(registry, stats).registerAll();
    }

    private void registerAll() {
        gauge("members", "Members of the latest view", MembershipStats::members);
        counter("views", "Views delivered", MembershipStats::viewsDelivered);
        counter(
                "views.skipped",
                "Views that gave way to later ones before they were looked at",
                MembershipStats::viewsSkipped);
        counter("messages.sent", "Messages sent", MembershipStats::messagesSent);
        counter("messages.received", "Messages delivered", MembershipStats::messagesReceived);
        dropped("no_room_out", MembershipStats::outboundDropped);
        dropped("not_sent", MembershipStats::sendFailures);
        dropped("no_room_in", MembershipStats::inboundDropped);
        queue("out", MembershipStats::outboundBytes);
        queue("in", MembershipStats::inboundBytes);
        counter(
                "refused.joins",
                "Strangers and doubles that this node turned away",
                MembershipStats::refusedJoins);
        counter(
                "refused.messages",
                "Messages without this mesh's seal",
                MembershipStats::refusedMessages);
    }

    private void dropped(String cause, ToDoubleFunction<MembershipStats> value) {
        FunctionCounter.builder(
                        "gossamer.membership.messages.dropped",
                        stats,
                        it -> value.applyAsDouble(it.get()))
                .description("Messages that were not delivered, by cause")
                .tag("cause", cause)
                .register(registry);
    }

    private void queue(String direction, ToDoubleFunction<MembershipStats> value) {
        Gauge.builder("gossamer.membership.queue.bytes", stats, it -> value.applyAsDouble(it.get()))
                .description("Bytes of messages that wait to be sent or delivered")
                .baseUnit("bytes")
                .tag("direction", direction)
                .strongReference(true)
                .register(registry);
    }

    private void gauge(String what, String description, ToDoubleFunction<MembershipStats> value) {
        Gauge.builder("gossamer.membership." + what, stats, it -> value.applyAsDouble(it.get()))
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    private void counter(String what, String description, ToDoubleFunction<MembershipStats> value) {
        FunctionCounter.builder(
                        "gossamer.membership." + what, stats, it -> value.applyAsDouble(it.get()))
                .description(description)
                .register(registry);
    }
}
