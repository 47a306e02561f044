package dev.gossamer.node.edge.admin;

import dev.gossamer.node.mesh.Mesh;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters that belong to no room: the Java runtime's, and the mesh's state as this node knows
 * it. One reading of the state serves all gauges of one scrape.
 */
final class NodeMeters implements AutoCloseable {
    private static final long STATUS_AGE_NANOS_MAX = 100_000_000;

    private final Mesh mesh;
    private final LongSupplier nanoClock;
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private volatile @Nullable Reading reading;

    private record Reading(Mesh.MeshStatus status, long atNanos) {}

    NodeMeters(Services services) {
        this.mesh = services.mesh();
        this.nanoClock = services.nanoClock();
        MeterRegistry registry = services.registry();
        bindJava(registry);
        bindMesh(registry);
        Gauge.builder("gossamer.info", () -> 1)
                .description("Always 1; the tags tell what runs here")
                .tag("version", services.about().version())
                .tag("transport", services.about().transport())
                .register(registry);
    }

    private void bindJava(MeterRegistry registry) {
        new ClassLoaderMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    private void bindMesh(MeterRegistry registry) {
        gauge(registry, "gossamer.mesh.members", "Members of the mesh", s -> s.members().size());
        gauge(
                registry,
                "gossamer.mesh.epoch",
                "Epoch of the topology that this node goes by",
                Mesh.MeshStatus::epoch);
        gauge(
                registry,
                "gossamer.mesh.settled",
                "1 when every member goes by the same epoch, else 0",
                s -> s.settled() ? 1 : 0);
        gauge(
                registry,
                "gossamer.mesh.slots.covered",
                "Slots that have an owner, of 16384",
                Mesh.MeshStatus::slotsCovered);
        gauge(
                registry,
                "gossamer.mesh.missing.copies",
                "Copies of slots that should exist and do not yet",
                Mesh.MeshStatus::missingCopies);
        gauge(
                registry,
                "gossamer.slots.primary",
                "Slots that this node is primary of",
                s -> mine(s, Mesh.MemberStatus::slotsPrimary));
        gauge(
                registry,
                "gossamer.slots.backup",
                "Slots that this node is a backup of",
                s -> mine(s, Mesh.MemberStatus::slotsBackup));
        gauge(
                registry,
                "gossamer.slots.filling",
                "Slots of this node that it has not got whole yet",
                s -> mine(s, Mesh.MemberStatus::slotsFilling));
    }

    private void gauge(
            MeterRegistry registry,
            String name,
            String description,
            ToDoubleFunction<Mesh.MeshStatus> value) {
        Gauge.builder(name, this, meters -> value.applyAsDouble(meters.status()))
                .description(description)
                .register(registry);
    }

    private double mine(Mesh.MeshStatus status, ToDoubleFunction<Mesh.MemberStatus> value) {
        for (Mesh.MemberStatus member : status.members()) {
            if (member.member().id().equals(mesh.self().id())) {
                return value.applyAsDouble(member);
            }
        }
        return 0;
    }

    private Mesh.MeshStatus status() {
        Reading last = reading;
        long nowNanos = nanoClock.getAsLong();
        if (last == null || nowNanos - last.atNanos() > STATUS_AGE_NANOS_MAX) {
            last = new Reading(mesh.status(), nowNanos);
            reading = last;
        }
        return last.status();
    }

    /** Stops listening to the garbage collector. */
    @Override
    public void close() {
        collections.close();
    }
}
