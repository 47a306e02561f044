package dev.gossamer.node.edge.resp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** GSM.LEASE.GET, SET and DROP as clients see them. */
class LeaseVerbsTest {
    private static final Pattern TOKEN = Pattern.compile("token\r\n\\$\\d+\r\n(\\S+)\r\n");
    private static final String SYNTAX = "-ERR syntax error\r\n";
    private static final String PUSH = ">2\r\n$9\r\ngsm.lease\r\n$1\r\nk\r\n";
    private static final String NO_TOKEN = "1-1-0000000000000001";

    private final Ports ports = new Ports(RespSettings.DEFAULT);
    private final RawClient client = ports.proxying();
    private final RawClient other = ports.proxying();

    @AfterEach
    void close() {
        client.close();
        other.close();
        ports.close();
    }

    private static String token(String reply) {
        Matcher found = TOKEN.matcher(reply);
        assertThat(found.find()).as("a token in %s", reply).isTrue();
        return found.group(1);
    }

    private static String state(String name) {
        return "$5\r\nstate\r\n$" + name.length() + "\r\n" + name + "\r\n";
    }

    @Test
    void aMissIsLentToOneAndTheFillIsWhatTheNextFinds() {
        client.ask("HELLO 3");
        String lent = client.ask("GSM.LEASE.GET k TTL 5000");
        assertThat(lent)
                .startsWith("%6\r\n" + state("load") + "$5\r\nvalue\r\n_\r\n")
                .endsWith("$4\r\nleft\r\n:5000\r\n");
        assertThat(other.ask("GSM.LEASE.GET k")).contains(state("wait")).startsWith("*12\r\n");
        assertThat(client.ask("GSM.LEASE.SET k " + token(lent) + " v PX 60000"))
                .isEqualTo("+OK\r\n");
        assertThat(other.ask("GSM.LEASE.GET k"))
                .contains(state("value") + "$5\r\nvalue\r\n$1\r\nv\r\n");
        assertThat(client.ask("PTTL k")).isNotEqualTo(":-1\r\n");
    }

    @Test
    void aFillThatWasOvertakenIsAnErrorWithACode() {
        String token = token(client.ask("GSM.LEASE.GET k"));
        other.ask("SET k newer");
        assertThat(client.ask("GSM.LEASE.SET k " + token + " older")).startsWith("-OVERTAKEN ");
        assertThat(client.ask("GET k")).isEqualTo("$5\r\nnewer\r\n");
        String second = token(client.ask("GSM.LEASE.GET absent"));
        other.ask("DEL absent");
        assertThat(client.ask("GSM.LEASE.SET absent " + second + " older"))
                .startsWith("-OVERTAKEN ");
    }

    @Test
    void aLeaseThatIsDroppedIsFreeAtOnce() {
        String token = token(client.ask("GSM.LEASE.GET k"));
        assertThat(client.ask("GSM.LEASE.DROP k " + token)).isEqualTo(":1\r\n");
        assertThat(client.ask("GSM.LEASE.DROP k " + token)).isEqualTo(":0\r\n");
        assertThat(other.ask("GSM.LEASE.GET k")).contains(state("load"));
    }

    @Test
    void whatTheOriginDoesNotHaveIsAMissToPlainReadsAndNotLent() {
        String token = token(client.ask("GSM.LEASE.GET k"));
        assertThat(client.ask("GSM.LEASE.DROP k " + token + " ABSENT 60000")).isEqualTo(":1\r\n");
        assertThat(other.ask("GSM.LEASE.GET k")).contains(state("absent"));
        assertThat(other.ask("GET k")).isEqualTo("$-1\r\n");
        assertThat(client.ask("GSM.LEASE.DROP k " + token + " ABSENT 60000"))
                .startsWith("-OVERTAKEN ");
    }

    @Test
    void anOldValueIsShownToOthersUpToTheAgeTheyAllow() {
        client.ask("SET k v PX 60000");
        assertThat(client.ask("GSM.LEASE.GET k REFRESH 50000")).contains(state("value"));
        String lent = client.ask("GSM.LEASE.GET k REFRESH 60000");
        assertThat(lent).contains(state("load") + "$5\r\nvalue\r\n$1\r\nv\r\n");
        assertThat(other.ask("GSM.LEASE.GET k REFRESH 60000 STALE 60000"))
                .contains(state("stale") + "$5\r\nvalue\r\n$1\r\nv\r\n");
        assertThat(other.ask("GSM.LEASE.GET k REFRESH 60000"))
                .contains(state("wait") + "$5\r\nvalue\r\n$-1\r\n");
    }

