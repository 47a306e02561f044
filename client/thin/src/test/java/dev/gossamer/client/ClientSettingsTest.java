package dev.gossamer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.connection.Address;
import dev.gossamer.client.connection.Credentials;
import dev.gossamer.protocol.GossamerException;
import java.time.Duration;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientSettingsTest {

    @Test
    void aUriNamesAddressesAndWhoAsks() {
        GossamerUri uri = GossamerUri.parse("gossamer://ada:p%40ss+w@a:1,[::1]:2,b/");
        assertThat(uri.addresses())
                .containsExactly(
                        new Address("a", 1), new Address("::1", 2), new Address("b", 7379));
        assertThat(uri.credentials()).contains(new Credentials("ada", "p@ss+w"));
        assertThat(GossamerUri.parse("gossamer://:x@h").credentials())
                .contains(new Credentials("default", "x"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redis://h:1|must begin with gossamer://",
                "gossamer://|names an empty host",
                "gossamer://a:1,|names an empty host",
                "gossamer://a:port|has no port number",
                "gossamer://a:70000|outside [1, 65535]",
                "gossamer://secret@h|a password stands after a colon"
            })
    void aUriThatIsNoneIsRefusedWithTheReason(String uri, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GossamerUri.parse(uri))
                .withMessageContaining(reason)
                .withMessageNotContaining("secret");
    }

    @Test
    void aPasswordIsNeverShown() {
        ClientSettings settings = Gossamer.builder().uri("gossamer://:hidden@h").settings();
        assertThat(settings.toString()).doesNotContain("hidden");
    }

    @Test
    void aSettingOutsideItsRangeIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Gossamer.builder().connectionsPerNode(0).settings())
                .withMessage("connectionsPerNode 0 is outside [1, 64]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Gossamer.builder().requestTimeout(Duration.ZERO).settings())
                .withMessageContaining("requestTimeout");
    }

    @Test
    void numbersAreDigitsAndOtherBytesAreNoNumbers() {
        assertThat(Codec.longs().encode(-42L)).isEqualTo(Codec.utf8().encode("-42"));
        assertThat(Codec.longs().decode(Codec.longs().encode(Long.MIN_VALUE)))
                .isEqualTo(Long.MIN_VALUE);
        Assertions.assertThatThrownBy(() -> Codec.longs().decode(Codec.utf8().encode("x")))
                .isInstanceOf(GossamerException.class);
    }
}
