package dev.gossamer.node.mesh;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What the mesh exports. */
final class MeshMeters {
    private MeshMeters() {}

    static void register(MeterRegistry meters, Epochs epochs, Standing standing, Fill fill) {
        Gauge.builder(
                        "gossamer.mesh.members",
                        epochs,
                        it -> it.latest().topology().members().size())
                .description("Members of the topology that this node goes by")
                .register(meters);
        Gauge.builder("gossamer.mesh.epoch", epochs, it -> it.latest().epoch())
                .description("Epoch of the topology that this node goes by")
                .register(meters);
        Gauge.builder("gossamer.slots.primary", epochs, it -> it.latest().ownedCount(true))
                .description("Slots that this node is primary of")
                .register(meters);
        Gauge.builder("gossamer.slots.backup", epochs, it -> it.latest().ownedCount(false))
                .description("Slots that this node is a backup of")
                .register(meters);
        Gauge.builder("gossamer.slots.filling", epochs, it -> it.latest().fillingCount())
                .description("Slots that this node owns and has not got whole yet")
                .register(meters);
        Gauge.builder("gossamer.mesh.missing.copies", standing, it -> it.status().missingCopies())
                .description("Copies of slots that should exist and do not, as this node knows it")
                .register(meters);
        FunctionCounter.builder("gossamer.gossip.rejected", standing, Standing::rejected)
                .description("Gossip messages that made no sense and were dropped")
                .register(meters);
        FunctionCounter.builder("gossamer.transfer.bytes", fill, Fill::bytesPulled)
                .description("Bytes of entries that this node has copied from others")
                .baseUnit("bytes")
                .register(meters);
    }
}
