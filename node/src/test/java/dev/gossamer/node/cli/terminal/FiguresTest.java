package dev.gossamer.node.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void sizesAreShownInTheLargestUnitThatFits() {
        assertThat(Figures.bytes(0)).isEqualTo("0 B");
        assertThat(Figures.bytes(1023)).isEqualTo("1023 B");
        assertThat(Figures.bytes(1536)).isEqualTo("1.5 KiB");
        assertThat(Figures.bytes(256L << 20)).isEqualTo("256 MiB");
        assertThat(Figures.bytes(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
    }

    @Test
    void timesAreShownInTheUnitThatPeopleUse() {
        assertThat(Figures.latency(830)).isEqualTo("830 ns");
        assertThat(Figures.latency(41_200)).isEqualTo("41 µs");
        assertThat(Figures.latency(1_250_000)).isEqualTo("1.25 ms");
        assertThat(Figures.elapsed(Duration.ofMillis(820))).isEqualTo("0.8 s");
        assertThat(Figures.elapsed(Duration.ofSeconds(185))).isEqualTo("3 min 5 s");
    }
}
