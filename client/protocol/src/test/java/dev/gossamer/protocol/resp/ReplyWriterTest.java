package dev.gossamer.protocol.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyWriterTest {

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void everyKindOfReplyIsAsInTheGoldenFile(int version) {
        var writer = new ReplyWriter(1);
        writer.resp3(version == 3);
        writeAll(writer);
        assertThat(text(writer))
                .isEqualTo(
                        new String(
                                RequestDecoderTest.golden("replies-" + version + ".resp"),
                                StandardCharsets.UTF_8));
    }

    private static void writeAll(ReplyWriter out) {
        out.ok();
        out.simple("two\r\nlines");
        out.error("ERR what\nnow");
        for (long value : new long[] {0, 9, 10, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            out.integer(value);
        }
        out.bulk(new byte[0]);
        out.text("é");
        out.nothing();
        out.nothingOfArray();
        out.array(2);
        out.bool(true);
        out.bool(false);
        out.map(1);
        out.text("key");
        out.set(1);
        out.text("member");
        for (double value : new double[] {0, 1.5, -3, 1e17, 1e-7, 3e300}) {
            out.real(value);
        }
        out.real(Double.POSITIVE_INFINITY);
        out.real(Double.NaN);
        out.verbatim("txt", "Some string");
        out.bigNumber(new BigInteger("3492890328409238509324850943850943825024385"));
        out.push(1);
        out.text("kind");
    }

    @Test
    void bytesOfABufferAreWrittenAsThoseOfAnArrayAndTheBufferStaysAsItIs() {
        byte[] value = new byte[5_000];
        new Random(1).nextBytes(value);
        ByteBuffer heap = ByteBuffer.wrap(value).position(4_999);
        ByteBuffer direct = ByteBuffer.allocateDirect(value.length).put(0, value).limit(4_500);
        for (ByteBuffer from : List.of(heap, direct)) {
            ByteBuffer before = from.duplicate();
            for (int length : new int[] {0, 1, 9, 10, 4_096}) {
                var writer = new ReplyWriter(1);
                var expected = new ReplyWriter(1);
                writer.ok();
                writer.bulk(from, 17, length);
                writer.ok();
                expected.ok();
                expected.bulk(value, 17, length);
                expected.ok();
                assertThat(text(writer)).isEqualTo(text(expected));
            }
            assertThat(from).isEqualTo(before);
        }
    }

    @Test
    void whatABufferDoesNotHaveIsRefusedBeforeAnythingIsWritten() {
        var writer = new ReplyWriter(4);
        writer.ok();
        assertThatThrownBy(() -> writer.bulk(ByteBuffer.allocate(10), 5, 6))
                .isInstanceOf(IndexOutOfBoundsException.class);
        writer.integer(7);
        assertThat(text(writer)).isEqualTo("+OK\r\n:7\r\n");
    }

    @Test
    void whatIsTruncatedIsGone() {
        var writer = new ReplyWriter(4);
        writer.ok();
        int size = writer.size();
        writer.text("x".repeat(1000));
        writer.truncate(size);
        assertThat(text(writer)).isEqualTo("+OK\r\n");
    }

    @Test
    void anArrayThatHasGrownTooFarIsLetGo() {
        var writer = new ReplyWriter(16);
        writer.bulk(new byte[10_000]);
        writer.clear(1000);
        assertThat(writer.array()).hasSize(16);
        assertThat(writer.size()).isZero();
    }

    @Test
    void integersAreReadAsStrictlyAsRedisReadsThem() {
        assertThat(parsed("-9223372036854775808")).isEqualTo("OptionalLong[-9223372036854775808]");
        assertThat(parsed("9223372036854775807")).isEqualTo("OptionalLong[9223372036854775807]");
        assertThat(parsed("0")).isEqualTo("OptionalLong[0]");
        for (var wrong :
                new String[] {"", "-", "+1", "01", "-0", " 1", "1 ", "1a", "9223372036854775808"}) {
            assertThat(parsed(wrong)).as(wrong).isEqualTo("OptionalLong.empty");
        }
    }

    private static String parsed(String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        return Decimals.parse(bytes, 0, bytes.length).toString();
    }

    private static String text(ReplyWriter writer) {
        return new String(Arrays.copyOf(writer.array(), writer.size()), StandardCharsets.UTF_8);
    }
}
