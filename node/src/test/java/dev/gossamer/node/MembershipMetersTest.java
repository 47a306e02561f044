package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.membership.MembershipStats;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MembershipMetersTest {
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @Test
    void everyCounterIsShownMovesAndIsDocumented() throws Exception {
        var stats = new AtomicReference<>(statsFrom(100));
        MembershipMeters.register(registry, stats::get);
        String before = registry.scrape();
        stats.set(statsFrom(200));
        String after = registry.scrape();
        // All but the id of the view, which says nothing by itself.
        for (int i = 1; i <= 12; i++) {
            assertThat(before).contains(" " + (100 + i) + ".0\n");
            assertThat(after).contains(" " + (200 + i) + ".0\n");
        }
        String documented = Files.readString(Path.of("../docs/metrics.md"));
        for (String line : after.lines().filter(l -> l.startsWith("# TYPE ")).toList()) {
            assertThat(documented).containsPattern("`" + line.split(" ", -1)[2] + "[`{]");
        }
    }

    private static MembershipStats statsFrom(int n) {
        return new MembershipStats(
                n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7, n + 8, n + 9, n + 10, n + 11,
                n + 12);
    }
}
