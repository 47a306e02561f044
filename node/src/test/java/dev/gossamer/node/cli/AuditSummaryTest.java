package dev.gossamer.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.AuditSummary.Window;
import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.admin.JsonObject;
import dev.gossamer.node.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the members' auditors say together. */
class AuditSummaryTest {
    private static JsonObject report(long samples, long current, String violations) {
        return JsonObject.parse(
                """
                {"windows": [{"afterMs": 100, "samples": %d, "current": %d, "unanswered": 1}],
                 "nearViolations": %d, "ownerViolations": 0, "worstStalenessMs": 101.5,
                 "worstBeyondMs": 69, "dropped": 2, "abandoned": 3, "violations": [%s]}
                """
                        .formatted(samples, current, violations.isEmpty() ? 0 : 1, violations));
    }

    private static final String VIOLATION =
            """
            {"key": "users:42", "name": "beta", "kind": "near", "atMs": 1796947200000,
             "acknowledged": "3-20-00000000000000a1", "found": "3-10-00000000000000a1",
             "origin": "00000000000000a1", "originSequence": 7, "afterMs": 100.0,
             "claimedMs": 30.5,
             "looks": [{"name": "alpha", "afterMs": 100.0, "answered": true, "rank": 0,
                        "held": {"version": "3-20-00000000000000a1"}, "near": null},
                       {"name": "beta", "afterMs": 100.0, "answered": true, "rank": -1,
                        "held": null,
                        "near": {"version": "3-10-00000000000000a1", "ageMs": 30.5}},
                       {"name": "gamma", "afterMs": 100.0, "answered": false}],
             "events": [{"agoMs": 90, "what": "slot_voided", "origin": "00000000000000a1",
                         "sequence": 8, "clock": "20"}]}
            """;

    private static String shown(AuditSummary summary) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(out, out, 200, false, false);
        summary.show(terminal);
        terminal.out().flush();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theWindowsOfAllMembersAreAddedUp() {
        AuditSummary summary =
                new AuditSummary(
                        Map.of("alpha", report(1_000, 1_000, ""), "beta", report(500, 499, "")),
                        List.of());
        assertThat(summary.windows()).containsExactly(new Window(100, 1_500, 1_499, 2));
        assertThat(summary.isGood()).isTrue();
        assertThat(summary.toMap()).containsEntry("dropped", 4L).containsEntry("abandoned", 6L);
        assertThat(summary.toMap()).containsEntry("worstStalenessMs", 101.5);
        assertThat(shown(summary))
                .contains("100 ms", "1,500", "99.9333 %", "3.2", "No copy was older");
    }

    @Test
    void noRoundingMakesAPromiseKept() {
        assertThat(new Window(1, 10_000_000, 9_999_999, 0).part()).isEqualTo("99.9999 %");
        assertThat(new Window(1, 10_000_000, 9_999_999, 0).nines()).isEqualTo("7.0");
        assertThat(new Window(1, 10, 10, 0).part()).isEqualTo("100 %");
        assertThat(new Window(1, 10, 10, 0).nines()).isEqualTo("all");
        assertThat(new Window(1, 0, 0, 4).part()).isEmpty();
        assertThat(new Window(1, 0, 0, 4).nines()).isEmpty();
    }

    @Test
    void aViolationIsShownWithItsTrace() {
        AuditSummary summary =
                new AuditSummary(Map.of("alpha", report(10, 9, VIOLATION)), List.of());
        assertThat(summary.isGood()).isFalse();
        assertThat(shown(summary))
                .contains("1 copies were older than they may be")
                .contains("users:42: beta answers 3-10-00000000000000a1 of 00000000000000a1")
                .contains("alpha acknowledged 3-20-00000000000000a1")
                .contains("alpha, rank 0, holds 3-20-00000000000000a1")
                .contains("beta, near copy 3-10-00000000000000a1")
                .contains("gamma does not answer")
                .contains("slot voided  origin 00000000000000a1  sequence 8  clock 20");
        assertThat(Json.text(summary.toMap())).contains("\"seenBy\"", "\"slot_voided\"");
    }

    @Test
    void whoDoesNotAnswerIsNamedAndNotGood() {
        AuditSummary summary =
                new AuditSummary(Map.of("alpha", report(10, 10, "")), List.of("beta"));
        assertThat(summary.isGood()).isFalse();
        assertThat(shown(summary)).contains("beta does not answer");
    }
}
