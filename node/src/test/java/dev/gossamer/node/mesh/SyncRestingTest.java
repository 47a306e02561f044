package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.mesh.SyncLab.Node;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Topology.Phase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * C2 where entries rest under the memory: who copies takes what the primary lists for everything,
 * and drops the rest, so whatever the primary has must be listed, be its disk slow, or be the entry
 * on its way from one tier to the other.
 */
class SyncRestingTest {
    private static final int[] NOBODY = {};
    private static final int KEYS = 40;
    private static final long FIRST = Epoch.agreed(1);
    private static final long SECOND = Epoch.agreed(2);

    private final SyncLab lab = new SyncLab(1, 2);
    private final Node one = lab.node(1);
    private final Node two = lab.node(2);

    private static int[] members(int... numbers) {
        return numbers;
    }

    private static String key(int i) {
        return "{s}" + i;
    }

    @BeforeEach
    void oneHoldsEverything() {
        lab.installAndSync(lab.topology(FIRST, Phase.STEADY, members(1), NOBODY));
        for (int i = 0; i < KEYS; i++) {
            lab.write(SyncLab.put(key(i), "v" + i), one);
        }
    }

    private void twoHasMostOfIt() {
        for (int i = 0; i < KEYS; i += 2) {
            Bytes key = Bytes.utf8(key(i));
            two.keyspace.merge(key, one.keyspace.readOrNull(key));
        }
    }

    private void allRests() {
        for (int i = 0; i < KEYS; i++) {
            one.sink(key(i));
        }
    }

    private void twoCopies() {
        lab.installAndSync(lab.topology(SECOND, Phase.COPYING, members(1), members(2)));
    }

    private void assertAllIsThere() {
        lab.assertAlike(one, two);
        for (int i = 0; i < KEYS; i++) {
            assertThat(two.at(key(i))).isEqualTo("v" + i);
            assertThat(one.keyspace.readOrNull(Bytes.utf8(key(i)))).as(key(i)).isNotNull();
        }
    }

    /** The member that was away loses nothing of what it kept, and gets the rest. */
    @Test
    void whatIsNotReadInTimeIsNeitherPassedOverNorDropped() {
        twoHasMostOfIt();
        allRests();
        one.below.late = 7;

        twoCopies();

        assertThat(one.below.late).isZero();
        assertAllIsThere();
    }

    @Test
    void aPageBringsWhatCouldBeReadBeforeOneThatCouldNot() {
        allRests();
        int[] listings = {0};
        one.below.beforeReading = () -> listings[0] = one.below.late = 3;

        twoCopies();

        assertThat(listings[0]).isEqualTo(3);
        assertAllIsThere();
    }

    /** Somebody reads an entry here while it is listed for the member that was away. */
    @Test
    void whatIsBroughtUpWhileItIsListedIsNotPassedOver() {
        twoHasMostOfIt();
        allRests();
        one.below.beforeReading =
                () -> {
                    for (int i = 0; i < KEYS; i += 3) {
                        Bytes key = Bytes.utf8(key(i));
                        one.keyspace.tiers().warm(key.slotIndex(), key, () -> {});
                    }
                };

        twoCopies();

        assertAllIsThere();
    }

    /**
     * A write that was under way when the topology changed has the clock of then and the epoch of
     * now: where it came first, its clock does not save it from who finds it in no list.
     */
    @Test
    void whatIsWrittenAgainUnderTheNextEpochWhileItIsListedIsNotPassedOver() {
        allRests();
        Bytes key = Bytes.utf8(key(8));
        Entry again = one.keyspace.readOrNull(key).inEpoch(SECOND);
        two.keyspace.merge(key, again);
        one.below.beforeReading = () -> one.keyspace.merge(key, again);

        twoCopies();

        assertAllIsThere();
    }
}
