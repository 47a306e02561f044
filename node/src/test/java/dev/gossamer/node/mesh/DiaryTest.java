package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.membership.agreement.AcceptorState;
import dev.gossamer.node.mesh.SyncLab.Node;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiaryTest {
    private static final int[] NOBODY = {};

    private final SyncLab lab = new SyncLab(1, 3);
    private final Node one = lab.node(1);
    private final Deque<Runnable> work = new ArrayDeque<>();
    private final List<String> happened = new ArrayList<>();
    private boolean broken;
    private Past kept = Past.NONE;

    private final Notary notary =
            new Notary() {
                @Override
                public void save(AcceptorState state) {}

                @Override
                public Past past() {
                    return kept;
                }

                @Override
                public void keep(Past past) {
                    if (broken) {
                        throw new IllegalStateException("the disk is gone");
                    }
                    kept = past;
                    happened.add("kept");
                }
            };

    private final Diary diary = new Diary(notary, work::add, one.member, one.keyspace, 3);

    private Holding holding(long epoch) {
        Topology topology = lab.topology(epoch, Phase.STEADY, new int[] {2, 1}, NOBODY);
        return Holding.none(3, one.member, Integer.MAX_VALUE).next(topology);
    }

    private void note(Holding holding, String then) {
        diary.note(holding, () -> happened.add(then));
    }

    private void workAll() {
        while (!work.isEmpty()) {
            work.remove().run();
        }
    }

    @Test
    void nobodyIsToldBeforeItIsWritten() {
        note(holding(Epoch.agreed(3)), "told");
        assertThat(happened).isEmpty();
        assertThat(diary.isQuiet()).isFalse();
        workAll();
        assertThat(happened).containsExactly("kept", "told");
        assertThat(diary.isQuiet()).isTrue();
        assertThat(diary.read().returning().epoch()).isEqualTo(Epoch.agreed(3));
    }

    @Test
    void whatComesMeanwhileIsWrittenAtOnceWithTheLatest() {
        Holding holding = holding(Epoch.agreed(3));
        note(holding, "installed");
        holding.toMirror().forEach(holding::markMirrored);
        note(holding, "synced");
        assertThat(work).as("one worker").hasSize(1);
        workAll();
        assertThat(happened).containsExactly("kept", "installed", "synced");
        assertThat(kept.ranks()[0]).isZero();
    }

    @Test
    void whatIsWrittenAlreadyIsNotWrittenAgain() {
        note(holding(Epoch.agreed(3)), "told");
        workAll();
        note(holding(Epoch.agreed(3)), "again");
        workAll();
        assertThat(happened).containsExactly("kept", "told", "again");
    }

    @Test
    void nothingIsWrittenOnASideOrByNoMember() {
        note(holding(Epoch.provisional(Epoch.agreed(3), 4)), "aside");
        note(Holding.none(3, one.member, 1), "outside");
        workAll();
        assertThat(happened).containsExactly("aside", "outside");
    }

    @Test
    void aDiskThatFailsKeepsNobodyWaiting() {
        broken = true;
        note(holding(Epoch.agreed(3)), "told");
        workAll();
        assertThat(happened).containsExactly("told");
        broken = false;
        note(holding(Epoch.agreed(3)), "again");
        workAll();
        assertThat(happened).as("tried again").containsExactly("told", "kept", "again");
    }

    @Test
    void whatWasKeptUnderOtherRulesIsNotRead() {
        note(holding(Epoch.agreed(3)), "told");
        workAll();
        assertThat(new Diary(notary, work::add, one.member, one.keyspace, 2).read())
                .isEqualTo(Past.NONE);
    }
}
