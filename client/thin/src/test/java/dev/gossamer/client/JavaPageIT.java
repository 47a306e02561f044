package dev.gossamer.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.kryo.KryoCodec;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The examples of docs/clients/java.md: compiled, run, and compared with the page. */
@Timeout(60)
class JavaPageIT {
    // example: user
    public record User(String name, int age) {}

    // end

    @Test
    void theExamplesRun() throws Exception {
        try (ScriptedMesh mesh = new ScriptedMesh(2)) {
            String uri = mesh.uri();
            // example: first
            try (Gossamer gossamer = Gossamer.connect(uri)) {
                Cache<String, String> users = gossamer.cache("users", Codec.utf8(), Codec.utf8());
                users.put("42", "Ada", Duration.ofMinutes(5));
                Optional<String> ada = users.get("42");
                // end
                assertThat(ada).contains("Ada");
                more(uri, gossamer, users);
            }
            settings(uri);
        }
    }

    private void more(String uri, Gossamer gossamer, Cache<String, String> users) throws Exception {
        // example: kryo
        Cache<String, User> people =
                gossamer.cache("people", Codec.utf8(), KryoCodec.of(User.class));
        people.put("ada", new User("Ada", 36));
        // end
        assertThat(people.get("ada")).contains(new User("Ada", 36));
        // example: bulk
        users.putAll(Map.of("1", "Grace", "2", "Edsger"));
        Map<String, String> found = users.getAll(List.of("1", "2", "3"));
        // end
        assertThat(found).containsOnlyKeys("1", "2");
        // example: load
        String name = users.getOrLoad("7", key -> "loaded " + key, Duration.ofMinutes(1));
        // end
        assertThat(name).isEqualTo("loaded 7");
        // example: options
        LoadOptions options =
                LoadOptions.of(Duration.ofMinutes(1))
                        .withJitter(0.1)
                        .withStaleWhileRevalidate(Duration.ofSeconds(10))
                        .withStaleIfError(Duration.ofHours(1))
                        .withAbsentTtl(Duration.ofSeconds(5));
        Optional<String> eight = users.getOrLoad("8", key -> Optional.empty(), options);
        // end
        assertThat(eight).isEmpty();
        // example: async
        CompletableFuture<Integer> length =
                users.async().get("42").thenApply(value -> value.map(String::length).orElse(0));
        // end
        assertThat(length.get(5, TimeUnit.SECONDS)).isEqualTo(3);
        // example: fresh
        Cache<String, String> strict = users.withFreshness(Freshness.LATEST);
        // end
        assertThat(strict.name()).isEqualTo("users");
        // example: near
        Gossamer nearby = Gossamer.builder().uri(uri).nearBytesMax(64L << 20).connect();
        // end
        nearby.close();
        // example: topology
        Topology topology = gossamer.topology();
        // end
        assertThat(topology.members()).hasSize(2);
    }

    private void settings(String uri) {
        // example: settings
        Gossamer gossamer =
                Gossamer.builder()
                        .uri(uri)
                        .requestTimeout(Duration.ofMillis(500))
                        .connectionsPerNode(4)
                        .completionExecutor(Runnable::run)
                        .connect();
        // end
        gossamer.close();
    }

    @Test
    void thePageShowsTheExamplesAsTheyAreHere() throws IOException {
        String page = flat(Files.readString(Path.of("../../docs/clients/java.md")));
        String source =
                Files.readString(Path.of("src/test/java/dev/gossamer/client/JavaPageIT.java"));
        String[] examples = source.split("// example: \\w+\n", -1);
        for (int i = 1; i < examples.length; i++) {
            String example = examples[i].substring(0, examples[i].indexOf("// end"));
            assertThat(page).contains(flat(example));
        }
    }

    private static String flat(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
