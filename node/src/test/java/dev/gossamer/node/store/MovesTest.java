package dev.gossamer.node.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Whoever looks at both tiers of a slot knows whether something moved between them meanwhile. */
class MovesTest {
    private static final int SLOT = 7;

    private final Moves moves = new Moves();

    @Test
    void whatMovesMeanwhileIsSeenAndOtherSlotsAreNot() {
        moves.layered();
        int moment = moves.quiet(SLOT);
        moves.begin(SLOT + 1);
        assertThat(moves.isQuietSince(SLOT, moment)).isTrue();
        moves.begin(SLOT);
        assertThat(moves.isQuietSince(SLOT, moment)).isFalse();
        moves.end(SLOT);
        assertThat(moves.isQuietSince(SLOT, moment)).isFalse();
        assertThat(moves.isQuietSince(SLOT, moves.quiet(SLOT))).isTrue();
    }

    @Test
    void whereThereIsNoTierBelowNobodyWaits() {
        moves.begin(SLOT);
        assertThat(moves.isQuietSince(SLOT, moves.quiet(SLOT))).isTrue();
    }
}
