package dev.gossamer.node.edge.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminMetricsIT {
    private AdminFixture admin;

    @BeforeEach
    void start() throws IOException {
        admin = AdminFixture.started();
    }

    @AfterEach
    void stop() {
        admin.close();
    }

    /** The value of every series of a page. */
    private Map<String, Double> scrape() throws Exception {
        Map<String, Double> found = new TreeMap<>();
        for (String line : admin.get("/metrics").body().lines().toList()) {
            if (!line.startsWith("#")) {
                int space = line.lastIndexOf(' ');
                found.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
            }
        }
        return found;
    }

    @Test
    void everyRequestCountsOnceUnderItsRouteMethodAndStatus() throws Exception {
        admin.get("/readyz");
        Map<String, Double> before = scrape();
        admin.get("/readyz");
        admin.get("/nowhere/at/all");
        admin.get("/api/v1/keys/one/explain");
        admin.get("/api/v1/keys/two/explain");
        admin.send("PUT", "/api/v1/caches/users/entries/1", "v".getBytes(StandardCharsets.UTF_8));
        Map<String, Double> after = scrape();
        assertThat(grown(before, after, "method=\"GET\",route=\"/readyz\",status=\"200\""))
                .isEqualTo(1);
        assertThat(grown(before, after, "method=\"GET\",route=\"unmatched\",status=\"404\""))
                .isEqualTo(1);
        assertThat(
                        grown(
                                before,
                                after,
                                "method=\"GET\",route=\"/api/v1/keys/{key}/explain\",status=\"200\""))
                .isEqualTo(2);
        assertThat(
                        grown(
                                before,
                                after,
                                "method=\"PUT\",route=\"/api/v1/caches/{name}/entries/{key}\","
                                        + "status=\"204\""))
                .isEqualTo(1);
        assertThat(after)
                .containsKey(
                        "gossamer_http_requests_seconds_bucket{method=\"GET\",route=\"/readyz\","
                                + "status=\"200\",le=\"0.005\"}");
    }

    private static double grown(
            Map<String, Double> before, Map<String, Double> after, String tags) {
        String name = "gossamer_http_requests_seconds_count{" + tags + "}";
        assertThat(after).containsKey(name);
        return after.get(name) - before.getOrDefault(name, 0.0);
    }

    @Test
    void theMeshAndTheRuntimeAreShownAndOneScrapeAsksTheMeshOnce() throws Exception {
        Map<String, Double> page = scrape();
        assertThat(admin.mesh.statusAsked).hasValue(1);
        assertThat(page)
                .containsEntry("gossamer_info{transport=\"io_uring\",version=\"0.1.0\"}", 1.0)
                .containsEntry("gossamer_mesh_settled", 1.0)
                .containsEntry("gossamer_mesh_slots_covered", 16384.0)
                .containsEntry("gossamer_http_connections_max", 256.0)
                .containsEntry("gossamer_http_value_bytes_max", 67108864.0)
                .containsEntry("gossamer_connections{port=\"admin\"}", 1.0)
                .containsKey("process_uptime_seconds");
        assertThat(page.keySet())
                .anyMatch(name -> name.startsWith("jvm_memory_used_bytes{area=\"heap\""));
    }

    @Test
    void openMetricsIsSpokenWhenItIsAskedFor() throws Exception {
        var open = admin.get("/metrics", "Accept", "application/openmetrics-text;version=1.0.0");
        assertThat(open.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/openmetrics-text");
        assertThat(open.body()).endsWith("# EOF\n");
        var text = admin.get("/metrics", "Accept", "text/plain");
        assertThat(text.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("text/plain; version=0.0.4");
        assertThat(text.body()).doesNotContain("# EOF");
    }

    @Test
    void everyMetricOfThePageIsInTheDocumentation() throws Exception {
        admin.get("/readyz");
        String documented = Files.readString(Path.of("../docs/metrics.md"));
        for (String line : admin.get("/metrics").body().lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                String name = line.split(" ", -1)[2];
                assertThat(documented).containsPattern("`" + name + "[`{]");
            }
        }
    }
}
