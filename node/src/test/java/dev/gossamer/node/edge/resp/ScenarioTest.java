package dev.gossamer.node.edge.resp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Scripts of inline commands and the bytes that answer them. {@code -Dgossamer.scenario.port=P}
 * runs them against whatever listens there: a redis-server must give the same answers to those
 * under {@code redis}.
 */
class ScenarioTest {

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"strings", "numbers", "keys", "expiry", "connection", "errors"})
    void thePortAnswersAsRedisDoes(String name) {
        var foreign = Integer.getInteger("gossamer.scenario.port", 0);
        if (foreign > 0) {
            play(name, new RawClient(foreign));
            return;
        }
        try (var ports = new Ports(RespSettings.DEFAULT)) {
            play(name, ports.proxying());
        }
    }

    private static void play(String name, RawClient client) {
        try (client) {
            client.ask("FLUSHALL");
            for (var step : steps("/scenarios/resp/" + name + ".txt")) {
                assertThat(shown(client.ask(step.command())))
                        .as(name + ": " + step.command())
                        .isEqualTo(step.expected());
            }
        }
    }

    private record Step(String command, String expected) {}

    private static List<Step> steps(String resource) {
        var steps = new ArrayList<Step>();
        for (var block : text(resource).split("\n\n", -1)) {
            var parts = block.strip().split("\n----\n?", -1);
            steps.add(new Step(parts[0].replace("\n", "\r\n"), parts[1]));
        }
        return steps;
    }

    private static String shown(String replies) {
        return replies.replace("\r\n", "\n").stripTrailing();
    }

    private static String text(String resource) {
        try (var in = ScenarioTest.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
