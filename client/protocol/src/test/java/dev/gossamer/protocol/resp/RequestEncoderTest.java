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
    void argumentsThatWereEncodedBeforeStandBehindTheOthers() {
        byte[][] words = {"GSM.SET".getBytes(UTF_8), "k".getBytes(UTF_8), "v".getBytes(UTF_8)};
        RequestEncoder.Tail id =
                RequestEncoder.tail(
                        "OP".getBytes(UTF_8), "0123456789abcdef0000000000000001".getBytes(UTF_8));
        RequestEncoder.Tail session =
                RequestEncoder.tail(
                        "SINCE".getBytes(UTF_8),
                        RequestEncoder.number(7L << 20),
                        "STAMP".getBytes(UTF_8));
        assertThat(RequestEncoder.encode(words, id, session))
                .asString(UTF_8)
                .isEqualTo(
                        String.join(
                                "\r\n",
                                "*8",
                                "$7\r\nGSM.SET",
                                "$1\r\nk",
                                "$1\r\nv",
                                "$2\r\nOP",
                                "$32\r\n0123456789abcdef0000000000000001",
                                "$5\r\nSINCE",
                                "$7\r\n7340032",
                                "$5\r\nSTAMP",
                                ""));
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
