package dev.gossamer.node.cache;

import static dev.gossamer.node.cache.KeyspaceLab.bytes;
import static dev.gossamer.node.cache.KeyspaceLab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Keyspace.Change;
import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.ExpireCondition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Removals of what is not here, and may be elsewhere (C8). */
class RemovalOfAbsentTest {
    private static final Bytes K = key("k");
    private static final Version SOME = new Version(3, 10, new MemberId(2));
    private static final Outcome NOTHING = new Outcome.Unchanged(null);

    private final KeyspaceLab lab = new KeyspaceLab(1L << 30);
    private final KeyspaceLab backup = new KeyspaceLab(1L << 30);

    @AfterEach
    void theTiersAreWhole() {
        lab.check();
        backup.check();
    }

    static Stream<Operation> removals() {
        return Stream.of(
                new Operation.Remove(K, Condition.ALWAYS, false),
                new Operation.Remove(K, Condition.ALWAYS, true),
                new Operation.Remove(K, Condition.IF_PRESENT, false),
                new Operation.Remove(K, new Condition.IfVersion(SOME), false),
                new Operation.Expire(K, new Expiry.At(1), ExpireCondition.ALWAYS, false),
                new Operation.Expire(K, new Expiry.After(0), ExpireCondition.IF_NONE, true));
    }

    @ParameterizedTest
    @MethodSource("removals")
    void theCopyOfWhatWasEvictedHereGoesWithTheRemoval(Operation removal) {
        copyToBackup(put(Expiry.NONE));
        lab.tier.remove(K);
        Change change = lab.keyspace.apply(removal, KeyspaceLab.EPOCH);
        assertThat(change.outcome()).isEqualTo(NOTHING);
        copyToBackup(change);
        assertThat(backup.keyspace.findOrNull(K)).isNull();
        assertThat(lab.keyspace.peekOrNull(K).isTombstone()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("removals")
    void aSecondRemovalChangesNothing(Operation removal) {
        lab.apply(removal);
        Entry tombstone = lab.keyspace.peekOrNull(K);
        Change again = lab.keyspace.apply(removal, KeyspaceLab.EPOCH);
        assertThat(again.changed()).isEmpty();
        assertThat(lab.keyspace.peekOrNull(K)).isSameAs(tombstone);
    }

    @ParameterizedTest
    @MethodSource("removals")
    void whoIsAloneRemembersNothing(Operation removal) {
        Change change =
                lab.keyspace.applyAlone(
                        removal, K.slotIndex(), KeyspaceLab.EPOCH, null, Caller.UNKNOWN);
        assertThat(change.outcome()).isEqualTo(NOTHING);
        assertThat(change.changed()).isEmpty();
        assertThat(lab.keyspace.peekOrNull(K)).isNull();
    }

    @Test
    void whatHasExpiredHereAndNotYetByTheBackupsClockGoesToo() {
        Change written = put(new Expiry.After(10));
        copyToBackup(written);
        lab.pass(10);
        Change removal = lab.keyspace.apply(removals().findFirst().get(), KeyspaceLab.EPOCH);
        assertThat(removal.outcome()).isEqualTo(NOTHING);
        assertThat(backup.keyspace.findOrNull(K)).isNotNull();
        copyToBackup(removal);
        assertThat(backup.keyspace.findOrNull(K)).isNull();
    }

    @Test
    void whatRemovesNothingLeavesNoTombstone() {
        Expiry later = new Expiry.After(1_000);
        lab.apply(new Operation.Expire(K, later, ExpireCondition.ALWAYS, false));
        lab.apply(new Operation.Expire(K, Expiry.NONE, ExpireCondition.ALWAYS, false));
        lab.apply(new Operation.Put(K, bytes("v"), Expiry.NONE, Condition.IF_PRESENT, false));
        assertThat(lab.keyspace.peekOrNull(K)).isNull();
    }

    @Test
    void aFloodOfRemovalsKeepsToTheRoomForTombstonesAndStillReachesTheCopies() {
        var narrow = new KeyspaceLab(1L << 30, 1 << 16);
        copyToBackup(narrow.keyspace.apply(putOf(Expiry.NONE), KeyspaceLab.EPOCH));
        narrow.tier.remove(K);
        copyToBackup(narrow.keyspace.apply(removals().findFirst().get(), KeyspaceLab.EPOCH));
        for (int i = 0; i < 1_000; i++) {
            narrow.apply(new Operation.Remove(key("unknown" + i), Condition.ALWAYS, false));
        }
        assertThat(narrow.tier.tombstoneBytes()).isBetween(60_000L, 1L << 16);
        assertThat(narrow.keyspace.peekOrNull(K)).as("forgotten early").isNull();
        assertThat(backup.keyspace.findOrNull(K)).isNull();
        narrow.check();
    }

    private Change put(Expiry expiry) {
        return lab.keyspace.apply(putOf(expiry), KeyspaceLab.EPOCH);
    }

    private static Operation putOf(Expiry expiry) {
        return new Operation.Put(K, bytes("v"), expiry, Condition.ALWAYS, false);
    }

    private void copyToBackup(Change change) {
        assertThat(change.changed()).hasSize(1);
        change.changed().forEach(item -> backup.keyspace.merge(item.key(), item.entry()));
    }
}
