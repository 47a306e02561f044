package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.mesh.SyncLab.Node;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Topology.Phase;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * C2 where a disk loses what it was given: what an acknowledged write has stored outlives the loss
 * of one copy, also where that is the primary's, which everybody else goes by.
 */
class SyncLossTest {
    private static final int[] NOBODY = {};
    private static final int[] ALL = {1, 2, 3};
    private static final int KEYS = 40;
    private static final int LARGE_BYTES = 3_900 << 10;
    private static final int LARGE_COUNT = 16;
    private static final Duration SEVERAL_REPAIRS = Duration.ofSeconds(60);

    private final SyncLab lab = new SyncLab(1, 3);
    private final Node primary = lab.node(1);
    private final Node backup = lab.node(2);
    private final Node other = lab.node(3);

    private static String key(int i) {
        return "{s}" + i;
    }

    private static Bytes bytes(int i) {
        return Bytes.utf8(key(i));
    }

    @BeforeEach
    void allHaveEverythingBelow() {
        lab.nodes.forEach(node -> node.sync.start());
        lab.installAndSync(lab.topology(Epoch.agreed(1), Phase.STEADY, ALL, NOBODY));
        for (int i = 0; i < KEYS; i++) {
            lab.write(SyncLab.put(key(i), "v" + i), primary, backup, other);
            primary.sink(key(i));
            backup.sink(key(i));
            other.sink(key(i));
        }
        lab.runFor(SEVERAL_REPAIRS);
    }

    private void writeAllAgain() {
        for (int i = 0; i < KEYS; i++) {
            lab.write(SyncLab.put(key(i), "again" + i), primary, backup, other);
            primary.sink(key(i));
        }
    }

    private void losesSome(Node node) {
        for (int i = 0; i < KEYS; i += 3) {
            node.below.lose(bytes(i));
        }
    }

    private void losesEverything(Node node) {
        for (int i = 0; i < KEYS; i++) {
            node.below.lose(bytes(i));
        }
        node.below.givenUp = true;
    }

    /** Nearly. */
    private void fillMemory() {
        String large = "x".repeat(LARGE_BYTES);
        for (int i = 0; i < LARGE_COUNT; i++) {
            lab.write(SyncLab.put("{l}" + i, large), primary, backup, other);
        }
        assertThat(primary.keyspace.tiers().memory().bytes())
                .isGreaterThan(primary.keyspace.tiers().memory().bytesMax() / 20 * 19);
    }

    private static boolean hasAll(Node node) {
        for (int i = 0; i < KEYS; i++) {
            if (node.keyspace.readOrNull(bytes(i)) == null) {
                return false;
            }
        }
        return true;
    }

    private int slot() {
        return bytes(0).slotIndex();
    }

    @Test
    void whatThePrimaryLosesComesBackFromTheOthersAndIsNotDroppedThere() {
        losesSome(primary);
        lab.runUntil(() -> hasAll(primary));
        lab.runFor(SEVERAL_REPAIRS);
        assertThat(hasAll(backup)).isTrue();
        lab.assertAlike(primary, backup);
        assertThat(primary.sync.retrieved()).isEqualTo(14);
        assertThat(primary.keyspace.tiers().losses().slots()).isZero();
    }

    @Test
    void whatTheBackupLosesComesBackFromThePrimary() {
        losesSome(backup);
        lab.runUntil(() -> hasAll(backup));
        lab.runFor(SEVERAL_REPAIRS);
        assertThat(backup.keyspace.tiers().losses().slots()).isZero();
    }

    /** It does not say that it has had everything and let it go, so it is told of the old, too. */
    @Test
    void aMemberThatLostSomethingAndBecomesThePrimaryTakesItFromWhoHasIt() {
        losesSome(backup);
        lab.kill(1);
        lab.installAndSync(lab.topology(Epoch.agreed(2), Phase.STEADY, new int[] {2, 3}, NOBODY));
        lab.runFor(SEVERAL_REPAIRS);
        assertThat(hasAll(backup)).isTrue();
        assertThat(hasAll(other)).isTrue();
    }

    @Test
    void whatWasRemovedMeanwhileDoesNotComeBack() {
        losesSome(primary);
        lab.write(SyncLab.remove(key(3)), primary, backup, other);
        lab.write(SyncLab.put(key(6), "later"), primary, backup, other);
        lab.runUntil(() -> primary.keyspace.tiers().losses().slots() == 0);
        lab.runFor(SEVERAL_REPAIRS);
        assertThat(primary.at(key(3))).isEqualTo("-");
        assertThat(backup.at(key(3))).isEqualTo("-");
        assertThat(primary.at(key(6))).isEqualTo("later");
        lab.assertAlike(primary, backup);
    }

    /**
     * The disk is out of use, and memory is full: the others keep what they have until it works.
     */
    @Test
    void withoutRoomItIsTakenBackWhenTheDiskWorksAgain() {
        fillMemory();
        losesEverything(primary);
        lab.runFor(Retrieval.PATIENCE.dividedBy(2));
        assertThat(hasAll(backup)).isTrue();
        assertThat(primary.sync.retrieved()).isZero();
        primary.below.givenUp = false;
        lab.runUntil(() -> hasAll(primary));
        lab.runFor(SEVERAL_REPAIRS);
        assertThat(hasAll(backup)).isTrue();
    }

    @Test
    void whatLacksRoomForTooLongCountsAsEvicted() {
        fillMemory();
        losesEverything(primary);
        lab.runFor(Retrieval.PATIENCE.plus(SEVERAL_REPAIRS));
        assertThat(primary.keyspace.tiers().losses().of(slot())).isZero();
        lab.assertAlike(primary, backup);
    }

    @Test
    void theNextTimeThatTheDiskIsOutOfUseIsWaitedForAsLong() {
        fillMemory();
        losesEverything(primary);
        lab.runFor(Retrieval.PATIENCE.plus(SEVERAL_REPAIRS));
        primary.below.givenUp = false;
        lab.runFor(SEVERAL_REPAIRS);
        writeAllAgain();
        losesEverything(primary);
        lab.runFor(Retrieval.PATIENCE.dividedBy(2));
        assertThat(hasAll(backup)).isTrue();
    }

    /** More is lost while it is taken back. */
    @Test
    void aLossIsMadeGoodOnlyWhenNothingWasLostSince() {
        losesSome(primary);
        lab.runUntil(() -> primary.sync.retrieved() > 0);
        primary.below.lose(bytes(1));
        lab.runUntil(() -> hasAll(primary));
        lab.runFor(SEVERAL_REPAIRS);
        assertThat(hasAll(backup)).isTrue();
        assertThat(primary.keyspace.tiers().losses().slots()).isZero();
    }
}
