package dev.gossamer.protocol.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyDecoderTest {

    /** Fifty fresh seeds a run; {@code -Dseed=N} replays one. */
    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(50) : LongStream.of(fixed);
    }

    static Stream<Arguments> golden() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        ReplyDecoderTest.class.getResourceAsStream("/resp/replies.txt"))) {
            String text = new String(in.readAllBytes(), UTF_8).replaceAll("(?m)^# .*\n", "");
            return Arrays.stream(text.strip().split("\n\n+"))
                    .map(block -> block.split("\n----\n"))
                    .map(parts -> Arguments.of(parts[0], parts[1].lines().toList()));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void whatServersSendIsRead(String escaped, List<String> expected) {
        byte[] wire = escaped.replace("\\r", "\r").replace("\\n", "\n").getBytes(ISO_8859_1);
        assertThat(decode(wire, wire.length).stream().map(ReplyDecoderTest::show))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void itDoesNotMatterWhereTheBytesAreCut(String escaped, List<String> expected) {
        byte[] wire = escaped.replace("\\r", "\r").replace("\\n", "\n").getBytes(ISO_8859_1);
        for (int piece = 1; piece < wire.length; piece++) {
            assertThat(decode(wire, piece).stream().map(ReplyDecoderTest::show))
                    .as("in pieces of %d", piece)
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void anyReplyCutInTwoAnywhereIsTheSameReply(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder wire = new StringBuilder();
        Reply written = RandomReplies.write(random, 4, wire);
        byte[] bytes = wire.toString().getBytes(ISO_8859_1);
        int step = Math.max(1, bytes.length / 500);
        for (int cut = 0; cut <= bytes.length; cut += step) {
            List<Reply> read = new ArrayList<>();
            ReplyDecoder decoder = new ReplyDecoder(ReplyLimits.DEFAULT);
            decoder.feed(ByteBuffer.wrap(bytes, 0, cut), read::add);
            assertThat(read).hasSize(cut == bytes.length ? 1 : 0);
            assertThat(decoder.isInsideReply()).isEqualTo(cut > 0 && cut < bytes.length);
            decoder.feed(ByteBuffer.wrap(bytes, cut, bytes.length - cut), read::add);
            assertThat(read).containsExactly(written);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void damagedBytesAreReadOrRefusedAndNothingElse(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ReplyLimits limits = new ReplyLimits(1 << 16, 1 << 10, 8);
        for (int round = 0; round < 200; round++) {
            StringBuilder wire = new StringBuilder();
            RandomReplies.write(random, 3, wire);
            byte[] bytes = wire.toString().getBytes(ISO_8859_1);
            for (int i = 0; i < 1 + random.nextInt(4); i++) {
                bytes[random.nextInt(bytes.length)] = RandomReplies.mischief(random);
            }
            ReplyDecoder decoder = new ReplyDecoder(limits);
            try {
                decoder.feed(ByteBuffer.wrap(bytes), reply -> {});
            } catch (GossamerException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL);
                assertThatThrownBy(() -> decoder.feed(ByteBuffer.wrap(bytes), reply -> {}))
                        .hasMessageContaining("after a malformed reply");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n",
                "HTTP/1.1 200 OK\r\n",
                ":12a\r\n",
                ":\r\n",
                ":9223372036854775808\r\n",
                ":99999999999999999999\r\n",
                "$-2\r\n",
                "$3\r\nabcd\r\n",
                "$600000000\r\n",
                "*-2\r\n",
                "*99999999999\r\n",
                "%-1\r\n",
                "#x\r\n",
                ",one\r\n",
                "(1x\r\n",
                "=3\r\ntxt\r\n",
                ".\r\n",
                "%?\r\n+a\r\n.\r\n",
                ";3\r\nabc\r\n",
                "$?\r\n:1\r\n"
            })
    void whatIsNoReplyIsRefused(String wire) {
        assertThatThrownBy(() -> decode(wire.getBytes(ISO_8859_1), wire.length()))
                .isInstanceOf(GossamerException.class)
                .hasMessageStartingWith("the server sent no valid RESP: ");
    }

    @Test
    void nestingLineAndReplyHaveTheirLimits() {
        ReplyLimits limits = new ReplyLimits(100, 20, 3);
        assertThatThrownBy(() -> feed(limits, "*1\r\n*1\r\n*1\r\n*1\r\n"))
                .hasMessageContaining("nested deeper than 3");
        assertThatThrownBy(() -> feed(limits, "+" + "x".repeat(50)))
                .hasMessageContaining("a line of more than 20 bytes");
        assertThatThrownBy(() -> feed(limits, "*50\r\n" + ":1\r\n".repeat(50)))
                .hasMessageContaining("a reply of more than 100 bytes");
        assertThat(feed(limits, "*1\r\n*1\r\n*1\r\n:1\r\n")).hasSize(1);
    }

    @Test
    void manyRepliesMayTogetherExceedTheLimitOfOne() {
        assertThat(feed(new ReplyLimits(16, 16, 3), "$3\r\nabc\r\n".repeat(100))).hasSize(100);
    }

    @Test
    void anAnnouncedLengthAllocatesNothingBeforeItsBytesCome() {
        ReplyLimits limits = new ReplyLimits(1 << 30, 1 << 10, 8);
        List<ReplyDecoder> decoders = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            ReplyDecoder decoder = new ReplyDecoder(limits);
            decoder.feed(ByteBuffer.wrap("$1000000000\r\nx".getBytes(ISO_8859_1)), reply -> {});
            decoders.add(decoder);
        }
        assertThat(decoders).allMatch(ReplyDecoder::isInsideReply);
    }

    private static List<Reply> feed(ReplyLimits limits, String wire) {
        List<Reply> replies = new ArrayList<>();
        new ReplyDecoder(limits).feed(ByteBuffer.wrap(wire.getBytes(ISO_8859_1)), replies::add);
        return replies;
    }

    private static List<Reply> decode(byte[] wire, int piece) {
        List<Reply> replies = new ArrayList<>();
        ReplyDecoder decoder = new ReplyDecoder(ReplyLimits.DEFAULT);
        for (int at = 0; at < wire.length; at += piece) {
            decoder.feed(
                    ByteBuffer.wrap(wire, at, Math.min(piece, wire.length - at)), replies::add);
        }
        return replies;
    }

    /** Blobs by their content: their own text gives only a length. */
    private static String show(Reply reply) {
        if (reply instanceof Reply.Blob blob) {
            return "'" + blob.toUtf8().replace("\r", "\\r").replace("\n", "\\n") + "'";
        }
        if (reply instanceof Reply.Array array) {
            return "Array[items="
                    + array.items().stream().map(ReplyDecoderTest::show).toList()
                    + "]";
        }
        if (reply instanceof Reply.Push push) {
            return "Push[items=" + push.items().stream().map(ReplyDecoderTest::show).toList() + "]";
        }
        return reply.toString();
    }
}
