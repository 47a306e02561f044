package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.KeyRanges;
import dev.gossamer.node.store.disk.DiskStatus.State;
import dev.gossamer.node.store.disk.io.Backend;
import dev.gossamer.node.store.disk.io.Fault;
import dev.gossamer.node.store.disk.io.Fault.Effect;
import dev.gossamer.node.store.disk.io.Faults;
import dev.gossamer.node.store.disk.io.FaultyBackend;
import dev.gossamer.node.store.disk.io.Operation;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.GossamerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** C11: a disk that fails costs what rested on it, and nothing else. */
class DiskFaultTest {
    private static final int SLOTS = 16_384;
    private static final int KEYS = 400;
    private static final DiskLab.Bounds BOUNDS =
            new DiskLab.Bounds(8 << 20, Duration.ofMillis(50), Duration.ofMillis(5));

    private final Faults faults = new Faults(11);
    private DiskLab.Ground ground;

    @TempDir Path folder;

    @BeforeEach
    void open() {
        ground = new DiskLab.Ground();
    }

    @AfterEach
    void close() {
        ground.close();
    }

    /** One MiB of memory, so that most of what is written rests on the disk alone. */
    private DiskLab lab(Path path, Backend.Kind kind) throws IOException {
        return lab(path, kind, BOUNDS);
    }

    private DiskLab lab(Path path, Backend.Kind kind, DiskLab.Bounds bounds) throws IOException {
        return new DiskLab(
                DiskLab.options(path)
                        .kind(kind)
                        .memory(1 << 20)
                        .wrap(backend -> new FaultyBackend(backend, faults))
                        .bounds(bounds),
                ground);
    }

    private static byte[] value(int seed, int bytes) {
        byte[] value = new byte[bytes];
        new Random(seed).nextBytes(value);
        return value;
    }

    private static void fill(DiskLab lab, int generation) {
        for (int i = 0; i < KEYS; i++) {
            lab.put("key" + i, value(generation * KEYS + i, 8_192));
        }
    }

    /** Those of the keys that are found; what is found is of that generation. */
    private static int found(DiskLab lab, int generation) {
        int found = 0;
        for (int i = 0; i < KEYS; i++) {
            Entry entry = lab.find("key" + i);
            if (entry != null) {
                assertThat(entry.value())
                        .as("key%d", i)
                        .isEqualTo(value(generation * KEYS + i, 8_192));
                found++;
            }
        }
        return found;
    }

    private static void await(DiskLab lab, State state) {
        DiskLab.Await.until(() -> lab.disk.status().state() == state);
    }

