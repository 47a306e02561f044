package dev.gossamer.node.cli.chaos.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {
    @TempDir Path folder;

    private static Call call(int sequence, Action action, Answer answer) {
        return new Call(
                3, sequence, "consistent:k", action, answer, sequence * 10L, sequence * 10L + 5);
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        Version version = new Version(7, 123_456, new MemberId(9));
        History history =
                new History(
                        new Circumstances(
                                42,
                                8,
                                Map.of("consistent", Consistency.CONSISTENT),
                                List.of(new Period(-5, 70))),
                        List.of(
                                call(0, Action.PUT, Answer.DONE),
                                call(
                                        1,
                                        Action.GET,
                                        new Answer.Found(new WriteId(3, 0), Optional.of(version))),
                                call(
                                        2,
                                        Action.GET,
                                        new Answer.Found(WriteId.FOREIGN, Optional.empty())),
                                call(3, Action.REMOVE, Answer.DECLINED),
                                call(4, Action.GET, Answer.ABSENT),
                                call(
                                        5,
                                        Action.PUT_IF_ABSENT,
                                        new Answer.Unknown(ErrorCode.TIMEOUT)),
                                call(6, Action.PUT, new Answer.Refused(ErrorCode.CLUSTERDOWN)),
                                new Call(
                                        3,
                                        7,
                                        "consistent:k",
                                        Action.GET,
                                        Optional.of(Within.MEMBER_200_MS),
                                        new Answer.Found(
                                                new WriteId(3, 0),
                                                Optional.of(version),
                                                new Source(Source.Tier.L1, 40)),
                                        80,
                                        90)));
        Path file = folder.resolve("history.jsonl.gz");
        HistoryFile.write(file, history);
        assertThat(HistoryFile.read(file)).isEqualTo(history);
    }

    @Test
    void aLineThatIsNoCallIsNamed() throws IOException {
        Path file = folder.resolve("history.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("{\"history\":1}\n{\"client\":1}\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThatThrownBy(() -> HistoryFile.read(file))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("line 2");
    }

    @Test
    void aFullRecorderTakesNoMore() {
        Recorder recorder = new Recorder(2L * Recorder.CALL_BYTES);
        assertThat(recorder.record(call(0, Action.PUT, Answer.DONE))).isTrue();
        assertThat(recorder.record(call(1, Action.PUT, Answer.DONE))).isTrue();
        assertThat(recorder.record(call(2, Action.PUT, Answer.DONE))).isFalse();
        assertThat(recorder.calls()).hasSize(2);
    }

    @Test
    void aHistoryOfAnEarlierCampaignIsReadAsOneOfLatestReads() throws IOException {
        Path file = folder.resolve("history.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            String lines =
                    """
                    {"history":1,"seed":1,"auditor":8,"caches":{},"partitions":[]}
                    {"client":3,"seq":7,"key":"k","do":"GET","start":1,"end":2,"got":"FOUND",\
                    "value":"1-9","version":"%s"}
                    """
                            .formatted(new Version(7, 9, new MemberId(9)));
            out.write(lines.getBytes(StandardCharsets.UTF_8));
        }
        Call read = HistoryFile.read(file).calls().getFirst();
        assertThat(read.forPrimary()).isTrue();
        assertThat(read.answer())
                .isInstanceOfSatisfying(
                        Answer.Found.class,
                        found -> assertThat(found.source()).isEqualTo(Source.OWNER));
    }

    @Test
    void whatIsNoReadHasNoBound() {
        assertThatThrownBy(() ->
                        new Call(
                                1,
                                2,
                                "k",
                                Action.PUT,
                                Optional.of(Within.CLIENT_1_S),
                                Answer.DONE,
                                1,
                                2))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAnswerThatItsActionCannotHaveIsRefused() {
        assertThatThrownBy(() -> call(0, Action.PUT, Answer.ABSENT))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> call(0, Action.GET, Answer.DONE))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