    @Test
    void overResp3TheReplyComesAtOnceAndAPushWhenTheFillHasCome() {
        other.ask("HELLO 3");
        String token = token(client.ask("GSM.LEASE.GET k"));
        assertThat(other.ask("GSM.LEASE.GET k WAIT 20000")).contains(state("wait"));
        assertThat(other.ask("PING")).isEqualTo("+PONG\r\n");
        client.ask("GSM.LEASE.SET k " + token + " v");
        assertThat(other.readUntil(PUSH)).isEqualTo(PUSH);
        assertThat(other.ask("GSM.LEASE.GET k")).contains(state("value"));
    }

    @Test
    void overResp2TheReplyWaitsForTheFillAndLaterRepliesBehindIt() {
        String token = token(client.ask("GSM.LEASE.GET k"));
        other.send("GSM.LEASE.GET k WAIT 20000\r\nPING\r\n");
        assertThat(client.ask("GSM.LEASE.SET k " + token + " v")).isEqualTo("+OK\r\n");
        assertThat(other.readUntil("+PONG\r\n"))
                .contains(state("value") + "$5\r\nvalue\r\n$1\r\nv\r\n");
    }

    @Test
    void whoHasWaitedLongEnoughHearsThatItIsStillBeingLoaded() {
        client.ask("GSM.LEASE.GET k");
        assertThat(other.ask("GSM.LEASE.GET k WAIT 50")).contains(state("wait"));
    }

    @Test
    void whoeverWaitedGetsTheLeaseThatWasDropped() {
        String token = token(client.ask("GSM.LEASE.GET k"));
        other.send("GSM.LEASE.GET k WAIT 20000\r\nPING\r\n");
        assertThat(client.ask("GSM.LEASE.DROP k " + token)).isEqualTo(":1\r\n");
        assertThat(other.readUntil("+PONG\r\n")).contains(state("load"));
    }

    @Test
    void theOptionsOfSessionsWorkHereToo() {
        String id = "0123456789abcdef0000000000000001";
        String lent = client.ask("GSM.LEASE.GET k OP " + id + " STAMP SINCE 1");
        assertThat(lent).startsWith("*2\r\n*12\r\n");
        assertThat(client.ask("GSM.LEASE.GET k SINCE 9")).startsWith("-WRONGEPOCH ");
        assertThat(client.ask("GSM.LEASE.SET k " + token(lent) + " v STAMP"))
                .startsWith("*2\r\n+OK\r\n$33\r\n");
    }

    @Test
    void whatIsNoSuchOptionOrTokenIsRefused() {
        assertThat(client.ask("GSM.LEASE.GET k TTL")).isEqualTo(SYNTAX);
        assertThat(client.ask("GSM.LEASE.GET k TTL 0")).isEqualTo("-ERR TTL is not above 0\r\n");
        assertThat(client.ask("GSM.LEASE.GET k WAIT x")).startsWith("-ERR value is not an integer");
        assertThat(client.ask("GSM.LEASE.GET k SOFT 1")).isEqualTo(SYNTAX);
        assertThat(client.ask("GSM.LEASE.SET k 17 v")).startsWith("-ERR version '17'");
        assertThat(client.ask("GSM.LEASE.SET k " + NO_TOKEN + " v NX")).isEqualTo(SYNTAX);
        assertThat(client.ask("GSM.LEASE.SET k " + NO_TOKEN + " v PX 1 PX 2")).isEqualTo(SYNTAX);
        assertThat(client.ask("GSM.LEASE.SET k " + NO_TOKEN + " v")).startsWith("-OVERTAKEN ");
        assertThat(client.ask("GSM.LEASE.DROP k " + NO_TOKEN + " ABSENT")).isEqualTo(SYNTAX);
        assertThat(client.ask("GSM.LEASE.DROP k " + NO_TOKEN + " NOW 1")).isEqualTo(SYNTAX);
    }

    @Test
    void whatWasLoadedMayDependOnTags() {
        String token = token(client.ask("GSM.LEASE.GET k"));
        assertThat(client.ask("GSM.LEASE.SET k " + token + " v TAGS 1 t")).isEqualTo("+OK\r\n");
        assertThat(client.ask("GSM.LEASE.GET k")).contains(state("value"));
        client.ask("GSM.INVALIDATE TAG t");
        assertThat(client.ask("GSM.LEASE.GET k")).contains(state("load"));
    }
}
