package dev.gossamer.node.mesh.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Topology;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * C10: of three members with two copies of everything one restarts, and nothing is copied for it.
 */
class AbsenceTest {
    private static final long SECOND = 1_000_000_000;
    private static final int ENTRIES = 1_000;
    private static final int CHANGED = ENTRIES / 100;
    private static final int VALUE_BYTES = 400;
    private static final int SLOTS = 20;
    private static final long CONTENT = ENTRIES * (VALUE_BYTES + 30L);

    private final Simulation mesh =
            Simulation.quiet(
                    1, new Setup(3, 3, 2, 1, 0, 0, true, 0, 0, Disk.Kind.WHOLE, Bugs.Bug.NONE));
    private final List<SimpleMeterRegistry> meters =
            IntStream.range(0, 3).mapToObj(_ -> new SimpleMeterRegistry()).toList();

    private static String key(int number) {
        return "{" + number % SLOTS + "}" + number;
    }

    private SimProcess process(int number) {
        return Objects.requireNonNull(mesh.hosts().runningOrNull(number));
    }

    private void pass(long nanos) {
        mesh.world().runUntil(mesh.world().nowNanos() + nanos);
    }

    private void awaitWhole() {
        long end = mesh.world().nowNanos() + 30 * SECOND;
        pass(SECOND);
        while (!mesh.isWhole()) {
            assertThat(mesh.world().nowNanos()).as("whole in time").isLessThan(end);
            pass(SECOND / 10);
        }
    }

    /** What the owners hold, as if it had been written long ago. */
    @BeforeEach
    void fill() {
        mesh.hosts().all().forEach(Hosts.Host::start);
        awaitWhole();
        Keyspace writer = process(1).keyspace();
        Topology topology = process(1).node().topology();
        for (int i = 0; i < ENTRIES; i++) {
            Operation put =
                    new Operation.Put(
                            Bytes.utf8(key(i)),
                            new byte[VALUE_BYTES],
                            Operation.Expiry.NONE,
                            Operation.Condition.ALWAYS,
                            false);
            for (Keyspace.Item item : writer.apply(put, topology.epoch()).changed()) {
                for (Member owner : topology.owners(item.key().slotIndex())) {
                    process(Names.numberOf(owner.id())).keyspace().merge(item.key(), item.entry());
                }
            }
        }
        IntStream.range(0, 3).forEach(i -> process(i + 1).meters().add(meters.get(i)));
    }

    private long moved() {
        return (long)
                meters.stream()
                        .mapToDouble(each ->
                                each.get("gossamer.transfer.bytes").functionCounter().count())
                        .sum();
    }

    private void change(int from) {
        for (int i = from; i < from + CHANGED; i++) {
            String value = "x".repeat(VALUE_BYTES);
            Call call = mesh.clients().call(Call.Kind.PUT, key(i), value, process(1));
            pass(SECOND / 10);
            assertThat(call.status).as(call.toString()).isEqualTo(Call.Status.OK);
        }
    }

    private void letGo(int number, Duration backWithin) {
        mesh.hosts().get(number).restart(20 * SECOND, backWithin, Long.MAX_VALUE / 2);
        long end = mesh.world().nowNanos() + 20 * SECOND;
        while (mesh.hosts().get(number).isUp()) {
            assertThat(mesh.world().nowNanos()).as("let go in time").isLessThan(end);
            pass(SECOND / 10);
        }
    }

    @Test
    void whatTheAbsentMemberHoldsIsNotCopiedAndWhatIsWrittenMeanwhileHasItsCopies() {
        letGo(2, Duration.ofMinutes(10));
        long before = moved();
        change(100);
        pass(20 * SECOND);
        assertThat(moved() - before).as("moved while it was away").isLessThan(CONTENT / 20);
        for (int i = 100; i < 100 + CHANGED; i++) {
            for (int holder : new int[] {1, 3}) {
                assertThat(process(holder).keyspace().peekOrNull(Bytes.utf8(key(i))))
                        .as("%s at m%d", key(i), holder)
                        .isNotNull();
            }
        }

        mesh.hosts().get(2).start();
        process(2).meters().add(meters.get(1));
        awaitWhole();
        assertThat(moved() - before).as("moved until it was back").isLessThan(CONTENT / 20);
    }

    @Test
    void whoIsNotBackInItsTimeHasItsCopiesMadeByOthers() {
        letGo(2, Duration.ofSeconds(5));
        pass(4 * SECOND);
        assertThat(moved()).isLessThan(CONTENT / 20);
        pass(2 * SECOND);
        awaitWhole();
        assertThat(moved()).isGreaterThan(CONTENT / 10);
    }

    @Test
    void whoIsKilledHasItsCopiesMadeAtOnce() {
        mesh.hosts().get(3).kill();
        awaitWhole();
        long copied = moved();
        assertThat(copied).as("a kill is no restart").isGreaterThan(CONTENT / 10);
    }

    @Test
    void restartingAllInTurnMovesLittleEachTime() {
        for (int number = 1; number <= 3; number++) {
            long before = moved();
            letGo(number, Duration.ofMinutes(10));
            pass(3 * SECOND);
            mesh.hosts().get(number).start();
            process(number).meters().add(meters.get(number - 1));
            awaitWhole();
            assertThat(moved() - before).as("m%d", number).isLessThan(CONTENT / 20);
        }
    }
}
