package dev.gossamer.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperationIdTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE})
    void whatWasWrittenIsReadAgain(long client) {
        OperationId id = new OperationId(client, 42);
        assertThat(OperationId.parse(id.toString())).isEqualTo(id);
        assertThat(id.toString()).hasSize(32);
        byte[] out = "OP 00000000000000000000000000000000 X".getBytes(US_ASCII);
        id.writeAscii(out, 3);
        assertThat(out).asString(US_ASCII).isEqualTo("OP " + id + " X");
        byte[] within = ("OP " + id + " META").getBytes(US_ASCII);
        assertThat(OperationId.parse(within, 3, 32)).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "12",
                "000000000000000g0000000000000001",
                "0000000000000001ffffffffffffffff"
            })
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> OperationId.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
        byte[] ascii = text.getBytes(US_ASCII);
        assertThatThrownBy(() -> OperationId.parse(ascii, 0, ascii.length))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
