package dev.gossamer.node.mesh.audit;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What an auditor exports. */
public final class AuditMeters {
    private AuditMeters() {}

    public static void register(MeterRegistry meters, Auditor auditor) {
        Tally tally = auditor.tally();
        for (int i = 0; i < tally.windows.size(); i++) {
            ofWindow(meters, tally, i);
        }
        for (Violation.Kind kind : Violation.Kind.values()) {
            FunctionCounter.builder("gossamer.audit.violations", tally, it -> it.violations(kind))
                    .description("Copies that were older than they may be")
                    .tag("copy", kind.name().toLowerCase(Locale.ROOT))
                    .register(meters);
        }
        seconds(
                meters,
                tally,
                "worst.staleness",
                it -> it.worstStalenessNanos.get() / 1e9,
                "How long after a write an older near copy was seen to stand, at most");
        seconds(
                meters,
                tally,
                "worst.beyond",
                it -> it.worstBeyondNanos.get() / 1e9,
                "By how much a near copy was older than it claimed, at most");
        count(meters, tally, "dropped", it -> it.dropped.get(), "Writes without room to wait");
        count(
                meters,
                tally,
                "abandoned",
                it -> it.abandoned.get(),
                "Writes not looked at to the end, for the mesh changed");
    }

    private static void ofWindow(MeterRegistry meters, Tally tally, int index) {
        String window = tally.windows.get(index).toMillis() + "ms";
        FunctionCounter.builder("gossamer.audit.samples", tally, it -> it.window(index).samples())
                .description("Writes that were looked at so long after")
                .tag("window", window)
                .register(meters);
        FunctionCounter.builder("gossamer.audit.stale", tally, it -> it.stale.get(index))
                .description("Of these, those of which somebody had an older copy")
                .tag("window", window)
                .register(meters);
        FunctionCounter.builder("gossamer.audit.unanswered", tally, it -> it.unanswered.get(index))
                .description("Writes of which not every member told what it has")
                .tag("window", window)
                .register(meters);
        Gauge.builder("gossamer.audit.consistency.ratio", tally, it -> it.window(index).ratio())
                .description("The part of the samples that was current everywhere")
                .tag("window", window)
                .register(meters);
    }

    private static void seconds(
            MeterRegistry meters,
            Tally tally,
            String name,
            ToDoubleFunction<Tally> figure,
            String what) {
        Gauge.builder("gossamer.audit." + name + ".seconds", tally, figure)
                .description(what)
                .baseUnit("seconds")
                .register(meters);
    }

    private static void count(
            MeterRegistry meters,
            Tally tally,
            String name,
            ToDoubleFunction<Tally> figure,
            String what) {
        FunctionCounter.builder("gossamer.audit." + name, tally, figure)
                .description(what)
                .register(meters);
    }
}
