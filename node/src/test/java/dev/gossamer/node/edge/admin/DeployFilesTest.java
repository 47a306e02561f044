package dev.gossamer.node.edge.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The files under deploy/ are well formed and speak of ports, paths and metrics that exist. */
class DeployFilesTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern METRIC =
            Pattern.compile("\\b(gossamer|jvm|process|system)_[a-z0-9_]+");

    private static String read(String file) throws IOException {
        return Files.readString(ROOT.resolve(file));
    }

    private static List<Object> documents(String file) throws IOException {
        List<Object> found = new ArrayList<>();
        new Load(LoadSettings.builder().build()).loadAllFromString(read(file)).forEach(found::add);
        return found;
    }

    @ParameterizedTest
    @ValueSource(strings = {"deploy/prometheus/alerts.yaml", "deploy/grafana/gossamer.json"})
    void alertsAndDashboardsUseDocumentedMetricsOnly(String file) throws IOException {
        String documented = read("docs/metrics.md");
        Matcher names = METRIC.matcher(read(file));
        TreeSet<String> unknown = new TreeSet<>();
        int seen = 0;
        while (names.find()) {
            seen++;
            String name = names.group().replaceFirst("_seconds_(count|sum|bucket)$", "_seconds");
            if (!documented.contains("`" + name + "`") && !documented.contains("`" + name + "{")) {
                unknown.add(name);
            }
        }
        assertThat(seen).isGreaterThan(10);
        assertThat(unknown).isEmpty();
    }

    @Test
    void theDashboardIsJsonWithPanels() throws IOException {
        JsonObject dashboard = new JsonObject(read("deploy/grafana/gossamer.json"));
        assertThat(dashboard.getJsonArray("panels")).hasSizeGreaterThan(10);
    }

    @Test
    void everyAlertSaysWhatAndWhatToDo() throws IOException {
        Map<?, ?> group =
                (Map<?, ?>)
                        list(((Map<?, ?>) documents("deploy/prometheus/alerts.yaml").getFirst())
                                        .get("groups"))
                                .getFirst();
        for (Object rule : list(group.get("rules"))) {
            Map<?, ?> alert = (Map<?, ?>) rule;
            assertThat(alert.get("alert")).isInstanceOf(String.class);
            assertThat(alert.get("expr")).isInstanceOf(String.class);
            Map<?, ?> annotations = (Map<?, ?>) alert.get("annotations");
            assertThat(annotations.get("summary")).as("%s", alert).isNotNull();
            assertThat(annotations.get("description")).as("%s", alert).isNotNull();
        }
    }

    private static List<?> list(Object value) {
        return (List<?>) value;
    }

    @Test
    void kubernetesRunsThreeMembersThatProbeRealRoutes() throws IOException {
        List<String> kinds = new ArrayList<>();
        for (Object document : documents("deploy/kubernetes/gossamer.yaml")) {
            kinds.add(String.valueOf(((Map<?, ?>) document).get("kind")));
        }
        assertThat(kinds)
                .containsExactly(
                        "ConfigMap", "Service", "Service", "PodDisruptionBudget", "StatefulSet");
        assertThat(read("deploy/kubernetes/gossamer.yaml"))
                .contains("/livez", "/readyz", "/startupz", "publishNotReadyAddresses: true");
    }
}
