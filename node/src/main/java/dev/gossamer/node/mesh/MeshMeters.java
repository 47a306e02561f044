package dev.gossamer.node.mesh;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What the mesh exports. */
final class MeshMeters {
    private MeshMeters() {}

    static void register(
            MeterRegistry meters, Shared shared, Standing standing, Council council, Sync sync) {
        register(meters, shared.epochs(), standing);
        register(meters, shared, council);
        register(meters, sync);
    }

    private static void register(MeterRegistry meters, Epochs epochs, Standing standing) {
        Gauge.builder(
                        "gossamer.mesh.members",
                        epochs,
                        it -> it.latest().topology().members().size())
                .description("Members of the topology that this node goes by")
                .register(meters);
        Gauge.builder("gossamer.mesh.epoch", epochs, it -> it.latest().epoch())
                .description("Epoch of the topology that this node goes by")
                .register(meters);
        Gauge.builder("gossamer.slots.primary", epochs, it -> it.latest().count(Role.PRIMARY))
                .description("Slots that this node is primary of")
                .register(meters);
        Gauge.builder("gossamer.slots.backup", epochs, it -> it.latest().count(Role.BACKUP))
                .description("Slots that this node is a backup of")
                .register(meters);
        Gauge.builder("gossamer.slots.filling", epochs, it -> it.latest().openCount())
                .description("Slots that this node has to take over or to copy yet")
                .register(meters);
        Gauge.builder("gossamer.mesh.missing.copies", standing, it -> it.status().missingCopies())
                .description("Copies of slots that should exist and do not, as this node knows it")
                .register(meters);
        FunctionCounter.builder("gossamer.gossip.rejected", standing, Standing::rejected)
                .description("Gossip messages that made no sense and were dropped")
                .register(meters);
    }

    /** What comes from the others. */
    private static void register(MeterRegistry meters, Sync sync) {
        FunctionCounter.builder("gossamer.transfer.bytes", sync, Sync::bytesMoved)
                .description("Bytes of entries and versions that this node has had from others")
                .baseUnit("bytes")
                .register(meters);
        Gauge.builder("gossamer.transfer.bytes.left", sync, it -> it.transfer().bytesLeft())
                .description("About how many bytes this node has yet to copy from others")
                .baseUnit("bytes")
                .register(meters);
        Gauge.builder("gossamer.transfer.slots.left", sync, it -> it.transfer().slotsLeft())
                .description("Slots that this node has yet to copy from others")
                .register(meters);
        FunctionCounter.builder("gossamer.repair.slots", sync, Sync::slotsRepaired)
                .description("Slots in which this node, their backup, had to be mended")
                .register(meters);
        FunctionCounter.builder("gossamer.repair.retrieved", sync, Sync::retrieved)
                .description("Entries that this node's SSD had lost and that others gave back")
                .register(meters);
    }

    /** What waits, and what this node's word is worth. */
    private static void register(MeterRegistry meters, Shared shared, Council council) {
        Gauge.builder("gossamer.lease.seconds", shared.lease(), it -> it.leftNanos() / 1e9)
                .description("How long this node may act as a primary yet; 0 without a lease")
                .baseUnit("seconds")
                .register(meters);
        Gauge.builder("gossamer.pending.bytes", shared.bytes(), PendingBytes::bytes)
                .description("Bytes of requests that wait on this node for other members")
                .baseUnit("bytes")
                .register(meters);
        Gauge.builder("gossamer.pending.bytes.max", shared.bytes(), PendingBytes::bytesMax)
                .description("The bound of gossamer_pending_bytes")
                .baseUnit("bytes")
                .register(meters);
        Gauge.builder(
                        "gossamer.pending.member.bytes",
                        shared.bytes(),
                        PendingBytes::largestShareBytes)
                .description("Of these, what waits for the one member that keeps most waiting")
                .baseUnit("bytes")
                .register(meters);
        FunctionCounter.builder("gossamer.pending.refused", shared.bytes(), PendingBytes::refused)
                .description("Requests refused because too many bytes wait for other members")
                .register(meters);
        Gauge.builder("gossamer.pending.writes", shared.pending(), PendingWrites::keys)
                .description("Keys with a write that is not on all of its owners yet")
                .register(meters);
        FunctionCounter.builder("gossamer.agreement.rejected", council, Council::rejected)
                .description("Messages about topologies that made no sense and were dropped")
                .register(meters);
    }
}
