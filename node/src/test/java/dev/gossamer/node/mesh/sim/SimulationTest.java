package dev.gossamer.node.mesh.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gossamer.node.mesh.sim.Bugs.Bug;
import dev.gossamer.node.mesh.sim.Faults.Kind;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whole meshes under every mixture of faults: 1,000 seeds, or as many as {@code -Dseeds=10000}
 * says; {@code -Dseed=N} repeats one.
 */
class SimulationTest {
    private static final Set<Kind> ALL = Faults.SURVIVED;
    private static final Set<Kind> WITH_POWER_FAILURES =
            EnumSet.of(Kind.ALL_AT_ONCE, Kind.KILL, Kind.CLOCK_STEP, Kind.DATAGRAM_LOSS, Kind.SLOW);
    private static final Set<Kind> WITH_RESTARTS =
            EnumSet.of(Kind.RESTART, Kind.KILL, Kind.PAIR, Kind.PAUSE);
    private static final long RUNS = 1_000;
    private static final long RUNS_WITH_RESTARTS = 40;
    private static final long RUNS_WITH_POWER_FAILURES = 100;
    private static final long TO_FIND_A_BUG = 1_000;

    @Test
    void aMeshKeepsItsPromisesWhateverFails(TestReporter reporter) throws InterruptedException {
        Long seed = Long.getLong("seed");
        Batch batch = new Batch(seed == null ? 1 : seed, ALL, Bug.NONE);
        batch.run(seed == null ? Long.getLong("seeds", RUNS) : 1);
        reporter.publishEntry("runs", String.valueOf(batch.runs()));
        batch.verify();
    }

    /** C10: members that stop in order and come back, among those that are killed or cut off. */
    @Test
    void aMeshKeepsItsPromisesWhileItsMembersAreRestarted() throws InterruptedException {
        Batch batch = new Batch(1, WITH_RESTARTS, Bug.NONE);
        batch.run(Long.getLong("seeds", RUNS_WITH_RESTARTS));
        batch.verify();
    }

    /** C1, C8: nothing goes back, and nothing comes back, through a restart of all. */
    @Test
    void aMeshThatLosesAllItsMemoryGoesOnFromWhatItsDisksKeep() throws InterruptedException {
        Batch batch = new Batch(1, WITH_POWER_FAILURES, Bug.NONE);
        batch.run(Long.getLong("seeds", RUNS_WITH_POWER_FAILURES));
        batch.verify();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aPlantedBugIsFoundWithinAThousandSeeds(Bug bug, TestReporter reporter)
            throws InterruptedException {
        Batch batch = new Batch(1, Bugs.exposing(bug), bug);
        batch.run(TO_FIND_A_BUG);
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
