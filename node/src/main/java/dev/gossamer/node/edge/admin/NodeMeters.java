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
 * The meters that belong to no room: the Java runtime's, and whether the mesh has settled. One
 * reading of the state serves all gauges of one scrape.
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

    /** What the mesh itself does not register: members, epoch and slots are its own meters. */
    private void bindMesh(MeterRegistry registry) {
        gauge(
                registry,
                "gossamer.mesh.settled",
                "1 when every member goes by the same epoch, else 0",
                status -> status.settled() ? 1 : 0);
        gauge(
                registry,
                "gossamer.mesh.slots.covered",
                "Slots that have an owner, of 16384",
                Mesh.MeshStatus::slotsCovered);
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
