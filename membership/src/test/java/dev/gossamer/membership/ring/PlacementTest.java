package dev.gossamer.membership.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlacementTest {

    /**
     * The same seeds every run, each another mesh; {@code -Dseed=N} runs one, {@code -DallSizes}
     * every size from 3 to 100 instead of each fourth.
     */
    static LongStream seeds() {
        Long one = Long.getLong("seed");
        int step = System.getProperty("allSizes") == null ? 4 : 1;
        return one == null
                ? LongStream.range(0, 98).filter(seed -> seed % step == 1 % step)
                : LongStream.of(one);
    }

    /** Seeds 0 to 97 cover every size from 3 to 100. */
    private static int size(long seed) {
        return 3 + (int) Long.remainderUnsigned(seed, 98);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void noMemberOwnsMoreThanATenthAboveItsShare(long seed) {
        List<Member> members = Meshes.equal(new SplittableRandom(seed), size(seed), 1);
        double share = (double) Slot.COUNT / members.size();
        for (int primaries : primaries(members)) {
            assertThat(primaries / share).isBetween(0.90, 1.10);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aLeaveOrJoinMovesHardlyMoreThanItMustAndTheHeirHasTheData(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Member> members = Meshes.equal(random, size(seed), 1);
        for (int replication = 2; replication <= 3; replication++) {
            Leave leave = Leave.of(members, random.nextInt(members.size()), replication);
            assertThat(leave.movement()).as("movement of primaries").isBetween(1.0, 1.15);
            assertThat(leave.inheritance()).as("heirs with a copy").isGreaterThan(0.90);
        }
    }

    @Test
    void onTheWholeNinetyNineOfAHundredHeirsHaveTheData() {
        long inherited = 0;
        long primaries = 0;
        for (int seed = 0; seed < 60; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int size = random.nextInt(3, 60);
            Leave leave = Leave.of(Meshes.equal(random, size, 1), random.nextInt(size), 2);
            inherited += leave.inherited();
            primaries += leave.primaries();
        }
        assertThat((double) inherited / primaries).isGreaterThan(0.99);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void weightsAreHonouredWithinATenth(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Member> members = Meshes.weighted(random, size(seed), 1, 50, 100, 200, 400);
        double weight = members.stream().mapToInt(Member::weight).sum();
        int[] primaries = primaries(members);
        for (int m = 0; m < primaries.length; m++) {
            double share = Slot.COUNT * members.get(m).weight() / weight;
            assertThat((double) primaries[m])
                    .isBetween(Math.floor(share * 0.90), Math.ceil(share * 1.10));
        }
    }

    @Test
    void extremeWeightsStillPlaceEverySlotWithinRounding() {
        SplittableRandom random = new SplittableRandom(1);
        List<Member> members = Meshes.weighted(random, 40, 1, 1, 10_000);
        double weight = members.stream().mapToInt(Member::weight).sum();
        int[] primaries = primaries(members);
        for (int m = 0; m < primaries.length; m++) {
            double share = Slot.COUNT * members.get(m).weight() / weight;
            assertThat((double) primaries[m])
                    .isBetween(Math.floor(share * 0.90), Math.ceil(share * 1.10));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void ownersAreDistinctAndInDistinctZonesWhileThereAreAny(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int zones = random.nextInt(1, 5);
        List<Member> members = Meshes.equal(random, size(seed), zones);
        int present = Math.min(zones, members.size());
        for (int replication = 1; replication <= 3; replication++) {
            for (short[] owners : Placement.place(members, replication)) {
                Set<Short> distinct = new HashSet<>();
                Set<String> distinctZones = new HashSet<>();
                for (short owner : owners) {
                    distinct.add(owner);
                    distinctZones.add(members.get(owner).zone());
                }
                if (distinct.size() != replication
                        || distinctZones.size() != Math.min(replication, present)) {
                    fail("R " + replication + ": owners " + Arrays.toString(owners));
                }
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theOrderInWhichMembersAreGivenDoesNotMatter(long seed) {
        List<Member> members = Meshes.weighted(new SplittableRandom(seed), size(seed), 3, 100, 300);
        List<Member> shuffled = new ArrayList<>(members);
        Collections.shuffle(shuffled, new Random(seed));
        assertThat(owners(shuffled, 3)).isEqualTo(owners(members, 3));
    }

    @Test
    void virtualNodesThatCollideAreOrderedByMemberId() {
        Member lesser = Meshes.member(7, "z", 100);
        Member greater = Meshes.member(-7, "z", 100); // ids are unsigned
        Member far = Meshes.member(1, "z", 100);
        long planted = Ring.position(5) + 3;
        Ring.VirtualNodes nodes =
                member -> new long[] {member.equals(far) ? Ring.position(9_000) : planted};
        Ring ring = new Ring(List.of(far, lesser, greater), nodes);
        Preferences preferences = new Preferences(ring);
        assertThat(preferences.member(5, 0)).isEqualTo(1);
        assertThat(preferences.member(5, 1)).isEqualTo(2);
        assertThat(preferences.distance(5, 0)).isEqualTo(preferences.distance(5, 1));
    }

    @Test
    void aRingOnWhichAllVirtualNodesCollideIsStillPlacedWithinBounds() {
        List<Member> members = Meshes.equal(new SplittableRandom(3), 30, 1);
        short[][] placed = Placement.place(new Ring(members, member -> new long[] {42}), 2);
        int[] primaries = new int[members.size()];
        for (short[] owners : placed) {
            assertThat(owners[0]).isNotEqualTo(owners[1]);
            primaries[owners[0]]++;
        }
        assertThat(Arrays.stream(primaries).min().orElseThrow()).isGreaterThan(490);
        assertThat(Arrays.stream(primaries).max().orElseThrow()).isLessThan(602);
    }

    @Test
    void aMeshOfFewerMembersThanCopiesOwnsAllItCan() {
        assertThat(Placement.place(List.of(), 2)[0]).isEmpty();
        List<Member> one = List.of(Meshes.member(1, "z", 100));
        assertThat(Placement.place(one, 3)).isDeepEqualTo(new short[Slot.COUNT][1]);
    }

    @Test
    void impossibleMeshesAreRefused() {
        Member member = Meshes.member(1, "z", 100);
        assertThatThrownBy(() -> Placement.place(List.of(member, member), 1))
                .hasMessageContaining("same id");
        assertThatThrownBy(() -> Placement.place(List.of(member), 0))
                .hasMessageContaining("replication 0");
    }

    /** A changed placement moves every mesh's data at its next upgrade: never by accident. */
    @Test
    void thePlacementOfAKnownMeshIsWhatItAlwaysWas() {
        List<Member> members = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            members.add(Meshes.member(i * 0x9e3779b97f4a7c15L, "zone-" + i % 3, 50 + 50 * (i % 2)));
        }
        Collections.sort(members);
        Hasher digest = Hashing.sha256().newHasher();
        for (short[] owners : Placement.place(members, 3)) {
            for (short owner : owners) {
                digest.putShort(owner);
            }
        }
        assertThat(digest.hash().toString())
                .isEqualTo("2d9620ebea756300e26339c6a3960ac6724407d31aa6e1c82a438fd7140c6356");
    }

    private static int[] primaries(List<Member> members) {
        int[] primaries = new int[members.size()];
        for (short[] owners : Placement.place(members, 1)) {
            primaries[owners[0]]++;
        }
        return primaries;
    }

    private static List<List<MemberId>> owners(List<Member> members, int replication) {
        List<List<MemberId>> all = new ArrayList<>();
        for (short[] owners : Placement.place(members, replication)) {
            List<MemberId> ids = new ArrayList<>();
            for (short owner : owners) {
                ids.add(members.get(owner).id());
            }
            all.add(ids);
        }
        return all;
    }
}
