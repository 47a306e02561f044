package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.trace.Trace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log's order of leaving makes of a trace, beside the usual policies. */
class DiskReplayTest {
    /**
     * With half as many, what threads do in which order moves the ratio by a tenth of a point
     * around a bound that is as near; with these it stays half a point away from it.
     */
    private static final int KEYS = 12_000;

    private static final int READS = 40_000;
    private static final int SCANNED = 3_500;

    /** So far behind W-TinyLFU it may be. */
    private static final double BEHIND_MAX = 0.02;

    @TempDir Path folder;

    @Test
    void whatIsReadOftenStaysAsItDoesWithLru() throws IOException {
        try (DiskReplay replay = new DiskReplay(skewed(), folder)) {
            DiskReplay.Outcome outcome = replay.run();
            assertThat(outcome.dropped()).isZero();
            assertThat(outcome.amplification()).isLessThan(1.5);
            assertThat(outcome.both()).isGreaterThan(outcome.memory() + 0.05);
            assertThat(outcome.both()).isGreaterThan(outcome.lru());
            assertThat(outcome.both()).isGreaterThan(outcome.tinyLfu() - BEHIND_MAX);
        }
    }

    @Test
    void aScanThatIsLargerThanTheDiskDoesNotEmptyIt() throws IOException {
        Trace.Builder trace = new Trace.Builder();
        for (int i = 0; i < 5 * SCANNED; i++) {
            trace.read("key" + i % SCANNED);
        }
        try (DiskReplay replay = new DiskReplay(trace.build(), folder)) {
            DiskReplay.Outcome outcome = replay.run();
            assertThat(outcome.lru()).isZero();
            assertThat(outcome.both()).isGreaterThan(outcome.tinyLfu() - BEHIND_MAX);
            assertThat(outcome.both()).isGreaterThan(0.03);
            assertThat(outcome.amplification()).isLessThan(1.5);
        }
    }

    /** One key is read the more often the lower its number. */
    private static Trace skewed() {
        SplittableRandom random = new SplittableRandom(3);
        Trace.Builder trace = new Trace.Builder();
        for (int i = 0; i < READS; i++) {
            double chance = random.nextDouble();
            trace.read("key" + (int) (Math.pow(chance, 3) * KEYS));
        }
        return trace.build();
    }
}
