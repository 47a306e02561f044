package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.DiskRules.Policy;
import dev.gossamer.node.store.disk.DiskStatus.State;
import dev.gossamer.node.store.disk.io.Backend;
import dev.gossamer.node.store.disk.io.Fault;
import dev.gossamer.node.store.disk.io.Fault.Effect;
import dev.gossamer.node.store.disk.io.Faults;
import dev.gossamer.node.store.disk.io.FaultyBackend;
import dev.gossamer.node.store.disk.io.Operation;
import dev.gossamer.protocol.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * C11 by chance: whatever is written, removed, evicted and read, while the disk fails and heals,
 * and through kills and stops, what is found is the value that was acknowledged last, or nothing.
 *
 * <p>Twenty fresh seeds a run; {@code -Dseed=N} replays one as far as the threads allow, {@code
 * -Dseeds=N} tries more.
 */
class DiskOracleTest {
    private static final int KEYS = 40;
    private static final int OPERATIONS = 150;
    private static final int SEGMENT_BYTES = 256 << 10;
    private static final DiskLab.Bounds BOUNDS =
            new DiskLab.Bounds(1 << 20, Duration.ofSeconds(5), Duration.ofMillis(1));

    private static DiskLab.Ground ground;

    @TempDir Path folder;

    @BeforeAll
    static void open() {
        ground = new DiskLab.Ground();
    }

    @AfterAll
    static void close() {
        ground.close();
    }

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null
                ? new SplittableRandom().longs(Integer.getInteger("seeds", 20))
                : LongStream.of(fixed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatIsFoundIsTheLastValueThatWasAcknowledgedOrNothing(long seed) throws IOException {
        try (Run run = new Run(seed)) {
            for (int i = 0; i < OPERATIONS; i++) {
                run.step();
            }
            run.checkAll();
            assertThat(run.found).as("values found").isPositive();
        }
    }

    /** One disk's life. */
    private final class Run implements AutoCloseable {
        private final SplittableRandom random;
        private final Faults faults;
        private final long seed;
        private final Policy policy;
        private final Backend.Kind kind;
        private final Map<String, byte[]> last = new HashMap<>();
        private Path path = folder.resolve("0");
        private int lives;
        private DiskLab lab;
        private String doing = "";
        private long found;

        Run(long seed) throws IOException {
            this.seed = seed;
            random = new SplittableRandom(seed);
            faults = new Faults(seed);
            policy = random.nextBoolean() ? Policy.WRITE_THROUGH : Policy.ON_EVICTION;
            kind = random.nextBoolean() ? Backend.Kind.URING : Backend.Kind.PORTABLE;
            lab = open();
        }

        private DiskLab open() throws IOException {
            long bytes = DiskSettings.bytesMin(SEGMENT_BYTES) + 4 * SEGMENT_BYTES;
            return new DiskLab(
                    DiskLab.options(path)
                            .kind(kind)
                            .memory(1 << 20)
                            .disk(bytes, SEGMENT_BYTES)
                            .rules(DiskLab.rules(policy))
                            .wrap(backend -> new FaultyBackend(backend, faults))
                            .bounds(BOUNDS),
                    ground);
        }

        void step() throws IOException {
            String key = "key" + random.nextInt(KEYS);
            int dice = random.nextInt(100);
            if (dice < 45) {
                put(key, Entry.NEVER);
            } else if (dice < 48) {
                put(key, System.currentTimeMillis() + random.nextInt(5));
            } else if (dice < 55) {
                lab.remove(key);
                last.remove(key);
            } else if (dice < 58) {
                lab.tiers.remove(Bytes.utf8(key));
                last.remove(key);
            } else if (dice < 85) {
                check(key);
            } else {
                stepOfTheDisk();
            }
        }

        private void put(String key, long expiresAtMillis) {
            byte[] value = new byte[random.nextInt(60_000)];
            random.nextBytes(value);
            lab.put(key, value, expiresAtMillis);
            last.put(key, value);
        }

        private void stepOfTheDisk() throws IOException {
            switch (random.nextInt(8)) {
                case 0, 1 -> fault();
                case 2, 3 -> faults.clear();
                case 4 -> heal();
                case 5 -> stop();
                case 6 -> kill();
                default -> lab.disk.cleanUp(System.currentTimeMillis());
            }
        }

        private void fault() {
            List<Effect> ofWrites =
                    List.of(new Effect.Broken(), new Effect.Full(), new Effect.Torn());
            List<Effect> ofReads =
                    List.of(
                            new Effect.Broken(),
                            new Effect.Flipped(),
                            new Effect.Torn(),
                            new Effect.Slow(Duration.ofMillis(1)));
            double often = random.nextBoolean() ? 1 : 0.2;
            Fault fault =
                    random.nextBoolean()
                            ? Fault.some(Operation.WRITE, often, any(ofWrites))
                            : Fault.some(Operation.READ, often, any(ofReads));
            doing += " " + fault.effect() + " of " + fault.operation();
            faults.set(fault);
        }

        private Effect any(List<Effect> effects) {
            return effects.get(random.nextInt(effects.size()));
        }

        private void heal() {
            doing += " heal";
            faults.clear();
            lab.awaitLoaded();
            DiskLab.Await.until(() -> lab.disk.status().state() == State.CLOSED);
        }

        private void stop() throws IOException {
            doing += " stop";
            lab.close();
            again();
        }

        private void kill() throws IOException {
            doing += " kill in " + lab.disk.status().state();
            Path copy = folder.resolve(String.valueOf(lives + 1));
            copyAsAKillLeavesIt(path, copy);
            lab.close();
            path = copy;
            again();
        }

        /** What memory alone had is lost, which is a miss. */
        private void again() throws IOException {
            lives++;
            long clock = lab.clock.get();
            lab = open();
            lab.clock.accumulateAndGet(clock, Math::max);
            if (random.nextBoolean()) {
                lab.awaitLoaded();
            }
        }

        void checkAll() throws IOException {
            heal();
            for (int i = 0; i < KEYS; i++) {
                check("key" + i);
            }
            kill();
            lab.awaitLoaded();
            for (int i = 0; i < KEYS; i++) {
                check("key" + i);
            }
        }

        private void check(String key) {
            Entry entry = lab.find(key);
            if (entry != null) {
                assertThat(last)
                        .as("seed %d: %s was removed;%s", seed, key, doing)
                        .containsKey(key);
                assertThat(entry.value())
                        .as("seed %d: %s;%s", seed, key, doing)
                        .isEqualTo(last.get(key));
                found++;
            }
        }

        @Override
        public void close() {
            lab.close();
        }
    }

    /**
     * The notes of intents first: what reaches the log while it is copied is then noted as lacking,
     * which is what a kill at the instant of that first copy would leave, or worse.
     */
    private static void copyAsAKillLeavesIt(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        copy(from.resolve(Intents.FILE), to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file :
                    files.filter(each -> !each.endsWith(Intents.FILE))
                            .sorted(Comparator.comparing(Path::toString))
                            .toList()) {
                copy(file, to);
            }
        }
    }

    private static void copy(Path file, Path to) throws IOException {
        try {
            Files.copy(file, to.resolve(file.getFileName()));
        } catch (NoSuchFileException e) {
            assertThat(file).as("only what the writer removed may be gone").doesNotExist();
        }
    }
}
