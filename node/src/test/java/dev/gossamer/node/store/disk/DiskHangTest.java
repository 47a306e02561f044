package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.DiskStatus.State;
import dev.gossamer.node.store.disk.io.Backend;
import dev.gossamer.node.store.disk.io.Fault;
import dev.gossamer.node.store.disk.io.Fault.Effect;
import dev.gossamer.node.store.disk.io.Faults;
import dev.gossamer.node.store.disk.io.FaultyBackend;
import dev.gossamer.node.store.disk.io.Operation;
import dev.gossamer.protocol.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** C11: nobody waits for a device that hangs, and it may come back at any moment. */
class DiskHangTest {
    private static final int KEYS = 200;

    private final Faults faults = new Faults(3);

    /** Runs ahead by a quarter of the read's timeout with every tick of {@link #tick}. */
    private final AtomicLong ahead = new AtomicLong();

    private final DiskLab.Ground ground = new DiskLab.Ground(() -> System.nanoTime() + ahead.get());

    private CompletableFuture<Void> answer = new CompletableFuture<>();

    @TempDir Path folder;

    @AfterEach
    void close() {
        ground.close();
    }

    private DiskLab lab(Path path, DiskSettings.Fsync fsync, Backend.Kind kind) throws IOException {
        return new DiskLab(
                DiskLab.options(path)
                        .kind(kind)
                        .fsync(fsync)
                        .memory(1 << 20)
                        .disk(DiskSettings.bytesMin(256 << 10) + (8 << 20), 256 << 10)
                        .wrap(backend -> new FaultyBackend(backend, faults))
                        .bounds(
                                new DiskLab.Bounds(
                                        4 << 20, Duration.ofSeconds(1), Duration.ofMillis(1))),
                ground);
    }

    private void hang(Operation operation) {
        answer = new CompletableFuture<>();
        faults.set(Fault.every(operation, new Effect.Hung(answer)));
    }

    /** The device answers, what waited for it first. */
    private void answer() {
        faults.clear();
        answer.complete(null);
    }

    private void tick(DiskLab lab) {
        ahead.addAndGet(Duration.ofMillis(250).toNanos());
        lab.disk.tick();
    }

    private void tickUntil(DiskLab lab, State state) {
        DiskLab.Await.until(() -> {
            tick(lab);
            return lab.disk.status().state() == state;
        });
    }

    private static byte[] value(int generation, int i) {
        return (generation + " of " + i + "x".repeat(4_000)).getBytes(StandardCharsets.UTF_8);
    }

    private static void fill(DiskLab lab, int generation) {
        for (int i = 0; i < KEYS; i++) {
            lab.put("key" + i, value(generation, i));
        }
    }

