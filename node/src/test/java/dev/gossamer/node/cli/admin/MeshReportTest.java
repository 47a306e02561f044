package dev.gossamer.node.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MeshReportTest {
    private static final String ANSWER =
            """
            {"epoch": 3, "settled": true, "replication": 2, "slotsCovered": 16384,
             "missingCopies": 0, "members": [
              {"id": "0123456789abcdef", "name": "node-0", "zone": "z", "weight": 100,
               "state": "ready", "epoch": 3, "slots": {"primary": 9, "backup": 8, "filling": 1},
               "entries": 5, "bytes": 6, "memoryBytesMax": 7, "host": "127.0.0.1",
               "ports": {"redis": 1, "clustered": 2, "admin": 3, "jgroups": 4, "data": 5}}]}
            """;

    @Test
    void whatTheAdminApiAnswersBecomesTheShapeThatStatusPromises() {
        MeshReport report = MeshReport.of(JsonObject.parse(ANSWER));
        assertThat(report.complete()).isTrue();
        assertThat(report.memoryBytesMax()).isEqualTo(7);
        JsonObject shown = JsonObject.parse(Json.text(report.toMap()));
        assertThat(shown.object("slots").fields())
                .isEqualTo(Map.of("total", 16_384L, "covered", 16_384L));
        JsonObject member = shown.objects("members").getFirst();
        assertThat(member.number("slotsPrimary")).isEqualTo(9);
        assertThat(member.number("slotsFilling")).isEqualTo(1);
        assertThat(member.number("redis")).isEqualTo(1);
        assertThat(member.text("admin")).isEqualTo("http://127.0.0.1:3");
    }

    @Test
    void theSsdOfAMemberIsShownAsItWasToldAndNothingWhereThereIsNone() {
        String disk =
                "\"disk\": {\"state\": \"open\", \"trouble\": \"full\", \"loadedRatio\": 0.5,"
                    + " \"bytes\": 1, \"bytesMax\": 2, \"lackingBytes\": 1, \"entries\": 3,"
                    + " \"liveRatio\": 1.0, \"writeAmplification\": 1.25, \"backend\": \"uring\","
                    + " \"why\": \"w\"}, ";
        String answer = ANSWER.replace("\"entries\": 5", disk + "\"entries\": 5");
        MeshReport report = MeshReport.of(JsonObject.parse(answer));
        JsonObject shown = JsonObject.parse(Json.text(report.toMap()));
        assertThat(shown.objects("members").getFirst().object("disk"))
                .isEqualTo(JsonObject.parse(answer).objects("members").getFirst().object("disk"));
        assertThat(MeshReport.of(shown).members().getFirst().disk())
                .isPresent()
                .isEqualTo(report.members().getFirst().disk());
        JsonObject without =
                JsonObject.parse(Json.text(MeshReport.of(JsonObject.parse(ANSWER)).toMap()));
        assertThat(without.objects("members").getFirst().find("disk")).isEmpty();
    }

    @Test
    void aMeshIsIncompleteWhileAMemberGoesByAnotherEpoch() {
        String other = ANSWER.replace("\"state\": \"ready\", \"epoch\": 3", "\"epoch\": 2");
        assertThat(MeshReport.of(JsonObject.parse(other)).complete()).isFalse();
    }

    @Test
    void whatIsNoJsonIsRefused() {
        assertThatThrownBy(() -> JsonObject.parse("<html>"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> JsonObject.parse("[1]"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
