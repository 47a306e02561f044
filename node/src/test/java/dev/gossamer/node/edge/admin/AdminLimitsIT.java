package dev.gossamer.node.edge.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client that means no good, or knows no better, can do to the admin port: little. */
@Timeout(20)
class AdminLimitsIT {
    private static final int VALUE_BYTES_MAX = 100_000;
    private static final int CONNECTIONS_MAX = 8;
    private static final String ENTRY = "/api/v1/caches/default/entries/k";

    private AdminFixture admin;

    @BeforeEach
    void start() throws IOException {
        admin = new AdminFixture(settings(Duration.ofSeconds(30)));
    }

    private static AdminSettings settings(Duration patience) {
        return new AdminSettings(
                "127.0.0.1",
                0,
                java.util.Optional.empty(),
                1000,
                VALUE_BYTES_MAX,
                VALUE_BYTES_MAX + 50_000,
                2048,
                CONNECTIONS_MAX,
                patience);
    }

    @AfterEach
    void stop() {
        admin.close();
    }

    private Socket connect() throws IOException {
        Socket socket =
                new Socket(java.net.InetAddress.ofLiteral("127.0.0.1"), admin.server.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /** Everything until the node closes the connection. */
    private static String readAll(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder text = new StringBuilder();
        try {
            for (int next = in.read(); next >= 0; next = in.read()) {
                text.append((char) next);
            }
        } catch (SocketException reset) {
            text.append("(reset)");
        }
        return text.toString();
    }

    private static String readUntil(Socket socket, String wanted) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder text = new StringBuilder();
        while (text.indexOf(wanted) < 0) {
            int next = in.read();
            assertThat(next).as("end after %s", text).isNotNegative();
            text.append((char) next);
        }
        return text.toString();
    }

    private double meter(String name, String tag, String value) {
        var counter = admin.registry.find(name).tag(tag, value).counter();
        return counter == null ? 0 : counter.count();
    }

    @Test
    void aBodyThatAnnouncesTooMuchIsRefusedBeforeItIsSent() throws Exception {
        try (Socket socket = connect()) {
            write(
                    socket,
                    "PUT "
                            + ENTRY
                            + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 600000000\r\n"
                            + "Expect: 100-continue\r\n\r\n");
            assertThat(readAll(socket))
                    .startsWith("HTTP/1.1 413")
                    .contains("TOOLARGE", "limits.value-bytes-max")
                    .doesNotContain("(reset)");
        }
    }

    @Test
    void anEndlessChunkedBodyIsRefusedAtItsLimitAndCutOff() throws Exception {
        try (Socket socket = connect()) {
            write(
                    socket,
                    "PUT "
                            + ENTRY
                            + " HTTP/1.1\r\nHost: localhost\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n");
            String chunk = "3e8\r\n" + "x".repeat(1000) + "\r\n";
            int sent = 0;
            try {
                for (; sent < 10_000_000; sent += 1000) {
                    write(socket, chunk);
                    if (socket.getInputStream().available() > 0) {
                        break;
                    }
                }
            } catch (SocketException cutOff) {
                assertThat(sent).isGreaterThan(VALUE_BYTES_MAX);
            }
            assertThat(readAll(socket)).startsWith("HTTP/1.1 413").contains("TOOLARGE");
        }
        assertThat(admin.get(ENTRY).statusCode()).isEqualTo(404);
    }

    @Test
    void aValueOfExactlyTheLimitIsStoredAndOneByteMoreIsNot() throws Exception {
        assertThat(admin.send("PUT", ENTRY, new byte[VALUE_BYTES_MAX]).statusCode()).isEqualTo(204);
        assertThat(admin.send("PUT", ENTRY, new byte[VALUE_BYTES_MAX + 1]).statusCode())
                .isEqualTo(413);
        String users = "/api/v1/caches/users/entries/1";
        assertThat(admin.send("PUT", users, new byte[993]).statusCode()).isEqualTo(204);
        assertThat(admin.send("PUT", users, new byte[994]).body())
                .contains("entry-bytes-max of cache 'users'");
    }

    @Test
    void allBodiesTogetherAreBoundedAndTheRoomIsGivenBack() throws Exception {
        try (Socket half = connect()) {
            write(
                    half,
                    "PUT "
                            + ENTRY
                            + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\n"
                            + "x".repeat(80_000));
            awaitHeldBytes(80_000);
            var busy = admin.send("PUT", ENTRY, new byte[80_000]);
            assertThat(busy.statusCode()).isEqualTo(503);
            assertThat(busy.body()).contains("BUSY");
        }
        awaitHeldBytes(0);
        assertThat(admin.send("PUT", ENTRY, new byte[80_000]).statusCode()).isEqualTo(204);
        assertThat(admin.get(ENTRY).statusCode()).isEqualTo(200);
        awaitHeldBytes(0);
    }

    private void awaitHeldBytes(double bytes) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (admin.registry.get("gossamer.http.value.bytes").gauge().value() != bytes) {
            assertThat(System.nanoTime()).as("deadline for %s bytes", bytes).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void aLongKeyALongLineAndLongHeadersAreRefusedByTheirOwnStatus() throws Exception {
        String entries = "/api/v1/caches/default/entries/";
        assertThat(admin.get(entries + "k".repeat(1000)).statusCode()).isEqualTo(404);
        assertThat(admin.get(entries + "k".repeat(1001)).statusCode()).isEqualTo(413);
        assertThat(admin.get(entries + "k".repeat(5000)).statusCode()).isEqualTo(414);
        assertThat(admin.get("/livez", "X-Long", "x".repeat(3000)).statusCode()).isEqualTo(431);
    }

    @Test
    void whatIsNoRequestIsAProblemAndTheEndOfTheConnection() throws Exception {
        for (String bytes :
                new String[] {
                    "\u0016\u0003\u0001 TLS?\r\n\r\n",
                    "GET /livez\r\n\r\n",
                    "*1\r\n$4\r\nPING\r\n\r\n",
                    "GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                    "GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n"
                }) {
            try (Socket socket = connect()) {
                write(socket, bytes);
                assertThat(readAll(socket))
                        .as(bytes)
                        .containsPattern("^HTTP/1\\.[01] 400")
                        .contains("\"ERR\"");
            }
        }
        try (Socket socket = connect()) {
            write(socket, "GET /api/v1/keys/a%zz/explain HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(readUntil(socket, "}\n"))
                    .startsWith("HTTP/1.1 400")
                    .contains("two hex digits");
            write(socket, "GET /api/v1/keys/a%4 HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(readUntil(socket, "}\n"))
                    .startsWith("HTTP/1.1 400")
                    .contains("two hex digits");
        }
        assertThat(admin.get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void aConnectionTooManyIsClosedAndTheOthersStay() throws Exception {
        Socket[] open = new Socket[CONNECTIONS_MAX];
        for (int i = 0; i < open.length; i++) {
            open[i] = connect();
            write(open[i], "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
            readUntil(open[i], "}\n");
        }
        try (Socket tooMany = connect()) {
            assertThat(readAll(tooMany)).isIn("", "(reset)");
        }
        assertThat(meter("gossamer.http.connections.closed", "cause", "limit")).isEqualTo(1);
        write(open[0], "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(readUntil(open[0], "}\n")).startsWith("HTTP/1.1 200");
        for (Socket socket : open) {
            socket.close();
        }
    }

    @Test
    void whoGetsNothingDoneIsClosed() throws Exception {
        admin.close();
        admin = new AdminFixture(settings(Duration.ofMillis(400)));
        try (Socket idle = connect();
                Socket halfHead = connect();
                Socket halfBody = connect()) {
            write(halfHead, "GET /livez HT");
            write(
                    halfBody,
                    "PUT " + ENTRY + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
            assertThat(readAll(idle)).isIn("", "(reset)");
            assertThat(readAll(halfHead)).isIn("", "(reset)");
            assertThat(readAll(halfBody)).isIn("", "(reset)");
        }
        assertThat(meter("gossamer.http.connections.closed", "cause", "slow")).isEqualTo(3);
        awaitHeldBytes(0);
    }
}
