package dev.gossamer.node.mesh.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The races that contract.md names, as stories (src/test/resources/scenarios/mesh): a command, a
 * line of dashes, what it answers. Each is told with several seeds, for it must end the same
 * whatever the delays. {@code -Dupdate.scenarios=true} writes down what the first seed answers.
 */
class ScenarioTest {
    private static final Path STORIES = Path.of("src/test/resources/scenarios/mesh");
    private static final String RULE = "----";
    private static final int SEEDS = 5;

    static List<Path> stories() throws IOException {
        try (Stream<Path> files = Files.list(STORIES)) {
            return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("stories")
    void theStoryEndsAsItIsTold(Path story) throws IOException {
        String told = Files.readString(story);
        if (Boolean.getBoolean("update.scenarios")) {
            Files.writeString(story, retell(told, new Scenario(1)));
            return;
        }
        for (long seed = 1; seed <= SEEDS; seed++) {
            Scenario scenario = new Scenario(seed);
            String retold = retell(told, scenario);
            String trace = retold.equals(told) ? "" : scenario.trace();
            assertThat(retold).as("%s with seed %d%n%s", story, seed, trace).isEqualTo(told);
        }
    }

    /** The same text with the answers that come now. */
    private static String retell(String told, Scenario scenario) {
        StringBuilder retold = new StringBuilder();
        boolean isAnswer = false;
        for (String line : told.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                isAnswer = false;
                retold.append(line).append('\n');
            } else if (line.equals(RULE)) {
                isAnswer = true;
            } else if (!isAnswer) {
                String answer = scenario.tell(line);
                retold.append(line).append('\n').append(RULE).append('\n').append(answer);
                retold.append('\n');
            }
        }
        return retold.toString();
    }
}
