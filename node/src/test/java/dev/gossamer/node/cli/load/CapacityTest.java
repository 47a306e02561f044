package dev.gossamer.node.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.cli.trace.Trace;
import dev.gossamer.node.config.Readers;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class CapacityTest {
    private static final Function<String, Long> BYTES = Readers.bytes(1, Long.MAX_VALUE);

    private static Trace traceOf(int keys) {
        Trace.Builder trace = new Trace.Builder();
        for (int key = 0; key < keys; key++) {
            trace.read("key-" + (1000 + key));
        }
        return trace.build();
    }

    @Test
    void aPartACountAndASizeEachBecomeEntries() {
        Trace trace = traceOf(200);
        assertThat(Capacity.parse("5%", BYTES).entries(trace, 100)).isEqualTo(10);
        assertThat(Capacity.parse("17", BYTES).entries(trace, 100)).isEqualTo(17);
        assertThat(Capacity.parse("1KiB", BYTES).entries(trace, 100)).isEqualTo(10);
        assertThat(Capacity.parse("0.001%", BYTES).entries(trace, 100)).isEqualTo(1);
    }

    @Test
    void whatIsNoCapacityIsRefused() {
        for (String wrong : new String[] {"0%", "101%", "-3", "many", "5 percent"}) {
            assertThatThrownBy(() -> Capacity.parse(wrong, BYTES))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aMeshOfThatMemoryHasRoomForThatManyEntries() {
        double entryBytes = Capacity.entryBytes(traceOf(100), "", 1024);
        long perNode = Capacity.memoryPerNode(3_817, entryBytes, 2, 3);
        assertThat(Capacity.entriesOf(3 * perNode, entryBytes, 2)).isEqualTo(3_817);
    }

    @Test
    void aSpeedIsMaxARateOrAFactor() {
        assertThat(Pace.parse("max")).isEqualTo(new Pace.Unlimited());
        assertThat(Pace.parse("5000/s").dueNanos(traceOf(2), 1)).isEqualTo(200_000);
        assertThat(Pace.parse("1x")).isEqualTo(new Pace.Recorded(1));
        assertThatThrownBy(() -> Pace.parse("fast")).isInstanceOf(IllegalArgumentException.class);
    }
}
