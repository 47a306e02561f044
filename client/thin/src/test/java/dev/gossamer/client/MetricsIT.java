package dev.gossamer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.micrometer.MicrometerClientMetrics;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.GossamerException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every metric that is offered moves, and a request counts once however often it was sent. */
@Timeout(60)
class MetricsIT {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private double gauge(String name) {
        return registry.get("gossamer.client." + name).gauge().value();
    }

    private long requests(String command, String outcome) {
        return registry.get("gossamer.client.requests")
                .tags("command", command, "outcome", outcome)
                .timer()
                .count();
    }

    @Test
    void requestsRetriesConnectionsAndWhatIsUnderWayAreCounted() {
        try (ScriptedMesh mesh = new ScriptedMesh(1);
                Gossamer gossamer =
                        Gossamer.builder()
                                .uri(mesh.uri())
                                .requestTimeout(Duration.ofMillis(500))
                                .metrics(new MicrometerClientMetrics(registry))
                                .connect()) {
            Cache<String, String> cache = gossamer.cache("default", Codec.utf8(), Codec.utf8());
            AtomicInteger refusals = new AtomicInteger(2);
            mesh.member(0).script =
                    (peer, words) ->
                            switch (words.get(0)) {
                                case "GSM.SET" ->
                                        refusals.getAndDecrement() > 0
                                                ? Optional.of("-TRYAGAIN later\r\n")
                                                : Optional.empty();
                                case "GSM.DEL" -> Optional.of(ScriptedMember.SILENCE);
                                default -> Optional.empty();
                            };
            cache.put("k", "v");
            cache.get("k");
            assertThat(requests("GSM.SET", "ok")).isEqualTo(1);
            assertThat(requests("GSM.GET", "ok")).isEqualTo(1);
            assertThat(
                            registry.get("gossamer.client.retries")
                                    .tags("command", "GSM.SET", "cause", "TRYAGAIN")
                                    .counter()
                                    .count())
                    .isEqualTo(2);
            assertThat(gauge("connections")).isGreaterThanOrEqualTo(2);
            assertThat(gauge("epoch")).isEqualTo((double) Epoch.agreed(1));
            // Who asked may hear before the I/O thread has counted.
            Eventually.await("nothing to be under way", () -> gauge("in.flight.requests") == 0);
            assertThatThrownBy(() -> cache.remove("k")).isInstanceOf(GossamerException.class);
            assertThat(requests("GSM.DEL", "TIMEOUT")).isEqualTo(1);
            assertThat(gauge("in.flight.requests")).isEqualTo(1);
            assertThat(gauge("in.flight.bytes")).isPositive();
            mesh.member(0).hangUp();
            Eventually.await(
                    "lost connections to be counted",
                    () -> registry.get("gossamer.client.connections.lost").counter().count() >= 2);
        }
        assertThat(gauge("connections")).isZero();
    }
}
