package dev.gossamer.node.cli.chaos.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import dev.gossamer.node.cli.chaos.fault.LinkRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The network of a campaign; passed over where this machine does not allow namespaces. */
class NetworkIT {
    private static final int MEMBERS = 3;

    @TempDir private Path folder;
    private final List<Network> made = new ArrayList<>();

    @BeforeEach
    void makeTheNetwork() {
        assumeThatCode(() -> made.add(Network.create(folder, MEMBERS))).doesNotThrowAnyException();
    }

    @AfterEach
    void removeTheNetwork() {
        made.forEach(Network::remove);
    }

    private Network network() {
        return made.getFirst();
    }

    /** A host that is reached refuses the connection at once: nothing listens there. */
    private static boolean reaches(List<String> host, int member)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(host);
        String connection = ": </dev/tcp/" + Network.addressOf(member) + "/9";
        command.addAll(List.of("timeout", "2", "bash", "-c", connection));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return said.contains("refused");
    }

    @Test
    void everyoneReachesEveryoneUntilALinkIsCutAndAgainWhenItIsNot()
            throws IOException, InterruptedException {
        List<LinkRule> cut = List.of(new LinkRule.Drop(0, 1), new LinkRule.Drop(1, 0));
        assertThat(reaches(network().onMember(0), 1)).isTrue();
        network().apply(cut);
        assertThat(reaches(network().onMember(0), 1)).isFalse();
        assertThat(reaches(network().onMember(1), 0)).isFalse();
        assertThat(reaches(network().onMember(2), 0)).isTrue();
        assertThat(reaches(network().onMember(2), 1)).isTrue();
        assertThat(reaches(network().onClient(), 0)).isTrue();
        assertThat(reaches(network().onClient(), 1)).isTrue();
        network().undo(cut);
        assertThat(reaches(network().onMember(0), 1)).isTrue();
    }

    @Test
    void healingTakesEveryRuleAway() throws IOException, InterruptedException {
        network()
                .apply(
                        List.of(
                                new LinkRule.Drop(0, 1),
                                new LinkRule.Lose(2, 1, 99),
                                new LinkRule.Slow(0, 8)));
        assertThat(reaches(network().onMember(0), 1)).isFalse();
        network().heal();
        for (int from = 0; from < MEMBERS; from++) {
            assertThat(reaches(network().onMember(from), (from + 1) % MEMBERS)).isTrue();
        }
    }

    @Test
    void nothingIsLeftOfARemovedNetworkNorOfWhatRanInIt() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(network().onMember(1));
        command.addAll(List.of("sleep", "600"));
        Process left = new ProcessBuilder(command).start();
        assertThat(spaces()).hasSize(MEMBERS + 2);
        network().remove();
        assertThat(left.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(spaces()).isEmpty();
    }

    private List<String> spaces() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/run/netns"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(network().prefix() + "-"))
                    .toList();
        }
    }
}
