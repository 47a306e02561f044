package dev.gossamer.gossip.invalidation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole meshes under faults; {@link Life} checks every effect of every member as it is told. */
class DisseminationTest {
    private static final long MS = Mesh.MS;
    private static final DisseminationSettings DEFAULT = DisseminationSettings.DEFAULT;
    private static final int LOG_BYTES = 1024 * 1024;

    /** Thirty fresh seeds a run, or {@code -Dseeds=N}; {@code -Dseed=N} replays one. */
    static LongStream seeds() {
        Long one = Long.getLong("seed");
        return one == null
                ? new SplittableRandom().longs(Integer.getInteger("seeds", 30))
                : LongStream.of(one);
    }

    private static Mesh.Network calm() {
        return new Mesh.Network(0, 0, MS / 10, MS);
    }

    private static Mesh.Network hostile(SplittableRandom random) {
        return new Mesh.Network(
                random.nextDouble(0.5), random.nextDouble(0.3), 0, random.nextLong(30 * MS) + 1);
    }

    private static int size(SplittableRandom random) {
        return random.nextInt(3) == 0 ? random.nextInt(20, 60) : random.nextInt(2, 14);
    }

    private static Mesh mesh(long seed, Mesh.Sizes sizes) {
        SplittableRandom random = new SplittableRandom(seed);
        Mesh mesh = new Mesh(seed, size(random), sizes, hostile(random));
        for (int i = 0; i < mesh.ids().size(); i++) {
            mesh.authorize(i, random.nextLong(2_000) * MS);
        }
        return mesh;
    }

    private static Mesh mesh(long seed) {
        return mesh(seed, new Mesh.Sizes(LOG_BYTES, DEFAULT));
    }

    /** Writes of all kinds of sizes by a few, for a while. */
    private static void write(Mesh mesh, int times, int countMax) {
        SplittableRandom random = mesh.random();
        for (int i = 0; i < times; i++) {
            mesh.append(random.nextInt(mesh.ids().size()), random.nextInt(1, countMax + 1));
            mesh.run(random.nextLong(10 * MS));
        }
    }

