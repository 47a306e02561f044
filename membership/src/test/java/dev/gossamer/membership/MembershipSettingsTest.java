package dev.gossamer.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.membership.MembershipSettings.Contacts;
import dev.gossamer.membership.MembershipSettings.FailureDetection;
import dev.gossamer.membership.MembershipSettings.HostPort;
import dev.gossamer.membership.MembershipSettings.Merge;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MembershipSettingsTest {
    private static final Member SELF =
            new Member(
                    new MemberId(1), "n", "z", 100, "127.0.0.1", new Member.Ports(1, 2, 3, 4, 5));

    @Test
    void aContactIsReadWithItsPort() {
        assertThat(HostPort.parse("cache-0:7800")).isEqualTo(new HostPort("cache-0", 7800));
        assertThat(HostPort.parse("[::1]:7800")).isEqualTo(new HostPort("::1", 7800));
        assertThat(HostPort.parse("[::1]:7800")).hasToString("[::1]:7800");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "host", ":7800", "host:", "host:x", "host:0", "host:65536", "::1:7"})
    void aContactThatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> HostPort.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void oneLostHeartbeatMustNotBeASuspicion() {
        Duration interval = Duration.ofSeconds(2);
        assertThatThrownBy(() ->
                        new FailureDetection(interval, Duration.ofSeconds(3), Duration.ofMillis(1)))
                .hasMessageContaining("PT3S");
    }

    @Test
    void mergeIntervalsAscend() {
        assertThatThrownBy(() -> new Merge(Duration.ofSeconds(2), Duration.ofSeconds(2)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void thePasswordIsLongEnoughAndNeverPrinted() {
        MembershipSettings open =
                MembershipSettings.of("m", SELF, "127.0.0.1", new Contacts.Hosts(List.of()));
        assertThatThrownBy(() -> open.withPassword("short"))
                .hasMessageContaining("8 characters")
                .hasMessageNotContaining("short");
        assertThat(open.withPassword("long enough")).asString().doesNotContain("long enough");
    }
}
