package dev.gossamer.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.local.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fault campaign as a test: run by the Maven profile {@code campaign} only, as root. {@code
 * -Dcampaign.minutes}, {@code -Dcampaign.faults} and {@code -Dseed} say what it does.
 */
class ShortCampaign {
    private static final double MINUTES_DEFAULT = 2;
    private static final long AROUND_IT_MINUTES = 10;

    @TempDir private Path folder;

    @Test
    void aMeshThatIsHurtKeepsItsPromises() throws IOException, InterruptedException {
        double minutes =
                Double.parseDouble(
                        System.getProperty("campaign.minutes", String.valueOf(MINUTES_DEFAULT)));
        Path output = folder.resolve("campaign.txt");
        Process campaign =
                new ProcessBuilder(NodeProcess.likeThisOne().again(List.of(), arguments(minutes)))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            long atMost = Math.round(minutes) + AROUND_IT_MINUTES;
            assertThat(campaign.waitFor(atMost, TimeUnit.MINUTES)).isTrue();
        } finally {
            campaign.destroy();
        }
        assertThat(campaign.exitValue()).as(Files.readString(output)).isZero();
    }

    private List<String> arguments(double minutes) {
        List<String> arguments =
                new ArrayList<>(
                        List.of("--data", folder.toString(), "chaos", "--minutes=" + minutes));
        option("campaign.faults", "--faults", arguments);
        option("seed", "--seed", arguments);
        return arguments;
    }

    private static void option(String property, String name, List<String> arguments) {
        String value = System.getProperty(property, "");
        if (!value.isEmpty()) {
            arguments.add(name + "=" + value);
        }
    }
}
