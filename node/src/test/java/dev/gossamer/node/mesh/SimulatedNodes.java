package dev.gossamer.node.mesh;

import dev.gossamer.membership.Membership;
import dev.gossamer.membership.agreement.Agreement;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.mesh.link.Lanes;
import dev.gossamer.node.store.NearTier;
import dev.gossamer.protocol.Member;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.ObjLongConsumer;
import java.util.random.RandomGenerator;

/** The one door through which the simulator makes real nodes. */
public final class SimulatedNodes {
    private SimulatedNodes() {}

    /**
     * What one simulated process gives its node.
     *
     * @param workers starts a task that may wait
     * @param later runs a task after so many nanoseconds of the process's clock
     * @param pause waits so many nanoseconds of the process's clock, on such a task
     */
    public record Ports(
            Lanes lanes,
            Membership membership,
            Executor workers,
            LongConsumer pause,
            ObjLongConsumer<Runnable> later,
            LongSupplier nanoClock,
            LongSupplier wallMillis,
            RandomGenerator random) {}

    public static MeshNode node(
            MeshSettings settings,
            Member self,
            Keyspace keyspace,
            NearTier nearTier,
            Agreement agreement,
            Notary notary,
            MeterRegistry meters,
            Ports ports) {
        return new MeshNode(
                settings,
                self,
                ports.lanes(),
                new SimulatedWorkers(ports.workers(), ports.pause(), ports.later()),
                keyspace,
                nearTier,
                ports.membership(),
                agreement,
                notary,
                meters,
                ports.nanoClock(),
                () -> Instant.ofEpochMilli(ports.wallMillis().getAsLong()),
                ports.random(),
                reason -> {
                    throw new IllegalStateException("expelled: " + reason);
                });
    }

    private record SimulatedWorkers(
            Executor start, LongConsumer pausing, ObjLongConsumer<Runnable> later)
            implements Workers {
        @Override
        public void execute(Runnable task) {
            start.execute(task);
        }

        @Override
        public void pause(long nanos) {
            pausing.accept(nanos);
        }

        @Override
        public void after(long nanos, Runnable task) {
            later.accept(task, nanos);
        }

        @Override
        public void close() {
            // A process that is over runs nothing more; the simulation sees to it.
        }
    }
}
