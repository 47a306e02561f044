package dev.gossamer.node.mesh.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SimulationTest {
    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null
                ? LongStream.rangeClosed(1, Integer.getInteger("seeds", 50))
                : LongStream.of(fixed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aMeshInWhichNothingFailsIsLinearizable(long seed) {
        Simulation.drawn(seed, Set.of()).run();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void crashesLoseNothing(long seed) {
        Simulation.drawn(seed, EnumSet.of(Faults.Kind.KILL, Faults.Kind.RESET, Faults.Kind.SLOW))
                .run();
    }

    @Test
    void theSameSeedIsTheSameRun() {
        Simulation one = Simulation.drawn(5, EnumSet.allOf(Faults.Kind.class));
        Simulation same = Simulation.drawn(5, EnumSet.allOf(Faults.Kind.class));
        try {
            one.run();
        } catch (AssertionError e) {
            // What it finds is the same too.
        }
        try {
            same.run();
        } catch (AssertionError e) {
            // As above.
        }
        assertThat(one.traceHash()).isEqualTo(same.traceHash());
    }
}