    private static void becomeQuiet(Mesh mesh, long forMs) {
        mesh.network(calm());
        mesh.run(forMs * MS);
        assertThat(mesh.behind())
                .as("-Dseed=%d, %d members", mesh.seed(), mesh.ids().size())
                .isEmpty();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyoneHearsEverythingOnceAndInOrderThoughHalfOfAllMessagesAreLost(long seed) {
        Mesh mesh = mesh(seed);
        mesh.run(100 * MS);
        write(mesh, 100, 20);
        becomeQuiet(mesh, 3_000);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aPartitionThatHealsLeavesNoGap(long seed) {
        Mesh mesh = mesh(seed);
        write(mesh, 20, 5);
        split(mesh);
        write(mesh, 60, 5);
        mesh.run(200 * MS);
        mesh.heal();
        write(mesh, 5, 5);
        Members all = Members.of(mesh.ids());
        IntStream.range(0, mesh.ids().size()).forEach(i -> mesh.view(i, all));
        becomeQuiet(mesh, 5_000);
    }

    /** The views follow at some members, later, or never. */
    private static void split(Mesh mesh) {
        SplittableRandom random = mesh.random();
        List<MemberId> ids = mesh.ids();
        List<Integer> sides =
                IntStream.range(0, ids.size()).mapToObj(_ -> random.nextInt(2)).toList();
        for (int i = 0; i < ids.size(); i++) {
            mesh.side(i, sides.get(i));
        }
        for (int i = 0; i < ids.size(); i++) {
            int mine = sides.get(i);
            Members view =
                    Members.of(
                            IntStream.range(0, ids.size())
                                    .filter(other -> sides.get(other) == mine)
                                    .mapToObj(ids::get)
                                    .toList());
            int index = i;
            if (random.nextInt(3) > 0) {
                mesh.at(mesh.nanos() + random.nextLong(200 * MS), () -> mesh.view(index, view));
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aNewLifeVoidsTheEarlierOneAndIsHeardFromItsBeginning(long seed) {
        Mesh mesh = mesh(seed);
        SplittableRandom random = mesh.random();
        Members all = Members.of(mesh.ids());
        for (int life = 2; life < 6; life++) {
            write(mesh, 20, 5);
            int restarted = random.nextInt(mesh.ids().size());
            mesh.start(restarted, life * 10L);
            mesh.run(random.nextLong(100 * MS));
            mesh.view(restarted, all);
            mesh.authorize(restarted, random.nextLong(1_000) * MS);
        }
        write(mesh, 20, 5);
        becomeQuiet(mesh, 5_000);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aMemberWhoseClockWasSetBackOutlivesItsOwnPast(long seed) {
        Mesh mesh = mesh(seed);
        mesh.start(0, 50);
        mesh.view(0, Members.of(mesh.ids()));
        mesh.append(0, 30);
        becomeQuiet(mesh, 5_000);
        mesh.start(0, 20);
        mesh.view(0, Members.of(mesh.ids()));
        mesh.append(0, 3);
        mesh.run(3_000 * MS);
        mesh.append(0, 3);
        becomeQuiet(mesh, 5_000);
        assertThat(mesh.life(0).log.position().incarnation()).isEqualTo(51);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whoFallsBehindFurtherThanAnyLogReachesHearsWhichSlotsChanged(long seed) {
        DisseminationSettings small =
                new DisseminationSettings(
                        DEFAULT.window(),
                        DEFAULT.heartbeat(),
                        DEFAULT.watermarkDelay(),
                        DEFAULT.starMax(),
                        DEFAULT.fanout(),
                        DEFAULT.lazyLinks(),
                        DEFAULT.grace(),
                        DEFAULT.askAgain(),
                        DEFAULT.digest(),
                        DisseminationSettings.MESSAGE_BYTES_MIN,
                        DisseminationSettings.RECEIVED_BYTES_MIN,
                        Duration.ofMinutes(1),
                        DEFAULT.driftPpm());
        Mesh mesh = mesh(seed, new Mesh.Sizes(4 * 1024, small));
        mesh.network(calm());
        mesh.append(0, 1);
        mesh.append(1, 1);
        mesh.run(2_000 * MS);
        int last = mesh.ids().size() - 1;
        mesh.side(last, 1);
        for (int i = 0; i < 40; i++) {
            mesh.append(0, 100);
            mesh.run(10 * MS);
        }
        mesh.heal();
        becomeQuiet(mesh, 5_000);
        assertThat(mesh.life(last).overrunsOfSome).isPositive();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void membersThatDoNotSeeEachOtherHearOfEachOtherThroughTheRest(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Mesh mesh =
                new Mesh(seed, random.nextInt(3, 30), new Mesh.Sizes(LOG_BYTES, DEFAULT), calm());
        mesh.append(0, 1);
        mesh.append(1, 1);
        mesh.run(2_000 * MS);
        List<MemberId> ids = mesh.ids();
        mesh.view(0, Members.of(ids.stream().filter(id -> !id.equals(ids.get(1))).toList()));
        mesh.view(1, Members.of(ids.stream().filter(id -> !id.equals(ids.get(0))).toList()));
        mesh.append(0, 10);
        mesh.append(1, 10);
        becomeQuiet(mesh, 5_000);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whileMembersComeAndGoThoseWhoStayMissNothing(long seed) {
        Mesh mesh = mesh(seed);
        SplittableRandom random = mesh.random();
        List<MemberId> ids = mesh.ids();
        for (int change = 0; change < 20; change++) {
            for (int i = 0; i < ids.size(); i++) {
                MemberId gone = ids.get(random.nextInt(ids.size()));
                int index = i;
                Members view = Members.of(ids.stream().filter(id -> !id.equals(gone)).toList());
                mesh.at(mesh.nanos() + random.nextLong(50 * MS), () -> mesh.view(index, view));
            }
            write(mesh, 5, 5);
        }
        mesh.run(50 * MS);
        IntStream.range(0, ids.size()).forEach(i -> mesh.view(i, Members.of(ids)));
        becomeQuiet(mesh, 5_000);
    }

    /** What C4 asks for: younger than a second, so that near copies may answer by default. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void inACalmMeshEveryWatermarkIsProvedToBeYoung(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Mesh mesh = new Mesh(seed, size(random), new Mesh.Sizes(LOG_BYTES, DEFAULT), calm());
        mesh.append(0, 1);
        mesh.authorize(0, Long.MAX_VALUE / 4);
        mesh.run(2_000 * MS);
        for (int check = 0; check < 20; check++) {
            mesh.run(random.nextLong(100 * MS));
            for (int i = 1; i < mesh.ids().size(); i++) {
                assertThat(mesh.life(i).ageOf(mesh.ids().get(0), mesh.nanos()))
                        .as("-Dseed=%d, member %d", seed, i)
                        .isLessThan(100 * MS);
            }
        }
    }
}
