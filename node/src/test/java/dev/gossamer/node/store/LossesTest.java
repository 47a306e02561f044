package dev.gossamer.node.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What counts as lost until it is here again. */
class LossesTest {
    private static final int SLOT = 7;

    private final Losses losses = new Losses();

    @Test
    void whatIsLostIsMadeGood() {
        losses.lost(SLOT);
        losses.lost(SLOT);
        losses.lost(SLOT + 1);
        assertThat(losses.slots()).isEqualTo(2);
        losses.madeGood(SLOT, losses.of(SLOT));
        assertThat(losses.of(SLOT)).isZero();
        assertThat(losses.slots()).isEqualTo(1);
    }

    /** Who looked before cannot know of it. */
    @Test
    void whatIsLostMeanwhileIsNotMadeGood() {
        losses.lost(SLOT);
        int seen = losses.of(SLOT);
        losses.lost(SLOT);
        losses.madeGood(SLOT, seen);
        assertThat(losses.of(SLOT)).isEqualTo(2);
        assertThat(losses.slots()).isEqualTo(1);
    }

    @Test
    void nothingIsMadeGoodWhereNothingWasLost() {
        losses.madeGood(SLOT, losses.of(SLOT));
        assertThat(losses.slots()).isZero();
    }
}