    private static int found(DiskLab lab, int generation) {
        int found = 0;
        for (int i = 0; i < KEYS; i++) {
            Entry entry = lab.find("key" + i);
            if (entry != null) {
                assertThat(entry.value()).as("key%d", i).isEqualTo(value(generation, i));
                found++;
            }
        }
        return found;
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void writesAreAcknowledgedWithoutADeviceThatHangsAndTheTierHealsWhenItAnswers(Backend.Kind kind)
            throws IOException {
        try (DiskLab lab = lab(folder.resolve("log"), new DiskSettings.Fsync.Always(), kind)) {
            fill(lab, 1);
            lab.settle();
            hang(Operation.SYNC);
            lab.put("key0", value(2, 0));
            AtomicBoolean acknowledged = new AtomicBoolean();
            lab.disk.whenDurable(() -> acknowledged.set(true));
            lab.disk.tick();
            assertThat(acknowledged).isFalse();
            tickUntil(lab, State.OPEN);
            assertThat(acknowledged).isTrue();
            assertThat(lab.disk.status().trouble()).isEqualTo("it has not answered for 3 s");
            assertThat(lab.disk.liveCount()).isZero();
            fill(lab, 3);
            AtomicBoolean next = new AtomicBoolean();
            lab.disk.whenDurable(() -> next.set(true));
            assertThat(next).as("it waits for nothing that is not used").isTrue();
            answer();
            DiskLab.Await.until(() -> lab.disk.status().state() == State.CLOSED);
            fill(lab, 4);
            lab.settle();
            assertThat(found(lab, 4)).isEqualTo(KEYS);
        }
        try (DiskLab lab = lab(folder.resolve("log"), new DiskSettings.Fsync.Always(), kind)) {
            lab.awaitLoaded();
            assertThat(found(lab, 4)).isEqualTo(KEYS);
        }
    }

    /** Nobody waits for it, and what rests there is worth more patience. */
    @Test
    void aDeviceThatNoAcknowledgementWaitsForIsGivenHalfAMinute() throws IOException {
        try (DiskLab lab =
                lab(folder.resolve("log"), new DiskSettings.Fsync.Never(), Backend.Kind.PORTABLE)) {
            fill(lab, 1);
            lab.settle();
            hang(Operation.WRITE);
            lab.put("key0", value(2, 0));
            for (int i = 0; i < 60; i++) {
                tick(lab);
            }
            assertThat(lab.disk.status().state()).isEqualTo(State.CLOSED);
            tickUntil(lab, State.OPEN);
            assertThat(lab.disk.status().trouble()).isEqualTo("it has not answered for 30 s");
            answer();
            DiskLab.Await.until(() -> lab.disk.status().state() == State.CLOSED);
        }
    }

    @Test
    void aKeyThatIsNotKnownYetIsAMissWhenTheDeviceHangsUnderTheLoader() throws IOException {
        Path copy = Files.createDirectory(folder.resolve("copy"));
        DiskSettings.Fsync never = new DiskSettings.Fsync.Never();
        try (DiskLab lab = lab(folder.resolve("log"), never, Backend.Kind.PORTABLE)) {
            fill(lab, 1);
            lab.remove("key0");
            lab.settle();
            DiskTierTest.copy(folder.resolve("log"), copy);
        }
        hang(Operation.READ); // of the removal, which is the last that is read
        try (DiskLab lab = lab(copy, never, Backend.Kind.PORTABLE)) {
            AtomicBoolean told = new AtomicBoolean();
            Bytes key = Bytes.utf8("never heard of");
            lab.disk.load(key.slotIndex(), key, entry -> told.set(entry == null));
            DiskLab.Await.until(() -> {
                tick(lab);
                return told.get();
            });
            assertThat(lab.disk.status().state()).isEqualTo(State.LOADING);
            assertThat(lab.disk.loaded()).isNotDone();
            answer();
            lab.awaitLoaded();
            assertThat(lab.disk.status().state()).isEqualTo(State.CLOSED);
            assertThat(lab.find("key0")).isNull();
            assertThat(found(lab, 1)).isEqualTo(KEYS - 1);
        }
    }

    @Test
    void aKeyThatIsAskedForBeforeItIsKnownIsToldWhenItIsAndNotWhenAllAre() throws IOException {
        Path copy = Files.createDirectory(folder.resolve("copy"));
        DiskSettings.Fsync never = new DiskSettings.Fsync.Never();
        try (DiskLab lab = lab(folder.resolve("log"), never, Backend.Kind.PORTABLE)) {
            fill(lab, 1);
            lab.put("removed", value(1, 0));
            lab.remove("removed");
            lab.settle();
            DiskTierTest.copy(folder.resolve("log"), copy);
        }
        hang(Operation.READ); // of the removal, which is the last that is read
        try (DiskLab lab = lab(copy, never, Backend.Kind.PORTABLE)) {
            AtomicInteger told = new AtomicInteger();
            int asked = 20;
            for (int i = 0; i < asked; i++) {
                Bytes key = Bytes.utf8("key" + i);
                lab.disk.load(key.slotIndex(), key, entry -> told.addAndGet(entry == null ? 0 : 1));
            }
            try {
                DiskLab.Await.until(() -> {
                    lab.disk.tick();
                    return faults.struck() > asked; // their reads, which hang as well
                });
                assertThat(lab.disk.loaded()).isNotDone();
            } finally {
                answer();
            }
            DiskLab.Await.until(() -> told.get() == asked);
            lab.awaitLoaded();
        }
    }

    @Test
    void aDeviceThatHangsUnderTheLoaderIsGivenUpAndHealsWhenItAnswers() throws IOException {
        Path copy = Files.createDirectory(folder.resolve("copy"));
        DiskSettings.Fsync always = new DiskSettings.Fsync.Always();
        try (DiskLab lab = lab(folder.resolve("log"), always, Backend.Kind.PORTABLE)) {
            fill(lab, 1);
            lab.remove("key0");
            lab.settle();
            DiskTierTest.copy(folder.resolve("log"), copy);
        }
        hang(Operation.READ);
        try (DiskLab lab = lab(copy, always, Backend.Kind.PORTABLE)) {
            tickUntil(lab, State.OPEN);
            assertThat(lab.disk.loaded()).isDone();
            assertThat(lab.disk.liveCount()).isZero();
            answer();
            DiskLab.Await.until(() -> lab.disk.status().state() == State.CLOSED);
            fill(lab, 2);
            lab.settle();
            assertThat(found(lab, 2)).isEqualTo(KEYS);
        }
    }

    /** Whoever gives the disk up and the writer who comes back may meet anywhere. */
    @Test
    void aDeviceThatAnswersInTheVeryMomentItIsGivenUpLeavesNothingBehind() throws Exception {
        SplittableRandom random = new SplittableRandom(5);
        AtomicInteger given = new AtomicInteger();
        try (DiskLab lab =
                lab(
                        folder.resolve("log"),
                        new DiskSettings.Fsync.Always(),
                        Backend.Kind.PORTABLE)) {
            for (int round = 1; round <= 30; round++) {
                fill(lab, round);
                hang(random.nextBoolean() ? Operation.SYNC : Operation.WRITE);
                lab.put("key" + random.nextInt(KEYS), value(-1, 0));
                AtomicBoolean acknowledged = new AtomicBoolean();
                lab.disk.whenDurable(() -> acknowledged.set(true));
                for (int i = 0; i < 10; i++) {
                    tick(lab);
                }
                long spins = random.nextInt(200_000);
                Thread answering =
                        Thread.ofPlatform()
                                .start(() -> {
                                    for (long i = 0; i < spins; i++) {
                                        Thread.onSpinWait();
                                    }
                                    answer();
                                });
                for (int i = 0; i < 6; i++) {
                    tick(lab);
                }
                given.addAndGet(lab.disk.status().state() == State.CLOSED ? 0 : 1);
                answering.join();
                DiskLab.Await.until(acknowledged::get);
                DiskLab.Await.until(() -> lab.disk.status().state() == State.CLOSED);
                fill(lab, round);
                lab.settle();
                assertThat(found(lab, round)).isEqualTo(KEYS);
                assertThat(lab.disk.status().stagedBytes()).isZero();
            }
        }
        assertThat(given).as("rounds that gave the disk up").hasValueBetween(1, 30);
    }
}
