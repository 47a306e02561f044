package dev.gossamer.gossip.invalidation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Measures the tables of docs/scale.md. {@code -Dmembers=10,100,1000,10000} says which sizes;
 * without it the small ones; {@code -Dprimaries=10,100} in which every member is one; {@code
 * -Dfanout}, {@code -DlazyLinks} and {@code -DgraceMicros} replace a default. {@code
 * target/scale-table.md} has what came out.
 */
class ScaleTest {
    private static final long SEED = 42;

    private static final long ONE_AT_A_TIME_NANOS = 37 * Mesh.MS;

    private static Scale.Setting setting(int members, double loss, boolean churn) {
        int invalidations = members >= 10_000 ? 40 : members >= 1_000 ? 200 : 1_000;
        return new Scale.Setting(
                SEED,
                members,
                Math.min(4, members),
                loss,
                churn,
                invalidations,
                ONE_AT_A_TIME_NANOS,
                settings());
    }

    /** The defaults, or what is to be compared with them. */
    private static DisseminationSettings settings() {
        DisseminationSettings defaults = DisseminationSettings.DEFAULT;
        long graceMicros = Long.getLong("graceMicros", defaults.grace().toNanos() / 1_000);
        return new DisseminationSettings(
                defaults.window(),
                defaults.heartbeat(),
                defaults.watermarkDelay(),
                defaults.starMax(),
                Integer.getInteger("fanout", defaults.fanout()),
                Integer.getInteger("lazyLinks", defaults.lazyLinks()),
                Duration.ofNanos(graceMicros * 1_000),
                defaults.askAgain(),
                defaults.digest(),
                defaults.messageBytesMax(),
                defaults.receivedBytesMax(),
                defaults.forgetAfter(),
                defaults.driftPpm());
    }

    @Test
    void aThousandMembersHearInEightNetworkDelaysThoughOneMessageInAHundredIsLost() {
        Scale.Result result = new Scale(setting(1_000, 0.01, false)).run();
        assertThat(result.missed()).isZero();
        assertThat(result.allMedian()).isLessThanOrEqualTo(8);
        assertThat(result.payloads()).isLessThanOrEqualTo(1.3);
    }

    @Test
    void fiveMembersThatWriteFiveThousandTimesASecondHearWithinFiveMilliseconds()
            throws IOException {
        Scale.Setting setting =
                new Scale.Setting(
                        SEED, 5, 5, 0, false, 20_000, Mesh.MS / 5, DisseminationSettings.DEFAULT);
        Scale.Result result = new Scale(setting).run();
        Files.writeString(
                Path.of("target", "scale-busy.md"), Scale.heading() + Scale.row(setting, result));
        assertThat(result.missed()).isZero();
        assertThat(result.all99()).isLessThanOrEqualTo(5);
    }

    @Test
    void theMeasuredTableMissesNobody() throws IOException {
        StringBuilder table = new StringBuilder(Scale.heading());
        for (int members : sizes("members", "10,100")) {
            for (double loss : new double[] {0, 0.01, 0.1, 0.3}) {
                measure(setting(members, loss, false), table);
            }
            measure(setting(members, 0.01, true), table);
        }
        for (int members : sizes("primaries", "10")) {
            Scale.Setting all =
                    new Scale.Setting(
                            SEED,
                            members,
                            members,
                            0.01,
                            false,
                            50,
                            ONE_AT_A_TIME_NANOS,
                            settings());
            measure(all, table);
        }
    }

    private static void measure(Scale.Setting setting, StringBuilder table) throws IOException {
        Scale.Result result = new Scale(setting).run();
        table.append(Scale.row(setting, result));
        Files.writeString(Path.of("target", "scale-table.md"), table);
        assertThat(result.missed()).isZero();
    }

    private static int[] sizes(String property, String usually) {
        String asked = System.getProperty(property, usually);
        return Arrays.stream(asked.split(",", -1)).mapToInt(Integer::parseInt).toArray();
    }
}
