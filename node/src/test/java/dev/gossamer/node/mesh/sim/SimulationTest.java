package dev.gossamer.node.mesh.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gossamer.node.mesh.sim.Bugs.Bug;
import dev.gossamer.node.mesh.sim.Faults.Kind;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whole meshes under every mixture of faults. As many seeds as a minute holds, up to 1,000; {@code
 * -Dseeds=10000} takes so many however long they take, {@code -Dseed=N} repeats one.
 */
class SimulationTest {
    private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);
    private static final long RUNS_MIN = 40;
    private static final long RUNS_MAX = 1_000;
    private static final long TO_FIND_A_BUG = 1_000;

    @Test
    void aMeshKeepsItsPromisesWhateverFails(TestReporter reporter) throws InterruptedException {
        Long seed = Long.getLong("seed");
        Long seeds = Long.getLong("seeds");
        Batch batch = new Batch(seed == null ? 1 : seed, ALL, Bug.NONE);
        if (seed != null) {
            batch.run(1, 1, Duration.ZERO);
        } else if (seeds != null) {
            batch.run(seeds, seeds, Duration.ZERO);
        } else {
            batch.run(RUNS_MIN, RUNS_MAX, Duration.ofSeconds(60));
        }
        reporter.publishEntry("runs", String.valueOf(batch.runs()));
        batch.verify();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aPlantedBugIsFoundWithinAThousandSeeds(Bug bug, TestReporter reporter)
            throws InterruptedException {
        Batch batch = new Batch(1, ALL, bug);
        batch.run(TO_FIND_A_BUG, TO_FIND_A_BUG, Duration.ZERO);
        reporter.publishEntry(bug + " found after", batch.runs() + " runs");
        assertThat(batch.hasFailed()).as("%s was found", bug).isTrue();
    }

    @Test
    void theSameSeedIsTheSameRun() {
        Simulation one = Simulation.drawn(5, ALL);
        Simulation same = Simulation.drawn(5, ALL);
        Simulation other = Simulation.drawn(6, ALL);
        Throwable ofOne = catchThrowable(one::run);
        Throwable ofSame = catchThrowable(same::run);
        Throwable ofOther = catchThrowable(other::run);
        assertThat(one.traceHash()).isEqualTo(same.traceHash()).isNotEqualTo(other.traceHash());
        assertThat(String.valueOf(ofSame)).isEqualTo(String.valueOf(ofOne));
        assertThat(ofOther)
                .satisfiesAnyOf(
                        none -> assertThat(none).isNull(),
                        some -> assertThat(some).hasMessageContaining("seed 6"));
    }
}
