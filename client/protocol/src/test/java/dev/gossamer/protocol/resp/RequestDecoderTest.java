package dev.gossamer.protocol.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RequestDecoderTest {
    private static final RequestLimits SMALL = new RequestLimits(4096, 64, 1024, 16_384);

    static LongStream seeds() {
        var fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(50) : LongStream.of(fixed);
    }

    @Test
    void theGoldenRequestsAreTheseCommands() {
        assertThat(decode(golden("requests.resp"), Integer.MAX_VALUE))
                .containsExactly(
                        "[PING]",
                        "[SET, key, value]",
                        "[GET, ]",
                        "[SET, bin, \r\n$5\r\n]",
                        "[PING]",
                        "[set, a b, c\"d, é, A\n]",
                        "[echo, it's]");
    }

    @Test
    void cutAnywhereTheGoldenRequestsAreTheSame() {
        var bytes = golden("requests.resp");
        var whole = decode(bytes, Integer.MAX_VALUE);
        for (int cut = 1; cut < bytes.length; cut++) {
            var decoder = new RequestDecoder(SMALL);
            var found = new ArrayList<String>();
            feed(decoder, Arrays.copyOfRange(bytes, 0, cut), found);
            feed(decoder, Arrays.copyOfRange(bytes, cut, bytes.length), found);
            assertThat(found).as("cut at " + cut).isEqualTo(whole);
        }
        assertThat(decode(bytes, 1)).isEqualTo(whole);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void randomRequestsComeOutAsTheyWentInHoweverTheyAreCut(long seed) {
        var random = new SplittableRandom(seed);
        var expected = new ArrayList<String>();
        var bytes = randomRequests(random, expected);
        assertThat(decode(bytes, Integer.MAX_VALUE)).isEqualTo(expected);
        assertThat(decode(bytes, 1 + random.nextInt(50))).isEqualTo(expected);
        assertThat(decode(bytes, 1)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void mutatedBytesGiveCommandsOrTheTypedErrorAndNeverHoldMoreThanTwiceWhatCame(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            var bytes = randomRequests(random, new ArrayList<>());
            for (int i = 0; i < 1 + random.nextInt(8); i++) {
                bytes[random.nextInt(bytes.length)] =
                        (byte) "*$\r\n0123456789-\"'\\ x".charAt(random.nextInt(20));
            }
            assertThat(outcome(bytes, 7)).isEqualTo(outcome(bytes, Integer.MAX_VALUE));
        }
    }

    /** Commands and the error that ended them, if any. */
    private static List<String> outcome(byte[] bytes, int step) {
        var decoder = new RequestDecoder(SMALL);
        var found = new ArrayList<String>();
        try {
            for (int i = 0; i < bytes.length; i += Math.min(step, bytes.length)) {
                int end = (int) Math.min(bytes.length, (long) i + step);
                feed(decoder, Arrays.copyOfRange(bytes, i, end), found);
                assertThat(decoder.keptBytes()).isLessThanOrEqualTo(2 * bytes.length);
            }
        } catch (RespProtocolException e) {
            found.add(e.errorLine());
        }
        return found;
    }

    @Test
    void anAnnouncedLengthAllocatesNothingBeforeItsBytesHaveCome() {
        var decoder = new RequestDecoder(RequestLimits.DEFAULT);
        feed(decoder, ascii("*1000000\r\n$33554432\r\nabc"), new ArrayList<>());
        assertThat(decoder.keptBytes()).isLessThan(100);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*abc\\r\\n|invalid multibulk length",
                "*65\\r\\n|invalid multibulk length",
                "*99999999999999999999\\r\\n|invalid multibulk length",
                "*\\r\\n|invalid multibulk length",
                "*1\\r\\nxyz|expected '$', got 'x'",
                "*1\\r\\n$-1\\r\\n|invalid bulk length",
                "*1\\r\\n$4097\\r\\n|invalid bulk length",
                "*1\\r\\n$01\\r\\n|invalid bulk length",
                "*1\\r\\n$629145600\\r\\n|invalid bulk length",
                "set \"a|",
                "set \"a\\n|unbalanced quotes in request",
                "set \"a\"b\\n|unbalanced quotes in request",
            })
    void brokenRequestsAreRefusedInTheWordsOfRedis(String escaped, String message) {
        var bytes = ascii(escaped.replace("\\r", "\r").replace("\\n", "\n"));
        var expected = message == null ? List.of() : List.of("ERR Protocol error: " + message);
        assertThat(outcome(bytes, Integer.MAX_VALUE)).isEqualTo(expected);
        assertThat(outcome(bytes, 1)).isEqualTo(expected);
    }

    @Test
    void anInlineCommandWithoutEndIsRefusedAtItsLimit() {
        var decoder = new RequestDecoder(SMALL);
        feed(decoder, ascii("x".repeat(1024)), new ArrayList<>());
        assertThatThrownBy(() -> feed(decoder, ascii("x"), new ArrayList<>()))
                .hasMessage("too big inline request");
    }

    @Test
    void aRequestOfManyPiecesIsRefusedAtTheLimitOfTheWhole() {
        var parts = new StringBuilder("*64\r\n");
        for (int i = 0; i < 5; i++) {
            parts.append("$4000\r\n").append("x".repeat(4000)).append("\r\n");
        }
        assertThat(outcome(ascii(parts.toString()), 500))
                .containsExactly("ERR Protocol error: request of more than 16384 bytes");
    }

    @Test
    void aStrangerMaySendLittle() {
        var decoder = new RequestDecoder(RequestLimits.DEFAULT);
        decoder.anonymous(true);
        assertThatThrownBy(() -> feed(decoder, ascii("*11\r\n"), new ArrayList<>()))
                .hasMessage("unauthenticated multibulk length");
        var other = new RequestDecoder(RequestLimits.DEFAULT);
        other.anonymous(true);
        assertThatThrownBy(() -> feed(other, ascii("*1\r\n$16385\r\n"), new ArrayList<>()))
                .hasMessage("unauthenticated bulk length");
    }

    @Test
    void emptyRequestsAreSkipped() {
        assertThat(decode(ascii("\r\n*0\r\n*-1\r\n  \r\nPING\r\n"), 3)).containsExactly("[PING]");
    }

    private static List<String> decode(byte[] bytes, int step) {
        var decoder = new RequestDecoder(SMALL);
        var found = new ArrayList<String>();
        for (int i = 0; i < bytes.length; i += Math.min(step, bytes.length)) {
            int end = (int) Math.min(bytes.length, (long) i + step);
            feed(decoder, Arrays.copyOfRange(bytes, i, end), found);
        }
        assertThat(decoder.unreadBytes()).isZero();
        return found;
    }

    /** The array is overwritten afterwards: nothing may be read from it later. */
    private static void feed(RequestDecoder decoder, byte[] bytes, List<String> found) {
        decoder.feed(bytes, 0, bytes.length);
        while (decoder.next()) {
            var request = decoder.request();
            var args = new ArrayList<String>();
            for (int i = 0; i < request.count(); i++) {
                args.add(request.text(i));
            }
            found.add(args.toString());
        }
        Arrays.fill(bytes, (byte) '#');
    }

    private static byte[] randomRequests(SplittableRandom random, List<String> expected) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < 1 + random.nextInt(5); i++) {
            var args = new ArrayList<String>();
            int count = 1 + random.nextInt(5);
            out.writeBytes(ascii("*" + count + "\r\n"));
            for (int a = 0; a < count; a++) {
                var arg = "x\r\n$*".repeat(random.nextInt(30));
                args.add(arg);
                out.writeBytes(ascii("$" + arg.length() + "\r\n" + arg + "\r\n"));
            }
            expected.add(args.toString());
        }
        return out.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] golden(String name) {
        try (var in = RequestDecoderTest.class.getResourceAsStream("/resp/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
