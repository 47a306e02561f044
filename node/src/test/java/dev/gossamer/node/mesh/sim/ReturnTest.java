package dev.gossamer.node.mesh.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Slot;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** C10: a member that comes back with its disk moves what has changed, and little more. */
class ReturnTest {
    private static final long SECOND = 1_000_000_000;
    private static final int ENTRIES = 4_000;
    private static final int CHANGED = ENTRIES / 100;
    private static final int VALUE_BYTES = 400;

    /** Some 200 entries in each slot that has any, as a node with three million has. */
    private static final int SLOTS = 20;

    private final Simulation mesh =
            Simulation.quiet(
                    1, new Setup(3, 3, 3, 1, 0, 0, true, 0, 0, Disk.Kind.WHOLE, Bugs.Bug.NONE));

    private static String key(int number) {
        return "{" + number % SLOTS + "}" + number;
    }

    private void awaitWhole() {
        long end = mesh.world().nowNanos() + 30 * SECOND;
        // Whoever was just started or killed is not known to be here or gone yet.
        mesh.world().runUntil(mesh.world().nowNanos() + SECOND);
        while (!mesh.isWhole()) {
            assertThat(mesh.world().nowNanos()).as("whole in time").isLessThan(end);
            mesh.world().runUntil(mesh.world().nowNanos() + SECOND / 10);
        }
    }

    private SimProcess process(int number) {
        return Objects.requireNonNull(mesh.hosts().runningOrNull(number));
    }

    /** What all members hold, as if it had been written long ago. */
    private void fill() {
        Keyspace first = process(1).keyspace();
        long epoch = process(1).node().topology().epoch();
        for (int i = 0; i < ENTRIES; i++) {
            Operation put =
                    new Operation.Put(
                            Bytes.utf8(key(i)),
                            new byte[VALUE_BYTES],
                            Operation.Expiry.NONE,
                            Operation.Condition.ALWAYS,
                            false);
            for (Keyspace.Item item : first.apply(put, epoch).changed()) {
                process(2).keyspace().merge(item.key(), item.entry());
                process(3).keyspace().merge(item.key(), item.entry());
            }
        }
    }

    private void change() {
        for (int i = 0; i < CHANGED; i++) {
            String value = "x".repeat(VALUE_BYTES);
            Call call = mesh.clients().call(Call.Kind.PUT, key(i * 100), value, process(1));
            mesh.world().runUntil(mesh.world().nowNanos() + SECOND / 10);
            assertThat(call.status).as(call.toString()).isEqualTo(Call.Status.OK);
        }
    }

    /** As SIGTERM does. */
    private void drainAndStop() {
        SimProcess leaver = process(2);
        boolean[] drained = {false};
        leaver.spawn(
                "drain",
                () -> {
                    leaver.node().drain().join();
                    drained[0] = true;
                });
        long end = mesh.world().nowNanos() + 20 * SECOND;
        while (!drained[0]) {
            assertThat(mesh.world().nowNanos()).as("drained in time").isLessThan(end);
            mesh.world().runUntil(mesh.world().nowNanos() + SECOND / 10);
        }
        // It may stay for a while: a drained member is one that is about to be stopped.
        mesh.world().runUntil(mesh.world().nowNanos() + 5 * SECOND);
        mesh.hosts().get(2).stop();
    }

    /** How it goes away. */
    enum Way {
        KILLED,
        DRAINED,
        LET_GO
    }

    private void letGoAndStop() {
        mesh.hosts().get(2).restart(20 * SECOND, Duration.ofMinutes(10), Long.MAX_VALUE / 2);
        long end = mesh.world().nowNanos() + 20 * SECOND;
        while (mesh.hosts().get(2).isUp()) {
            assertThat(mesh.world().nowNanos()).as("let go in time").isLessThan(end);
            mesh.world().runUntil(mesh.world().nowNanos() + SECOND / 10);
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void aMemberThatReturnsMovesLessThanATwentiethWhenAHundredthHasChanged(
            Way way, TestReporter reporter) {
        mesh.hosts().all().forEach(Hosts.Host::start);
        awaitWhole();
        fill();
        switch (way) {
            case KILLED -> mesh.hosts().get(2).kill();
            case DRAINED -> drainAndStop();
            case LET_GO -> letGoAndStop();
        }
        mesh.world().runUntil(mesh.world().nowNanos() + 3 * SECOND);
        awaitWhole();
        change();

        mesh.hosts().get(2).start();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        process(2).meters().add(meters);
        awaitWhole();

        long content = ENTRIES * (VALUE_BYTES + 30L);
        long moved = (long) meters.get("gossamer.transfer.bytes").functionCounter().count();
        reporter.publishEntry("moved", moved + " of " + content + " bytes");
        assertThat(moved).isBetween((long) CHANGED * VALUE_BYTES, content / 20);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            assertThat(process(2).keyspace().digest(slot, 0))
                    .as("slot %d", slot)
                    .isEqualTo(process(1).keyspace().digest(slot, 0));
        }
    }
}
