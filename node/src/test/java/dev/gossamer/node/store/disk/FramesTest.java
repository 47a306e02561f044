package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How many segments there may be: what has no frame is never written, so the budget holds. */
class FramesTest {
    private static final int SEGMENT = 1 << 20;

    private final Frames frames = new Frames(10, SEGMENT);

    @Test
    void whatASnapshotTakesOfTheSegmentsRoomIsNotFilled() {
        frames.reserve(2L * SEGMENT + 1);
        assertThat(frames.free()).isEqualTo(7);
        frames.reserve(0);
        assertThat(frames.free()).isEqualTo(10);
    }

    @Test
    void aSnapshotThatNeedsLessThanItsOwnRoomGivesSegmentsNoneOfIt() {
        frames.reserve(-5L * SEGMENT);
        assertThat(frames.free()).isEqualTo(10);
    }

    @Test
    void aFileSystemWithLessRoomAndASnapshotLeaveTogetherWhatNeitherTakes() {
        frames.limit(4);
        frames.reserve(SEGMENT);
        assertThat(frames.free()).isEqualTo(3);
        frames.reserve(9L * SEGMENT);
        assertThat(frames.free()).isZero();
        assertThat(frames.freeOrMinus()).isEqualTo(-1);
    }
}
