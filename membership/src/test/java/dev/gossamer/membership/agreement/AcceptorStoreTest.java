package dev.gossamer.membership.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.membership.agreement.AcceptorState.Proposal;
import dev.gossamer.membership.agreement.ChangePlan.Situation;
import dev.gossamer.membership.ring.Placement;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcceptorStoreTest {
    private static final MemberId SELF = new MemberId(42);
    private static final Genesis GENESIS = new Genesis(5, SELF);

    @TempDir Path data;

    @Test
    void aNewMemberHasPromisedNothing() {
        assertThat(AcceptorStore.open(data, SELF).restored()).isEqualTo(AcceptorState.none());
    }

    @Test
    void whatWasSavedIsThereAfterARestart() {
        AcceptorState state = full();
        AcceptorStore.open(data, SELF).save(state);
        assertThat(AcceptorStore.open(data, SELF).restored()).isEqualTo(state);
        AcceptorStore.open(data, SELF).save(AcceptorState.none());
        assertThat(AcceptorStore.open(data, SELF).restored()).isEqualTo(AcceptorState.none());
    }

    @Test
    void aCrashWhileWritingLeavesWhatWasThere() throws IOException {
        AcceptorStore.open(data, SELF).save(full());
        Files.write(data.resolve(AcceptorStore.FILE + ".new"), new byte[] {1, 2, 3});
        assertThat(AcceptorStore.open(data, SELF).restored()).isEqualTo(full());
    }

    @Test
    void everyFlippedByteAndEveryShortFileIsRefusedWithWhatToDo() throws IOException {
        AcceptorStore.open(data, SELF).save(full());
        Path file = data.resolve(AcceptorStore.FILE);
        byte[] good = Files.readAllBytes(file);
        for (int at = 0; at < good.length; at += Math.max(1, good.length / 60)) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            assertRefused(file, bad);
            assertRefused(file, Arrays.copyOf(good, at));
        }
    }

    private void assertRefused(Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes);
        assertThatThrownBy(() -> AcceptorStore.open(data, SELF))
                .isInstanceOf(GossamerException.class)
                .hasMessageContaining("can't be trusted")
                .hasMessageContaining("remove it whole");
    }

    @Test
    void theFileOfAnotherMemberIsRefused() {
        AcceptorStore.open(data, SELF).save(full());
        assertThatThrownBy(() -> AcceptorStore.open(data, new MemberId(43)))
                .hasMessageContaining("of member " + SELF);
    }

    @Test
    void aFolderThatCannotBeWrittenIsSaid() throws IOException {
        AcceptorStore store = AcceptorStore.open(data, SELF);
        Files.createDirectory(data.resolve(AcceptorStore.FILE + ".new"));
        assertThatThrownBy(() -> store.save(full()))
                .isInstanceOf(GossamerException.class)
                .hasMessageContaining("can't be written");
    }

    private static AcceptorState full() {
        Topology first = next(Topology.none(2), 3, 1);
        Decree chosen = new Decree(GENESIS, Epoch.NONE, first);
        Ballot ballot = new Ballot(4, SELF);
        Decree following = new Decree(GENESIS, first.epoch(), next(first, 4, 2));
        return new AcceptorState(
                Optional.of(chosen),
                new Ballot(6, SELF),
                Optional.of(new Proposal(ballot, following)));
    }

    private static Topology next(Topology present, int members, long epoch) {
        Situation situation =
                new Situation(present, Roster.of(members), Set.of(), Set.of(), Set.of(), 2);
        return ChangePlan.next(situation, Epoch.agreed(epoch), Placement::place).orElseThrow();
    }
}
