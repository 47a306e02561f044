package dev.gossamer.node.cache;

import static dev.gossamer.node.cache.KeyspaceLab.START_MILLIS;
import static dev.gossamer.node.cache.KeyspaceLab.key;
import static dev.gossamer.node.cache.KeyspaceLab.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReconciliationTest {
    private static final Bytes K = key("k");
    private static final long BEFORE = Epoch.agreed(7);
    private static final long MINORITY = Epoch.provisional(BEFORE, 3);
    private static final long MAJORITY = Epoch.agreed(8);

    private final KeyspaceLab lab = new KeyspaceLab(64 << 20);
    private final Keyspace keyspace = lab.keyspace;

    @AfterEach
    void theTierIsWhole() {
        lab.check();
    }

    @Test
    void theLaterOfTwoSidesWinsAndTheOtherIsInTheLedgerWithBothSides() {
        keyspace.merge(K, entry("majority", MAJORITY, 10, 1));
        Merged merged = keyspace.reconcile(K, entry("minority", MINORITY, 11, 2), false);
        assertThat(merged.stored()).isTrue();
        Loss loss = merged.loss().orElseThrow();
        assertThat(loss)
                .isEqualTo(
                        new Loss(
                                K,
                                version(MAJORITY, 10, 1),
                                false,
                                version(MINORITY, 11, 2),
                                START_MILLIS));
        assertThat(loss.lostSide()).isEqualTo("epoch 8, member " + new MemberId(1));
        assertThat(loss.keptSide()).isEqualTo("epoch 7~3, member " + new MemberId(2));
        assertThat(keyspace.ledger().losses()).containsExactly(loss);
        assertThat(text(keyspace.findOrNull(K))).isEqualTo("minority");
        assertThat(losses()).isEqualTo(1);
    }

    @Test
    void theEarlierOneThatIsBroughtLosesAndIsListedOnceThoughManyBringIt() {
        keyspace.merge(K, entry("majority", MAJORITY, 12, 1));
        Entry minority = entry("minority", MINORITY, 11, 2);
        assertThat(keyspace.reconcile(K, minority, false).loss()).isPresent();
        assertThat(keyspace.reconcile(K, minority, false))
                .isEqualTo(new Merged(false, Optional.empty()));
        assertThat(keyspace.ledger().losses()).hasSize(1);
        assertThat(text(keyspace.findOrNull(K))).isEqualTo("majority");
    }

    @Test
    void whatWonAndWasOverwrittenSinceDidNotLoseWhenItIsBroughtAgain() {
        Entry minority = entry("minority", MINORITY, 11, 2);
        assertThat(keyspace.reconcile(K, minority, false).stored()).isTrue();
        keyspace.merge(K, entry("after the merge", Epoch.agreed(9), 20, 1));
        assertThat(keyspace.reconcile(K, minority, false))
                .isEqualTo(new Merged(false, Optional.empty()));
        assertThat(keyspace.ledger().losses()).isEmpty();
    }

    @Test
    void whatTheMemberThatIsPrimaryAgainWroteOnItsSideItOverwritesKnowingly() {
        keyspace.apply(put("on its side"), MINORITY);
        Entry onItsSide = keyspace.peekOrNull(K);
        keyspace.apply(put("after the merge"), MAJORITY);
        assertThat(keyspace.reconcile(K, onItsSide, false))
                .isEqualTo(new Merged(false, Optional.empty()));
        assertThat(keyspace.ledger().losses()).isEmpty();
    }

    @Test
    void aRemovalThatLosesIsListedAsSuchAndOneThatWinsRemoves() {
        keyspace.merge(K, Entry.tombstone(version(MAJORITY, 10, 1), START_MILLIS + 60_000));
        assertThat(keyspace.reconcile(K, entry("v", MINORITY, 11, 2), false).loss())
                .hasValueSatisfying(loss -> assertThat(loss.removal()).isTrue());
        Bytes other = key("other");
        keyspace.merge(other, entry("majority", MAJORITY, 10, 1));
        Entry removal = Entry.tombstone(version(MINORITY, 11, 2), START_MILLIS + 60_000);
        assertThat(keyspace.reconcile(other, removal, false).loss())
                .hasValueSatisfying(loss -> assertThat(loss.removal()).isFalse());
        assertThat(keyspace.findOrNull(other)).isNull();
    }

    @ParameterizedTest(name = "{0}~{1} and {2}~{3}")
    @CsvSource({
        "7, 3, 8, 0, true",
        "7, 3, 9, 0, true",
        "7, 3, 7, 0, false",
        "7, 3, 6, 0, false",
        "7, 3, 7, 4, true",
        "7, 3, 8, 3, true",
        "7, 3, 7, 3, false",
        "7, 0, 8, 0, false",
    })
    void twoVersionsHavePartedIfOneIsProvisionalAndTheOtherOnAnotherBranch(
            long number,
            long provisional,
            long otherNumber,
            long otherProvisional,
            boolean parted) {
        Version one = version(epoch(number, provisional), 5, 1);
        Version other = version(epoch(otherNumber, otherProvisional), 6, 2);
        assertThat(Reconciliation.parted(one, other, false)).isEqualTo(parted);
        assertThat(Reconciliation.parted(other, one, false)).isEqualTo(parted);
    }

    @Test
    void aVersionThatTheOtherSideKnewOfIsOverwrittenWithoutALoss() {
        keyspace.merge(K, entry("before", BEFORE, 9, 1));
        Merged merged = keyspace.reconcile(K, entry("minority", MINORITY, 11, 2), false);
        assertThat(merged).isEqualTo(new Merged(true, Optional.empty()));
        assertThat(keyspace.ledger().losses()).isEmpty();
    }

    @Test
    void aVersionFromBeforeThePartitionIsALossIfTheOtherSideHadNoCopyOfIt() {
        keyspace.merge(K, entry("before", BEFORE, 9, 1));
        Merged merged = keyspace.reconcile(K, entry("minority", MINORITY, 11, 2), true);
        assertThat(merged.loss())
                .hasValueSatisfying(
                        loss -> assertThat(loss.lost()).isEqualTo(version(BEFORE, 9, 1)));
        assertThat(keyspace.reconcile(K, entry("later", MINORITY, 12, 2), true))
                .as("of one side both")
                .isEqualTo(new Merged(true, Optional.empty()));
    }

    @Test
    void theLedgerForgetsTheOldestLossesForWantOfRoomAndCountsThem() {
        var registry = new SimpleMeterRegistry();
        var ledger = new Ledger(10 * (Ledger.OVERHEAD_BYTES + 1), registry);
        for (int i = 0; i < 25; i++) {
            ledger.won(K, version(MINORITY, 100 + i, 2));
        }
        for (int i = 0; i < 12; i++) {
            Version kept = version(MAJORITY, 50, 1);
            ledger.lost(new Loss(K, version(MINORITY, i, 2), false, kept, 1));
        }
        assertThat(ledger.losses()).hasSize(10);
        assertThat(ledger.losses().getFirst().lost().clock()).isEqualTo(2);
        assertThat(ledger.bytes()).isEqualTo(10 * (Ledger.OVERHEAD_BYTES + 1));
        assertThat(registry.get("gossamer.merge.losses").functionCounter().count()).isEqualTo(12);
        assertThat(registry.get("gossamer.ledger.dropped").functionCounter().count()).isEqualTo(2);
        assertThat(registry.get("gossamer.ledger.bytes").gauge().value())
                .isEqualTo((double) ledger.bytes())
                .isEqualTo(registry.get("gossamer.ledger.bytes.max").gauge().value());
    }

    private double losses() {
        return lab.registry.get("gossamer.merge.losses").functionCounter().count();
    }

    private static long epoch(long number, long provisional) {
        long agreed = Epoch.agreed(number);
        return provisional == 0 ? agreed : Epoch.provisional(agreed, provisional);
    }

    private static Operation put(String value) {
        return new Operation.Put(
                K,
                KeyspaceLab.bytes(value),
                Operation.Expiry.NONE,
                Operation.Condition.ALWAYS,
                false);
    }

    private static Entry entry(String value, long epoch, long clock, long member) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return Entry.of(bytes, version(epoch, clock, member), Entry.NEVER);
    }

    private static Version version(long epoch, long clock, long member) {
        return new Version(epoch, clock, new MemberId(member));
    }
}
