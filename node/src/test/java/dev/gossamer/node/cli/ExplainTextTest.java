package dev.gossamer.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.admin.JsonObject;
import dev.gossamer.node.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ExplainTextTest {
    private static final String ANSWER =
            """
            {"slot": 7, "epoch": 3, "cache": "default",
             "copies": [
              {"name": "node-0", "role": "primary", "state": "complete", "present": true,
               "version": "3-1a1fff93cd40000-0000000000000001", "bytes": 5, "expires_at": 1795295886550},
              {"name": "node-1", "role": "backup", "state": "unknown", "present": false,
               "bytes": 0, "problem": "UNREACHABLE node-1"}],
             "void": [{"name": "node-0", "by": "tag", "tag": "prices", "at": 1795295886550}],
             "near": [{"name": "node-2", "version": "3-1a1fff93cd40000-0000000000000001",
               "bytes": 5, "origin": "node-0", "age_ms": 1700, "within_1s": false}],
             "lease": {"token": "t", "age_ms": 1500, "left_ms": 8500, "waiting": 3,
               "holder": {"way": "resp", "id": "9", "name": "loader", "address": "10.0.0.9:1"}},
             "mutations": [
              {"at": 1795295886550, "what": "removed", "removal": true, "version": "3-2-1",
               "by": {"way": "resp", "id": "12", "name": "cleaner", "address": "10.0.0.1:50123",
                "means": ""}, "through": "node-2", "on": ["node-0", "node-1"]},
              {"at": 1795295886549, "what": "voided", "removal": true, "version": "3-1-1",
               "tag": "prices", "by": {"way": "node"}, "on": ["node-0"]},
              {"at": 1795295886548, "what": "copied", "removal": true, "version": "3-1-1",
               "by": {"way": "http", "name": "curl/8", "address": "10.0.0.2:1",
                "means": "prefix a:"}, "on": ["node-0"]},
              {"at": 1795295886547, "what": "put", "removal": false, "version": "3-1-1",
               "by": {"way": "member", "id": "1"}, "through": "node-1", "on": ["node-0"]}]}
            """;

    private static List<String> shown(String answer, int columns) {
        var out = new ByteArrayOutputStream();
        var terminal = new Terminal(out, out, columns, false, false);
        ExplainText.show(JsonObject.parse(answer), terminal);
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void whatMembersHaveAndWhoDidWhatFitsEightyColumns() {
        List<String> lines = shown(ANSWER, 80);
        assertThat(lines).allMatch(line -> line.length() <= 80);
        assertThat(String.join("\n", lines))
                .contains("slot 7, cache default, epoch ")
                .containsPattern("node-0 +primary +void")
                .containsPattern("node-1 +backup +unknown: UNREACHABLE node-1")
                .containsPattern("node-2 +near +from node-0, proved 1.* ago, too old for 1 s")
                .contains(
                        "void since the invalidation of tag prices at 11-21 21:18:06.550 UTC",
                        "loaded by client 9 loader 10.0.0.9:1 for 1")
                .containsPattern(
                        "11-21 21:18:06.550 +removed +client 12 cleaner 10.0.0.1:50123 +node-2")
                .containsPattern("06.549 +voided prices +itself")
                .containsPattern("06.548 +copied removal +HTTP curl/8 10.0.0.2:1 \\(prefix a:\\)")
                .containsPattern("06.547 +put +a client +node-1");
    }

    @Test
    void whatRestsOnTheSsdOnlyIsSaidToDoSo() {
        String bare =
                "{\"slot\": 7, \"epoch\": 3, \"cache\": \"default\", \"copies\": [{\"name\":"
                        + " \"node-0\", \"role\": \"primary\", \"state\": \"complete\","
                        + " \"present\": true, \"tier\": \"L2\", \"version\": \"3-2-1\"}]}";
        assertThat(String.join("\n", shown(bare, 80))).containsPattern("node-0 .* on SSD");
        assertThat(String.join("\n", shown(bare.replace("L2", "L1"), 80)))
                .containsPattern("node-0 .* present");
    }

    @Test
    void whereThereIsRoomThePlacesAndVersionsAreShown() {
        assertThat(String.join("\n", shown(ANSWER, 200)))
                .contains("node-0 node-1", "3-2-1", "2026-11-21T21:18:06.550Z");
    }

    @Test
    void aKeyThatNobodyRemembersHasNoTableOfChanges() {
        String bare = "{\"slot\": 7, \"epoch\": 3, \"cache\": \"default\", \"copies\": []}";
        assertThat(String.join("\n", shown(bare, 80))).doesNotContain("when", "void", "loaded by");
    }
}