    static Stream<Arguments> failuresOfWrites() {
        List<Arguments> all = new ArrayList<>();
        for (Backend.Kind kind : Backend.Kind.values()) {
            for (Effect effect :
                    List.of(new Effect.Broken(), new Effect.Full(), new Effect.Torn())) {
                all.add(Arguments.of(kind, effect));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("failuresOfWrites")
    void aWriteThatFailsGivesUpWhatRestedOnTheDiskUntilItWorksAgain(
            Backend.Kind kind, Effect effect) throws IOException {
        Path path = folder.resolve("log");
        try (DiskLab lab = lab(path, kind)) {
            fill(lab, 0);
            lab.settle();
            assertThat(found(lab, 0)).isEqualTo(KEYS);
            faults.set(Fault.every(Operation.WRITE, effect));
            fill(lab, 1);
            DiskLab.Await.until(() -> !lab.disk.status().trouble().isEmpty());
            fill(lab, 2);
            assertThat(found(lab, 2)).as("memory has some, the disk none").isBetween(1, KEYS / 2);
            assertMemoryAlone(lab);
            faults.clear();
            await(lab, State.CLOSED);
            assertThat(lab.disk.status().trouble()).isEmpty();
            DiskLab.Await.until(() -> lab.disk.status().lackingBytes() == 0);
            fill(lab, 3);
            lab.settle();
            assertThat(found(lab, 3)).isEqualTo(KEYS);
        }
        try (DiskLab lab = lab(path, kind)) {
            lab.awaitLoaded();
            assertThat(found(lab, 3)).isEqualTo(KEYS);
        }
    }

    private static void assertMemoryAlone(DiskLab lab) {
        assertThat(lab.disk.liveCount()).isZero();
        assertThat(lab.tiers.liveCount()).isEqualTo(lab.memory.liveCount());
        for (int slot = 0; slot < SLOTS; slot++) {
            long sum = 0;
            for (long range : lab.tiers.rangeDigests(slot, 0, 1)) {
                sum ^= range;
            }
            assertThat(lab.memory.digest(slot, 0)).as("slot %d", slot).isEqualTo(sum);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void aKillWhileTheDiskIsGivenUpBringsNothingBackThatStoodThereBefore(Backend.Kind kind)
            throws IOException {
        Path path = folder.resolve("log");
        Path copy = Files.createDirectory(folder.resolve("copy"));
        DiskLab.Bounds untilTomorrow =
                new DiskLab.Bounds(8 << 20, Duration.ofSeconds(5), Duration.ofDays(1));
        try (DiskLab lab = lab(path, kind, untilTomorrow)) {
            fill(lab, 0);
            lab.settle();
            faults.set(Fault.every(Operation.WRITE, new Effect.Broken()));
            lab.put("key0", value(-1, 10));
            DiskLab.Await.until(() -> lab.disk.liveCount() == 0);
            assertThat(lab.disk.status().state()).isEqualTo(State.OPEN);
            fill(lab, 1);
            DiskTierTest.copy(path, copy);
        }
        faults.clear();
        try (DiskLab lab = lab(copy, kind)) {
            lab.awaitLoaded();
            assertThat(found(lab, 1)).isZero();
            assertThat(lab.disk.status().state()).isEqualTo(State.CLOSED);
        }
    }

    @Test
    void aFailureBeforeAnythingIsWrittenLeavesMemoryAloneAndHeals() throws IOException {
        faults.set(Fault.every(Operation.WRITE, new Effect.Full()));
        try (DiskLab lab = lab(folder.resolve("log"), Backend.Kind.PORTABLE)) {
            lab.awaitLoaded();
            fill(lab, 0);
            assertThat(found(lab, 0)).isPositive();
            assertThat(lab.disk.status().trouble()).contains("No space left");
            faults.clear();
            await(lab, State.CLOSED);
            DiskLab.Await.until(() -> lab.disk.status().lackingBytes() == 0);
            fill(lab, 1);
            lab.settle();
            assertThat(found(lab, 1)).isEqualTo(KEYS);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void oneReadThatFailsCostsItsEntryAndManyGiveTheDiskUp(Backend.Kind kind) throws IOException {
        try (DiskLab lab = lab(folder.resolve("log"), kind)) {
            fill(lab, 0);
            lab.settle();
            // The first look asks the page cache; it fails as the device does, and is asked next.
            faults.set(
                    new Fault(Optional.of(Operation.READ), ".gsl", new Effect.Broken(), 0, 2, 1));
            assertThat(found(lab, 0)).isEqualTo(KEYS - 1);
            assertThat(lab.disk.status().state()).isEqualTo(State.CLOSED);
            assertThat(lab.tiers.losses().slots()).isEqualTo(1);
            faults.set(Fault.every(Operation.READ, new Effect.Broken()));
            assertThat(found(lab, 0)).isLessThan(KEYS / 2);
            DiskLab.Await.until(() -> lab.disk.liveCount() == 0);
            assertThat(lab.tiers.losses().slots()).isGreaterThan(KEYS / 2);
            DiskLab.Await.until(() -> lab.disk.status().trouble().contains("read of"));
            assertThat(lab.disk.status().state())
                    .as("a disk that can be written and not read does not work")
                    .isIn(State.OPEN, State.HALF_OPEN);
            faults.clear();
            await(lab, State.CLOSED);
            assertThat(found(lab, 0)).isLessThan(KEYS / 2);
        }
    }

    @Test
    void aReadThatTakesTooLongIsAMissAndItsEntryStays() throws IOException {
        try (DiskLab lab = lab(folder.resolve("log"), Backend.Kind.PORTABLE)) {
            fill(lab, 0);
            lab.settle();
            String cold = coldKey(lab);
            faults.set(Fault.every(Operation.READ, new Effect.Slow(Duration.ofSeconds(2))));
            AtomicInteger told = new AtomicInteger();
            lab.disk.load(slot(cold), key(cold), entry -> told.addAndGet(entry == null ? 1 : 100));
            DiskLab.Await.until(() -> {
                lab.disk.tick();
                return told.get() > 0;
            });
            assertThat(told).hasValue(1);
            faults.clear();
            assertThat(lab.find(cold)).isNotNull();
            assertThat(lab.disk.status().state()).isEqualTo(State.CLOSED);
            assertThat(lab.tiers.losses().slots()).isZero();
        }
    }

    /**
     * Other members drop what this one says it has not: what was not read must not count as that.
     */
    @Test
    void whoReadsForOtherMembersIsToldThatAReadTookTooLong() throws IOException {
        try (DiskLab lab = lab(folder.resolve("log"), Backend.Kind.PORTABLE)) {
            fill(lab, 0);
            lab.settle();
            String cold = coldKey(lab);
            faults.set(Fault.every(Operation.READ, new Effect.Slow(Duration.ofSeconds(2))));
            Thread ticks = Thread.ofVirtual().start(() -> tickUntilInterrupted(lab));
            try {
                assertThatThrownBy(() -> lab.tiers.readOrNull(key(cold)))
                        .isInstanceOf(GossamerException.class)
                        .hasMessageContaining("does not answer in time");
                assertThatThrownBy(() ->
                                lab.tiers.pageFrom(
                                        slot(cold),
                                        0,
                                        KeyRanges.END,
                                        10,
                                        _ -> true,
                                        1 << 20,
                                        false))
                        .isInstanceOf(GossamerException.class);
            } finally {
                ticks.interrupt();
                faults.clear();
            }
            assertThat(lab.find(cold)).isNotNull();
        }
    }

    private static void tickUntilInterrupted(DiskLab lab) {
        while (!Thread.currentThread().isInterrupted()) {
            lab.disk.tick();
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void manyReadsThatTakeTooLongGiveTheDiskUp() throws IOException {
        try (DiskLab lab = lab(folder.resolve("log"), Backend.Kind.PORTABLE)) {
            fill(lab, 0);
            lab.settle();
            long before = lab.disk.liveCount();
            faults.set(Fault.every(Operation.READ, new Effect.Slow(Duration.ofSeconds(2))));
            AtomicInteger told = new AtomicInteger();
            int asked = 0;
            for (int i = 0; i < KEYS && asked < 20; i++) {
                String key = "key" + i;
                if (lab.memory.peekOrNull(key(key)) == null) {
                    lab.disk.load(slot(key), key(key), _ -> told.incrementAndGet());
                    asked++;
                }
            }
            int all = asked;
            DiskLab.Await.until(() -> {
                lab.disk.tick();
                return told.get() == all;
            });
            DiskLab.Await.until(() -> lab.disk.liveCount() == 0);
            assertThat(before).isGreaterThan(KEYS / 2);
            DiskLab.Await.until(() -> lab.disk.status().trouble().contains("longer than"));
            faults.clear();
            await(lab, State.CLOSED);
        }
    }

    /** The process, or its machine, may have been what was slow. */
    @Test
    void readsThatAPauseOfTheProcessMakesLateAreStillAnswered() throws IOException {
        AtomicLong paused = new AtomicLong();
        try (DiskLab.Ground pausing = new DiskLab.Ground(() -> System.nanoTime() + paused.get());
                DiskLab lab =
                        new DiskLab(
                                DiskLab.options(folder.resolve("log"))
                                        .memory(1 << 20)
                                        .wrap(backend -> new FaultyBackend(backend, faults)),
                                pausing)) {
            fill(lab, 0);
            lab.settle();
            lab.disk.tick();
            faults.set(Fault.every(Operation.READ, new Effect.Slow(Duration.ofMillis(200))));
            AtomicInteger found = new AtomicInteger();
            AtomicInteger told = new AtomicInteger();
            int asked = 0;
            for (int i = 0; i < KEYS && asked < 20; i++) {
                String key = "key" + i;
                if (lab.memory.peekOrNull(key(key)) == null) {
                    lab.disk.load(
                            slot(key),
                            key(key),
                            entry -> {
                                found.addAndGet(entry == null ? 0 : 1);
                                told.incrementAndGet();
                            });
                    asked++;
                }
            }
            paused.addAndGet(Duration.ofMinutes(1).toNanos());
            int all = asked;
            DiskLab.Await.until(() -> {
                lab.disk.tick();
                return told.get() == all;
            });
            assertThat(found).hasValue(all);
            assertThat(lab.disk.status().state()).isEqualTo(State.CLOSED);
            assertThat(lab.disk.status().trouble()).isEmpty();
        }
    }

    private static String coldKey(DiskLab lab) {
        for (int i = 0; i < KEYS; i++) {
            if (lab.memory.peekOrNull(key("key" + i)) == null) {
                return "key" + i;
            }
        }
        throw new AssertionError("memory has everything");
    }

    private static Bytes key(String key) {
        return Bytes.utf8(key);
    }

    private static int slot(String key) {
        return key(key).slotIndex();
    }

    @Test
    void whenTheDiskIsSlowerThanWhatComesValuesAreDroppedAndNoneIsOlderThanItShould()
            throws IOException {
        DiskLab.Bounds narrow =
                new DiskLab.Bounds(256 << 10, Duration.ofSeconds(5), Duration.ofMillis(5));
        try (DiskLab lab = lab(folder.resolve("log"), Backend.Kind.PORTABLE, narrow)) {
            for (int i = 0; i < KEYS; i++) {
                lab.put("key" + i, value(i, 8_192));
                lab.settle();
            }
            faults.set(Fault.every(Operation.WRITE, new Effect.Slow(Duration.ofMillis(100))));
            long began = System.nanoTime();
            fill(lab, 1);
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .as("%d writes at a tenth of a second each", KEYS)
                    .isLessThan(Duration.ofSeconds(10));
            assertThat(lab.registry.get("gossamer.disk.dropped").functionCounter().count())
                    .isPositive();
            assertThat(found(lab, 1)).isPositive();
            faults.clear();
            lab.settle();
            assertThat(found(lab, 1)).isLessThan(KEYS);
            assertThat(lab.disk.status().state()).isEqualTo(State.CLOSED);
            assertThat(lab.tiers.losses().slots()).as("what had no room is not lost").isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void aRecordThatIsDamagedOnTheDiskIsCountedAndMissedAndTheOthersStay(Backend.Kind kind)
            throws IOException {
        Path path = folder.resolve("log");
        try (DiskLab lab = lab(path, kind)) {
            fill(lab, 0);
            lab.settle();
            String cold = coldKey(lab);
            int number = Integer.parseInt(cold.substring("key".length()));
            damage(path, value(number, 8_192));
            assertThat(lab.find(cold)).isNull();
            assertThat(lab.disk.status().quarantined()).isEqualTo(1);
            assertThat(lab.tiers.losses().of(slot(cold))).isEqualTo(1);
            assertThat(found(lab, 0)).isEqualTo(KEYS - 1);
            assertThat(lab.disk.status().quarantined()).isEqualTo(1);
            assertThat(lab.disk.status().state()).isEqualTo(State.CLOSED);
        }
        try (DiskLab lab = lab(path, kind)) {
            lab.awaitLoaded();
            assertThat(found(lab, 0)).isEqualTo(KEYS - 1);
        }
    }

    /** The log has room for all of it many times over, but not for what was written over. */
    @Test
    void aDamagedRecordThatWouldBeCopiedIsLostAndNotEvicted() throws IOException {
        int segment = 256 << 10;
        DiskLab.Options options =
                DiskLab.options(folder.resolve("log"))
                        .kind(Backend.Kind.PORTABLE)
                        .memory(1 << 20)
                        .disk(DiskSettings.bytesMin(segment) + 100L * segment, segment);
        try (DiskLab lab = new DiskLab(options, ground)) {
            fill(lab, 0);
            lab.settle();
            String cold = coldKey(lab);
            int number = Integer.parseInt(cold.substring("key".length()));
            damage(folder.resolve("log"), value(number, 8_192));
            for (int i = 0; lab.tiers.losses().slots() == 0 && i < 100 * KEYS; i++) {
                lab.put("other" + i % 300, value(-i, 8_192));
            }
            assertThat(lab.tiers.losses().of(slot(cold))).isEqualTo(1);
            assertThat(lab.tiers.losses().slots()).isEqualTo(1);
            assertThat(lab.tiers.standingOrNull(slot(cold), key(cold))).isNull();
        }
    }

    /** Another byte in the middle of where that value is. */
    private static void damage(Path path, byte[] value) throws IOException {
        int damaged = 0;
        byte[] start = Arrays.copyOf(value, 64);
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".gsl")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                int at = indexOf(bytes, start);
                if (at >= 0) {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        byte other = (byte) ~bytes[at + 4_000];
                        channel.write(ByteBuffer.wrap(new byte[] {other}), at + 4_000L);
                    }
                    damaged++;
                }
            }
        }
        assertThat(damaged).as("records damaged").isEqualTo(1);
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int at = 0; at + part.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        return -1;
    }
}
