package dev.gossamer.protocol.resp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.protocol.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestEncoderTest {

    @Test
    void aCommandIsAnArrayOfBulkStrings() {
        assertThat(RequestEncoder.encode(List.of(Bytes.utf8("SET"), Bytes.utf8("k"), Bytes.EMPTY)))
                .asString(UTF_8)
                .isEqualTo("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n");
    }

    @Test
    void lengthsOfEveryNumberOfDigitsComeOutRight() {
        for (int length : new int[] {9, 10, 99, 100, 999, 1_000, 99_999, 100_000}) {
            byte[] word = new byte[length];
            List<Reply> read = new ArrayList<>();
            new ReplyDecoder(ReplyLimits.DEFAULT)
                    .feed(ByteBuffer.wrap(RequestEncoder.encode(word, word)), read::add);
            Reply blob = new Reply.Blob(word);
            assertThat(read).containsExactly(new Reply.Array(List.of(blob, blob)));
        }
    }

    @Test
    void aCommandWithoutANameIsRefused() {
        assertThatThrownBy(() -> RequestEncoder.encode(List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
