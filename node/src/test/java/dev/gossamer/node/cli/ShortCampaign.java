package dev.gossamer.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.admin.JsonObject;
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

    /** What a campaign ended with. */
    private record Outcome(int exitCode, JsonObject report, String output) {}

    @Test
    void aMeshThatIsHurtKeepsItsPromises() throws IOException, InterruptedException {
        Outcome outcome = run(chosen());
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        assertThat(outcome.report().objects("within"))
                .as("copies of both kinds have answered, within either bound")
                .hasSize(2)
                .allSatisfy(bound -> {
                    assertThat(bound.number("fromL0")).isPositive();
                    assertThat(bound.number("fromNearCopies")).isPositive();
                    assertThat(bound.number("fromOwners")).isPositive();
                });
    }

    /**
     * The faults are those during which others write what a member or a client does not hear of.
     */
    @Test
    void withoutTheWatermarkCheckReadsAreOlderThanTheirBound()
            throws IOException, InterruptedException {
        Outcome outcome =
                run(
                        List.of(
                                "--unchecked=watermark",
                                "--keys=40",
                                "--faults=pause,isolate,one-way"));
        assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(1);
        assertThat(outcome.report().object("violations").number("C4"))
                .as(outcome.output())
                .isPositive();
        assertThat(outcome.report().objects("within").getLast().number("stalestSeconds"))
                .as("whole seconds, with a bound of one")
                .isPositive();
    }

    private Outcome run(List<String> more) throws IOException, InterruptedException {
        double minutes =
                Double.parseDouble(
                        System.getProperty("campaign.minutes", String.valueOf(MINUTES_DEFAULT)));
        Path output = folder.resolve("campaign.txt");
        Path report = folder.resolve("report.json");
        List<String> arguments = new ArrayList<>(List.of("--data", folder.toString(), "chaos"));
        arguments.addAll(List.of("--minutes=" + minutes, "--report=" + report));
        arguments.addAll(more);
        Process campaign =
                new ProcessBuilder(NodeProcess.likeThisOne().again(List.of(), arguments))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            long atMost = Math.round(minutes) + AROUND_IT_MINUTES;
            assertThat(campaign.waitFor(atMost, TimeUnit.MINUTES)).isTrue();
        } finally {
            campaign.destroy();
        }
        String text = Files.readString(output);
        assertThat(report).as(text).exists();
        return new Outcome(campaign.exitValue(), JsonObject.parse(Files.readString(report)), text);
    }

    /** What the properties say. */
    private static List<String> chosen() {
        List<String> arguments = new ArrayList<>();
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
