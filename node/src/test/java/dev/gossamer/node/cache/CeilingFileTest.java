package dev.gossamer.node.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.protocol.GossamerException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CeilingFileTest {
    @TempDir Path folder;

    @Test
    void whatWasRememberedLastIsRecalledByTheNextWhoOpensTheFile() throws IOException {
        assertThat(recall()).isZero();
        for (long clock = 1; clock <= 5; clock++) {
            remember(clock * 1000);
            assertThat(recall()).isEqualTo(clock * 1000);
        }
    }

    @Test
    void aWriteThatWasCutOffAtAnyByteLeavesTheCeilingThatHeldBefore() throws IOException {
        remember(1000);
        remember(2000);
        byte[] before = Files.readAllBytes(file());
        remember(3000);
        byte[] after = Files.readAllBytes(file());
        for (int cut = 0; cut <= 12; cut++) {
            byte[] torn = before.clone();
            System.arraycopy(after, 0, torn, 0, cut);
            Files.write(file(), torn);
            assertThat(recall()).isIn(2000L, 3000L);
        }
        assertThat(recall()).isEqualTo(3000);
    }

    @Test
    void afterATornWriteTheDamagedPlaceIsWrittenNext() throws IOException {
        remember(1000);
        remember(2000);
        damage(0);
        remember(3000);
        damage(4096);
        assertThat(recall()).isEqualTo(3000);
    }

    @Test
    void aFileInWhichNothingCanBeReadIsRefusedWithWhatToDo() throws IOException {
        remember(1000);
        remember(2000);
        damage(0);
        damage(4096 + 9);
        assertThatThrownBy(this::recall)
                .isInstanceOf(GossamerException.class)
                .hasMessageContaining(file().toString())
                .hasMessageContaining("Restore the file");
        Files.write(file(), new byte[5]);
        assertThatThrownBy(this::recall).isInstanceOf(GossamerException.class);
    }

    @Test
    void aClockOverTheFileGivesLaterTimesAfterARestartAnHourBack() throws IOException {
        long before;
        try (CeilingFile file = CeilingFile.open(folder)) {
            before = clock(file, 10_000_000).next();
        }
        try (CeilingFile file = CeilingFile.open(folder)) {
            assertThat(clock(file, 6_400_000).next()).isGreaterThan(before);
        }
    }

    private static HybridClock clock(CeilingFile file, long wallMillis) {
        return new HybridClock(
                () -> wallMillis, Duration.ofMinutes(1), file, new SimpleMeterRegistry());
    }

    private Path file() {
        return folder.resolve(CeilingFile.NAME);
    }

    private void damage(int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file());
        bytes[at] ^= 0x40;
        Files.write(file(), bytes);
    }

    private void remember(long clock) throws IOException {
        try (CeilingFile file = CeilingFile.open(folder)) {
            file.recall();
            file.remember(clock);
        }
    }

    private long recall() throws IOException {
        try (CeilingFile file = CeilingFile.open(folder)) {
            return file.recall();
        }
    }
}
