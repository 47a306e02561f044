package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.membership.MembershipSettings.Contacts;
import dev.gossamer.node.cli.local.NodeProcess;
import dev.gossamer.node.config.Configuration;
import dev.gossamer.node.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A node would start with what deploy/kubernetes/gossamer.yaml gives it. */
class KubernetesConfigTest {
    private static final Path FILE = Path.of("..", "deploy", "kubernetes", "gossamer.yaml");

    /** What the cluster puts in place of a reference. */
    private static final Map<String, String> FILLED_IN =
            Map.of(
                    "metadata.name", "gossamer-0",
                    "status.podIP", "10.1.2.3",
                    "password", "of some length");

    @TempDir Path folder;

    @Test
    void theNodeTakesTheConfigMapWithThePodsEnvironment() throws IOException {
        Path written =
                Files.writeString(
                        folder.resolve("gossamer.yaml"),
                        text(document("ConfigMap"), "data", "gossamer.yaml"));
        Configuration configuration =
                Configuration.read(Optional.of(written), environment(), Map.of());
        NodeConfig config = NodeConfig.from(configuration, 2);
        assertThat(config.name()).isEqualTo("gossamer-0");
        assertThat(config.host()).isEqualTo("10.1.2.3");
        assertThat(config.resp().password()).hasValue("of some length");
        assertThat(config.contacts()).isEqualTo(new Contacts.Dns("gossamer-members", 7679));
    }

    @Test
    void noVariableOfAServiceIsTakenForASetting() throws IOException {
        assertThat(pod().get("enableServiceLinks")).isEqualTo(false);
    }

    @Test
    void theContainerHoldsTheHeapTheBuffersAndTheJvm() throws IOException {
        long heapMiB = NodeProcess.heapBytes(1L << 30) >> 20;
        assertThat(text(document("ConfigMap"), "data", "gossamer.yaml"))
                .contains("max-bytes: 1GiB");
        String limit = text(container(), "resources", "limits", "memory");
        assertThat(Long.parseLong(limit.replace("Mi", "")))
                .isGreaterThanOrEqualTo(heapMiB + 256 + 512);
    }

    @Test
    void aPodHasTheTimeToHandItsSlotsOver() throws Exception {
        String yaml = text(document("ConfigMap"), "data", "gossamer.yaml");
        Object node = at(new Load(LoadSettings.builder().build()).loadFromString(yaml), "node");
        long drain =
                Settings.NODE_DRAIN_TIMEOUT.reader().apply(text(node, "drain-timeout")).toSeconds();
        long grace =
                Settings.NODE_DRAIN_GRACE
                        .reader()
                        .apply(Settings.NODE_DRAIN_GRACE.defaultText())
                        .toSeconds();
        long sleep = Long.parseLong(text(container(), "lifecycle", "preStop", "sleep", "seconds"));
        assertThat(Long.parseLong(text(pod(), "terminationGracePeriodSeconds")))
                .isGreaterThanOrEqualTo(sleep + drain + grace + 10);
    }

    private static Map<String, String> environment() throws IOException {
        Map<String, String> environment = new LinkedHashMap<>();
        for (Object variable : (List<?>) at(container(), "env")) {
            Map<?, ?> from = (Map<?, ?>) at(variable, "valueFrom");
            Object reference =
                    from.containsKey("fieldRef")
                            ? at(from, "fieldRef", "fieldPath")
                            : at(from, "secretKeyRef", "key");
            assertThat(FILLED_IN).containsKey(String.valueOf(reference));
            environment.put(
                    text(variable, "name"), FILLED_IN.getOrDefault(String.valueOf(reference), ""));
        }
        assertThat(environment).hasSize(3);
        return environment;
    }

    private static Map<?, ?> pod() throws IOException {
        return (Map<?, ?>) at(document("StatefulSet"), "spec", "template", "spec");
    }

    private static Object container() throws IOException {
        return ((List<?>) at(pod(), "containers")).getFirst();
    }

    private static Object document(String kind) throws IOException {
        List<Object> found = new ArrayList<>();
        new Load(LoadSettings.builder().build())
                .loadAllFromString(Files.readString(FILE))
                .forEach(found::add);
        return found.stream()
                .filter(document -> kind.equals(((Map<?, ?>) document).get("kind")))
                .findFirst()
                .orElseThrow();
    }

    private static String text(Object from, String... path) {
        return String.valueOf(at(from, path));
    }

    private static Object at(Object from, String... path) {
        Object found = from;
        for (String key : path) {
            Object next = ((Map<?, ?>) found).get(key);
            assertThat(next).as(key).isNotNull();
            found = next;
        }
        return found;
    }
}
