package dev.gossamer.node.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.admin.JsonObject;
import dev.gossamer.node.cli.chaos.check.Checks;
import dev.gossamer.node.cli.chaos.fault.Fault;
import dev.gossamer.node.cli.chaos.fault.FaultKind;
import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.Circumstances;
import dev.gossamer.node.cli.chaos.history.History;
import dev.gossamer.node.cli.chaos.history.Period;
import dev.gossamer.node.cli.chaos.history.Source;
import dev.gossamer.node.cli.chaos.history.Within;
import dev.gossamer.node.cli.chaos.history.WriteId;
import dev.gossamer.node.cli.chaos.mesh.MeshPlan;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.node.mesh.coherence.NearCheck;
import dev.gossamer.protocol.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final CampaignPlan PLAN =
            new CampaignPlan(
                    new MeshPlan("chaos-1", 5, 3, 1 << 20),
                    2,
                    Duration.ofMinutes(1),
                    1,
                    EnumSet.of(FaultKind.KILL),
                    2,
                    2,
                    10,
                    Duration.ofSeconds(60),
                    1 << 20,
                    Set.of());
    private static final long MILLI = 1_000_000;

    private static Call call(int client, int sequence, Action action, Answer answer) {
        long start = (client * 10L + sequence) * 100 * MILLI;
        return new Call(client, sequence, "consistent:0", action, answer, start, start + MILLI);
    }

    private static Report report(Answer... lastReads) {
        return report(List.of(), lastReads);
    }

    private static Report report(List<Call> more, Answer... lastReads) {
        List<Call> calls =
                new ArrayList<>(
                        List.of(
                                call(0, 0, Action.PUT, Answer.DONE),
                                call(0, 1, Action.PUT, new Answer.Unknown(ErrorCode.TIMEOUT)),
                                call(1, 0, Action.GET, new Answer.Refused(ErrorCode.BUSY))));
        calls.addAll(more);
        for (int i = 0; i < lastReads.length; i++) {
            calls.add(call(PLAN.auditor(), i, Action.GET, lastReads[i]));
        }
        History history =
                new History(
                        new Circumstances(1, PLAN.auditor(), MeshPlan.CACHES, List.of()), calls);
        Injected kill =
                new Injected(
                        new Fault(
                                FaultKind.KILL, Set.of(1), List.of(), Duration.ZERO, Duration.ZERO),
                        new Period(0, 50 * MILLI),
                        Set.of("consistent:0"));
        return new Report(
                new CampaignResult(
                        PLAN,
                        Duration.ofSeconds(70),
                        history,
                        List.of(kill),
                        List.of(Duration.ofSeconds(2)),
                        Checks.of(history, _ -> {}),
                        List.of(),
                        List.of("a note")));
    }

    private static String shown(Report report) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new ReportText(new Terminal(out, out, 100, false, false)).show(report);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theJsonReportCountsWhatClientsDidAndNotWhatTheAuditorRead() {
        Report report = report(new Answer.Found(new WriteId(0, 0), Optional.empty()));
        JsonObject json = JsonObject.parse(Json.text(report.toMap()));
        assertThat(json.flag("clean")).isTrue();
        assertThat(json.number("calls")).isEqualTo(3);
        assertThat(json.object("byAction").object("PUT").number("unknown")).isEqualTo(1);
        assertThat(json.object("byAction").object("GET").number("refused")).isEqualTo(1);
        assertThat(json.object("failuresByCode").number("BUSY")).isEqualTo(1);
        assertThat(json.object("faults").object("kill").number("times")).isEqualTo(1);
        assertThat(json.object("wholeAgain").number("count")).isEqualTo(1);
    }

    @Test
    void theTextShowsAViolationWithItsCallsAndTheVerdictLast() {
        assertThat(shown(report(Answer.ABSENT)))
                .contains(
                        "C2 no acknowledged write is lost: 1 violations",
                        "an acknowledged write is lost: nothing is there in the end",
                        "put 0-0 → done",
                        "Note: a note")
                .endsWith("Not all promises held." + System.lineSeparator());
    }

    @Test
    void readsWithinABoundAreToldByWhoAnsweredThem() {
        Answer near =
                new Answer.Found(
                        new WriteId(0, 0), Optional.empty(), new Source(Source.Tier.L0, 120));
        Call read =
                new Call(
                        1,
                        7,
                        "consistent:0",
                        Action.GET,
                        Optional.of(Within.CLIENT_200_MS),
                        near,
                        2_000 * MILLI,
                        2_001 * MILLI);
        Report report =
                report(List.of(read), new Answer.Found(new WriteId(0, 1), Optional.empty()));
        JsonObject json = JsonObject.parse(Json.text(report.toMap()));
        assertThat(json.object("byAction").object("GET_WITHIN_200_MS").number("answered"))
                .isEqualTo(1);
        JsonObject bound = json.objects("within").getFirst();
        assertThat(bound.number("boundMillis")).isEqualTo(200);
        assertThat(bound.number("fromL0")).isEqualTo(1);
        assertThat(bound.find("oldestClaimedSeconds")).contains(0.12);
        assertThat(shown(report)).contains("get within 200 ms", "from L0", "120.00 ms");
    }

    @Test
    void whatIsNotCheckedIsSaidToEveryProcess() {
        assertThat(PLAN.jvmFlags()).isEmpty();
        CampaignPlan lax =
                new CampaignPlan(
                        PLAN.mesh(),
                        PLAN.downMax(),
                        PLAN.time(),
                        PLAN.seed(),
                        PLAN.faults(),
                        PLAN.clients(),
                        PLAN.keys(),
                        PLAN.ratePerSecond(),
                        PLAN.patience(),
                        PLAN.historyBytesMax(),
                        Set.of(NearCheck.WATERMARK));
        assertThat(lax.jvmFlags()).containsExactly("-Dgossamer.test.near.unchecked=watermark");
    }

    @Test
    void aCleanCampaignSaysSo() {
        Report report = report(new Answer.Found(new WriteId(0, 1), Optional.empty()));
        assertThat(shown(report)).endsWith("All promises held." + System.lineSeparator());
    }
}
