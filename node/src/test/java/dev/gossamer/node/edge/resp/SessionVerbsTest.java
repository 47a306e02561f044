package dev.gossamer.node.edge.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.Stamp;
import dev.gossamer.protocol.Version;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The options of our own verbs for sessions and retries: STAMP, SINCE and OP. */
class SessionVerbsTest {
    private static final String ID = "0123456789abcdef0000000000000001";
    private static final String OTHER_ID = "0123456789abcdef0000000000000002";
    private static final String SYNTAX = "-ERR syntax error\r\n";

    private final Ports ports = new Ports(RespSettings.DEFAULT);
    private final RawClient client = ports.proxying();

    @BeforeEach
    void speakResp3() {
        client.ask("HELLO 3");
    }

    @AfterEach
    void close() {
        client.close();
        ports.close();
    }

    /** Checks that a reply is an array of {@code told} and a stamp, and returns the stamp. */
    private static Stamp stamp(String reply, String told) {
        String before = "*2\r\n" + told + "$33\r\n";
        assertThat(reply).startsWith(before).endsWith("\r\n").hasSize(before.length() + 35);
        byte[] bytes = reply.getBytes(ISO_8859_1);
        return Stamp.parse(Arrays.copyOfRange(bytes, before.length(), before.length() + 33));
    }

    @Test
    void aStampTellsTheVersionThatWasWrittenAndRead() {
        Stamp written = stamp(client.ask("GSM.SET k v STAMP"), "+OK\r\n");
        assertThat(written.version().epoch()).isEqualTo(1);
        assertThat(written.epoch()).isEqualTo(1);
        assertThat(stamp(client.ask("GSM.GET k STAMP"), "$1\r\nv\r\n")).isEqualTo(written);
        assertThat(client.ask("GSM.GET k META STAMP"))
                .startsWith("*2\r\n%6\r\n$5\r\nvalue\r\n")
                .contains(written.version().toString());
        Stamp removed = stamp(client.ask("GSM.DEL k STAMP"), ":1\r\n");
        assertThat(removed.version()).isGreaterThan(written.version());
    }

    @Test
    void whereNothingIsReadOrChangedTheStampTellsTheEpochAlone() {
        Stamp nothing = new Stamp(Version.NONE, false, 1);
        assertThat(stamp(client.ask("GSM.GET k STAMP"), "_\r\n")).isEqualTo(nothing);
        assertThat(stamp(client.ask("GSM.DEL k STAMP"), ":0\r\n")).isEqualTo(nothing);
        client.ask("GSM.SET k v");
        assertThat(stamp(client.ask("GSM.SET k w NX STAMP"), "_\r\n")).isEqualTo(nothing);
    }

    @Test
    void aStampTellsTheOrderOfTheKeysCache() {
        assertThat(stamp(client.ask("GSM.GET k STAMP"), "_\r\n").epochFirst()).isFalse();
        ports.mesh.epochFirst = true;
        assertThat(stamp(client.ask("GSM.GET k STAMP"), "_\r\n").epochFirst()).isTrue();
    }

    @Test
    void whoLagsBehindWhatTheClientHasSeenRefuses() {
        for (String command : new String[] {"GSM.GET k", "GSM.SET k v", "GSM.DEL k"}) {
            assertThat(client.ask(command + " SINCE 2")).startsWith("-WRONGEPOCH ");
        }
        assertThat(client.ask("GSM.GET k")).isEqualTo("_\r\n");
        assertThat(client.ask("GSM.SET k v SINCE 1")).isEqualTo("+OK\r\n");
        ports.mesh.share();
        assertThat(client.ask("GSM.GET k SINCE 2")).isEqualTo("$1\r\nv\r\n");
    }

    @Test
    void aChangeUnderOneIdIsMadeOnceAndAnsweredTheSame() {
        Stamp first = stamp(client.ask("GSM.SET k v NX STAMP OP " + ID), "+OK\r\n");
        assertThat(stamp(client.ask("GSM.SET k v NX STAMP OP " + ID), "+OK\r\n")).isEqualTo(first);
        assertThat(client.ask("GSM.SET k v NX OP " + OTHER_ID)).isEqualTo("_\r\n");
        String third = ID.replace("01", "03");
        assertThat(client.ask("GSM.DEL k OP " + third)).isEqualTo(":1\r\n");
        assertThat(client.ask("GSM.DEL k OP " + third)).isEqualTo(":1\r\n");
        assertThat(client.ask("GSM.DEL k")).isEqualTo(":0\r\n");
    }

    @Test
    void theOptionsStandInAnyOrderAmongTheOthers() {
        assertThat(client.ask("GSM.SET k v OP " + ID + " PX 100000 SINCE 1 NX"))
                .isEqualTo("+OK\r\n");
        assertThat(client.ask("GSM.GET k SINCE 0 FRESH WITHIN 5 STAMP")).startsWith("*2\r\n$1");
        assertThat(client.ask("PTTL k")).isNotEqualTo(":-1\r\n");
        assertThat(client.ask("GSM.DEL k SINCE 1 VERSION 1-1-0000000000000001 OP " + OTHER_ID))
                .isEqualTo(":0\r\n");
    }

    @Test
    void whatIsNoSuchOptionIsRefused() {
        assertThat(client.ask("GSM.SET k v OP 12")).startsWith("-ERR operation id ");
        assertThat(client.ask("GSM.SET k v OP " + ID.replace('a', 'x')))
                .startsWith("-ERR operation id ");
        assertThat(client.ask("GSM.DEL k OP")).isEqualTo(SYNTAX);
        assertThat(client.ask("GSM.GET k OP " + ID)).isEqualTo(SYNTAX);
        assertThat(client.ask("GSM.GET k SINCE")).isEqualTo(SYNTAX);
        assertThat(client.ask("GSM.GET k SINCE -1")).isEqualTo("-ERR epoch is negative\r\n");
        assertThat(client.ask("GSM.GET k SINCE x")).startsWith("-ERR value is not an integer");
        assertThat(client.ask("GSM.DEL k NX")).isEqualTo(SYNTAX);
        assertThat(client.ask("GET k")).isEqualTo("_\r\n");
    }
}
