package dev.gossamer.node.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PasswordTest {
    private static final Password NONE = new Password(Optional.empty());

    @Test
    void theAddressGoesBeforeTheEnvironment() {
        Password environment = new Password(Optional.of("from-environment"));
        assertThat(environment.orOf(URI.create("http://127.0.0.1:7579"))).isEqualTo(environment);
        assertThat(environment.orOf(URI.create("http://:p%40ss@127.0.0.1:7579")).authorization())
                .contains("Bearer p@ss");
    }

    @Test
    void reservedCharactersAreEncodedInTheClientsAddress() {
        assertThat(new Password(Optional.of("p@ss w/rd+")).userInfo())
                .isEqualTo(":p%40ss%20w%2Frd%2B@");
        assertThat(NONE.userInfo()).isEmpty();
        assertThat(NONE.authorization()).isEmpty();
    }

    @Test
    void aPasswordIsNotShown() {
        assertThat(new Password(Optional.of("secret")).toString()).doesNotContain("secret");
    }
}
