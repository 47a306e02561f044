package dev.gossamer.node.edge.resp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GSM.SET … TAGS and GSM.INVALIDATE. */
class InvalidationVerbsTest {
    private static final String NOTHING = "$-1\r\n";

    private final Ports ports = new Ports(RespSettings.DEFAULT);
    private final RawClient client = ports.proxying();

    @AfterEach
    void close() {
        client.close();
        ports.close();
    }

    @Test
    void aTagTakesWithItWhatDependsOnIt() {
        client.ask("GSM.SET a 1 TAGS 2 t u");
        client.ask("GSM.SET b 2 PX 60000 TAGS 1 u META");
        client.ask("SET c 3");
        assertThat(client.ask("GSM.INVALIDATE TAG t")).matches("(?s)\\$\\d+\r\n1-.*\r\n");
        assertThat(client.ask("GET a")).isEqualTo(NOTHING);
        assertThat(client.ask("GET b")).isEqualTo("$1\r\n2\r\n");
        client.ask("gsm.invalidate tag u cache default");
        assertThat(client.ask("GET b")).isEqualTo(NOTHING);
        assertThat(client.ask("GET c")).isEqualTo("$1\r\n3\r\n");
        assertThat(client.ask("GSM.SET a 4 TAGS 1 t")).isEqualTo("+OK\r\n");
        assertThat(client.ask("GET a")).isEqualTo("$1\r\n4\r\n");
    }

    @Test
    void aCacheTakesAllWithItAndAKeyOne() {
        client.ask("SET a 1");
        client.ask("SET b 2");
        assertThat(client.ask("GSM.INVALIDATE KEY a")).isEqualTo(":1\r\n");
        assertThat(client.ask("GSM.INVALIDATE KEY a")).isEqualTo(":0\r\n");
        assertThat(client.ask("GET b")).isEqualTo("$1\r\n2\r\n");
        client.ask("GSM.INVALIDATE CACHE default");
        assertThat(client.ask("GET b")).isEqualTo(NOTHING);
        assertThat(client.ask("GSM.INVALIDATE PREFIX c")).isEqualTo(":3\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "GSM.SET a 1 TAGS, syntax error",
        "GSM.SET a 1 TAGS 2 t, TAGS wants",
        "GSM.SET a 1 TAGS 0, TAGS wants",
        "GSM.SET a 1 TAGS x t, not an integer",
        "GSM.SET a 1 TAGS 1 t TAGS 1 u, syntax error",
        "GSM.INVALIDATE, wrong number of arguments",
        "GSM.INVALIDATE TAG, wrong number of arguments",
        "GSM.INVALIDATE TAG a b, syntax error",
        "GSM.INVALIDATE TAG a CACHE, syntax error",
        "GSM.INVALIDATE CACHE a b, syntax error",
        "GSM.INVALIDATE ALL a, syntax error",
    })
    void whatIsWrongIsRefused(String command, String why) {
        assertThat(client.ask(command)).startsWith("-ERR").contains(why);
        assertThat(client.ask("GET a")).isEqualTo(NOTHING);
    }

    @Test
    void moreThan64TagsAreRefused() {
        String tags = " t".repeat(65);
        assertThat(client.ask("GSM.SET a 1 TAGS 65" + tags)).contains("65 tags are more than 64");
        assertThat(client.ask("GSM.SET a 1 TAGS 64" + tags.substring(2))).isEqualTo("+OK\r\n");
    }
}
