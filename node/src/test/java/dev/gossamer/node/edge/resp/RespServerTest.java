package dev.gossamer.node.edge.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.net.EventLoops;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RespServerTest {
    private Ports ports = new Ports(RespSettings.DEFAULT);

    @AfterEach
    void close() {
        ports.close();
    }

    private void restart(RespSettings settings) {
        ports.close();
        ports = new Ports(settings);
    }

    /** Lets the mesh answer what it held, on the loops as it promises. */
    private void release() {
        ports.loops.group().next().submit(ports.mesh::release).syncUninterruptibly();
    }

    @Test
    void repliesStayInOrderWhenAnEarlierCommandIsAnsweredLater() {
        restartOnOneLoop();
        try (var client = ports.proxying()) {
            client.send("SET held:a 1\r\nGET held:a\r\nPING\r\nGET held:b\r\nECHO x\r\n");
            client.readUntil("+OK\r\n");
            while (ports.mesh.heldCount() < 2) {
                Thread.onSpinWait();
            }
            release();
            assertThat(client.readUntil("x\r\n"))
                    .isEqualTo("$1\r\n1\r\n+PONG\r\n$-1\r\n$1\r\nx\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aValueThatIsLentIsToldAsAnyOtherIs(int version) {
        try (var client = ports.proxying()) {
            client.ask("HELLO " + version);
            client.ask("SET lent:a 0123456789ab\r\nSET back:b xy\r\nSET near z");
            assertThat(
                            client.ask(
                                    "GET lent:a\r\nGET near\r\nGET back:b\r\nGET lent:a\r\n"
                                            + "GET lent:none"))
                    .isEqualTo(
                            "$12\r\n0123456789ab\r\n$1\r\nz\r\n$2\r\nxy\r\n$12\r\n0123456789ab\r\n"
                                    + (version == 2 ? "$-1\r\n" : "_\r\n"));
        }
    }

    @Test
    void aValueThatIsLentWaitsForTheRepliesBeforeItAndCountsAsServed() {
        restartOnOneLoop();
        try (var client = ports.proxying()) {
            client.ask("SET held:a 1\r\nSET lent:a 22\r\nSET back:a 333");
            double before = served();
            client.send("GET held:a\r\nGET lent:a\r\nGET held:b\r\nGET back:a\r\nGET lent:a\r\n");
            client.send("ECHO x\r\n");
            while (ports.mesh.heldCount() < 2) {
                Thread.onSpinWait();
            }
            release();
            assertThat(client.readUntil("x\r\n"))
                    .isEqualTo(
                            "$1\r\n1\r\n$2\r\n22\r\n$-1\r\n$3\r\n333\r\n$2\r\n22\r\n$1\r\nx\r\n");
            assertThat(served() - before).isEqualTo(5);
        }
    }

    @Test
    void aValueThatIsLentToAClientThatWantsNoRepliesIsNotTold() {
        try (var client = ports.proxying()) {
            client.ask("SET lent:a 22");
            client.send("CLIENT REPLY SKIP\r\nGET lent:a\r\nECHO x\r\n");
            assertThat(client.readUntil("x\r\n")).isEqualTo("$1\r\nx\r\n");
        }
    }

    /** Those of GET that were answered; its meter is there once the first was. */
    private double served() {
        return ports
                .registry
                .find("gossamer.commands")
                .tag("command", "get")
                .functionCounters()
                .stream()
                .mapToDouble(FunctionCounter::count)
                .sum();
    }

    private void restartOnOneLoop() {
        ports.close();
        ports = new Ports(RespSettings.DEFAULT, 1);
    }

    @Test
    void aClientThatClosesCountsAsNoneOfTheCausesOfThisSide() {
        for (int round = 0; round < 50; round++) {
            try (var client = ports.proxying()) {
                client.ask("SET a " + round);
            }
        }
        awaitNoConnection();
        for (Connections.Cause cause : Connections.Cause.values()) {
            assertThat(closed(cause)).as("%s", cause).isZero();
        }
    }

    @Test
    void aConnectionThatIsKilledCountsOnce() {
        try (var client = ports.proxying();
                var other = ports.proxying()) {
            client.ask("CLIENT SETNAME victim");
            assertThat(other.ask("CLIENT KILL TYPE normal SKIPME yes")).isEqualTo(":1\r\n");
            assertThat(client.readToEnd()).isEmpty();
        }
        awaitNoConnection();
        for (Connections.Cause cause : Connections.Cause.values()) {
            double expected = cause == Connections.Cause.KILLED ? 1 : 0;
            assertThat(closed(cause)).as("%s", cause).isEqualTo(expected);
        }
    }

    private double closed(Connections.Cause cause) {
        return ports.registry
                .get("gossamer.connections.closed")
                .tag("cause", cause.name().toLowerCase(java.util.Locale.ROOT))
                .functionCounter()
                .count();
    }

    private void awaitNoConnection() {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (ports.registry.get("gossamer.connections").gauges().stream()
                .anyMatch(gauge -> gauge.value() > 0)) {
            assertThat(System.nanoTime()).as("connections stay open").isLessThan(deadline);
            Thread.onSpinWait();
        }
        // What closed them may still run: after it, each loop has done all it had planned.
        ports.loops.group().forEach(loop -> loop.submit(() -> {}).syncUninterruptibly());
    }

    @Test
    void theClusteredPortSendsClientsToTheOwner() {
        ports.mesh.share();
        try (var client = ports.clustered()) {
            assertThat(client.ask("SET foo 1")).isEqualTo("-MOVED 12182 127.0.0.1:7480\r\n");
            assertThat(client.ask("SET bar 1")).isEqualTo("+OK\r\n");
            assertThat(client.ask("MGET foo bar"))
                    .isEqualTo("-CROSSSLOT Keys in request don't hash to the same slot\r\n");
            assertThat(client.ask("CLUSTER KEYSLOT foo")).isEqualTo(":12182\r\n");
            assertThat(client.ask("CLUSTER SLOTS"))
                    .startsWith("*2\r\n*3\r\n:0\r\n:8191\r\n*4\r\n$9\r\n127.0.0.1\r\n:7479\r\n");
            assertThat(client.ask("CLUSTER NODES"))
                    .contains("127.0.0.1:7479@7779 myself,master - 0 0 2 connected 0-8191\n");
            assertThat(client.ask("CLUSTER INFO")).contains("cluster_state:ok");
            assertThat(client.ask("INFO cluster")).contains("cluster_enabled:1");
        }
    }

    @Test
    void theClusteredPortIsDownWhileNobodyOwnsAnything() {
        ports.mesh.become(dev.gossamer.protocol.Topology.none(1));
        try (var client = ports.clustered()) {
            assertThat(client.ask("GET foo")).isEqualTo("-CLUSTERDOWN Hash slot not served\r\n");
        }
    }

    @Test
    void theProxyingPortNeverSaysMovedButKeepsMsetnxWithinASlot() {
        ports.mesh.share();
        try (var client = ports.proxying()) {
            assertThat(client.ask("MSET foo 1 bar 2")).isEqualTo("+OK\r\n");
            assertThat(client.ask("MGET foo bar")).isEqualTo("*2\r\n$1\r\n1\r\n$1\r\n2\r\n");
            assertThat(client.ask("MSETNX foo 1 bar 2")).startsWith("-CROSSSLOT ");
            assertThat(client.ask("INFO cluster")).contains("cluster_enabled:0");
            assertThat(client.ask("INFO keyspace")).contains("db0:keys=2,");
            assertThat(client.ask("INFO server")).contains("redis_version:7.4.0\r\n");
        }
    }

    @Test
    void aPasswordIsAskedForInTheWordsOfRedis() {
        restart(RespSettings.DEFAULT.withPassword("secret"));
        try (var client = ports.proxying()) {
            client.send("GET a\r\nAUTH wrong\r\nHELLO 3\r\nFOO\r\nAUTH secret\r\n");
            assertThat(client.readUntil("+OK\r\n"))
                    .isEqualTo(
                            "-NOAUTH Authentication required.\r\n"
                                    + "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
                                    + "-NOAUTH HELLO must be called with the client already"
                                    + " authenticated, otherwise the HELLO <proto> AUTH <user> <pass>"
                                    + " option can be used to authenticate the client and select the"
                                    + " RESP protocol version at the same time\r\n"
                                    + "-NOAUTH Authentication required.\r\n"
                                    + "+OK\r\n");
            assertThat(client.ask("HELLO 3 AUTH default secret SETNAME me")).startsWith("%7\r\n");
            assertThat(client.ask("CLIENT INFO")).contains(" name=me ").contains(" resp=3 ");
        }
    }

    @Test
    void ourOwnVerbsTellVersionsAndHonourThem() {
        try (var client = ports.proxying()) {
            client.ask("HELLO 3");
            var stored = client.ask("GSM.SET k v1 META");
            assertThat(stored).startsWith("%2\r\n$6\r\nstored\r\n#t\r\n$7\r\nversion\r\n");
            var version = stored.split("\r\n", -1)[7];
            assertThat(client.ask("GSM.SET k v2 VERSION 0-0-0000000000000000")).isEqualTo("_\r\n");
            assertThat(client.ask("GSM.SET k v2 PX 100000 VERSION " + version))
                    .isEqualTo("+OK\r\n");
            assertThat(client.ask("GSM.GET k FRESH LATEST")).isEqualTo("$2\r\nv2\r\n");
            assertThat(client.ask("GSM.GET k FRESH WITHIN 50 META"))
                    .startsWith("%6\r\n$5\r\nvalue\r\n$2\r\nv2\r\n$7\r\nversion\r\n")
                    .contains("$4\r\ntier\r\n$2\r\nL1\r\n");
            assertThat(client.ask("GSM.DEL k VERSION " + version)).isEqualTo(":0\r\n");
            assertThat(client.ask("GSM.DEL k")).isEqualTo(":1\r\n");
            assertThat(client.ask("GSM.EXPLAIN k"))
                    .contains("$6\r\ncopies\r\n*1\r\n%10\r\n")
                    .contains("$4\r\ntier\r\n$2\r\nL1\r\n");
            assertThat(client.ask("GSM.SET k v VERSION nonsense")).startsWith("-ERR version '");
        }
    }

    @Test
    void aSubscriberHearsOfEveryTopology() {
        try (var client = ports.proxying()) {
            assertThat(client.ask("GSM.TOPOLOGY SUBSCRIBE")).startsWith("-ERR ");
            client.ask("HELLO 3");
            assertThat(client.ask("GSM.TOPOLOGY SUBSCRIBE")).startsWith("%4\r\n$5\r\nepoch\r\n:1");
            ports.mesh.share();
            assertThat(client.readUntil(":8192\r\n:16383\r\n*1\r\n:1\r\n"))
                    .startsWith(">2\r\n$12\r\ngsm.topology\r\n%4\r\n$5\r\nepoch\r\n:2\r\n");
        }
    }

    @Test
    void clientsAreListedAndKilled() {
        try (var one = ports.proxying();
                var two = ports.clustered()) {
            two.ask("CLIENT SETNAME two");
            assertThat(one.ask("CLIENT LIST")).contains(" name=two ").contains("cmd=client");
            var id = two.ask("CLIENT ID").replaceAll("\\D", "");
            assertThat(one.ask("CLIENT KILL ID " + id)).isEqualTo(":1\r\n");
            assertThat(two.readToEnd()).isIn("", "reset");
        }
    }

    @Test
    void oneClientTooManyIsToldSo() {
        restart(
                new RespSettings(
                        "127.0.0.1",
                        0,
                        0,
                        Optional.empty(),
                        1,
                        RespSettings.DEFAULT.request(),
                        1024,
                        4096,
                        10,
                        4096,
                        8192,
                        1 << 20,
                        RespSettings.DEFAULT.patience(),
                        java.time.Duration.ZERO));
        try (var one = ports.proxying()) {
            one.ask("PING");
            try (var two = ports.proxying()) {
                assertThat(two.readToEnd()).isEqualTo("-ERR max number of clients reached\r\n");
            }
        }
    }

    @Test
    void aPortInUseIsNamed() {
        int taken = ports.server.redisPort();
        try (var loops = EventLoops.start(Optional.empty(), 1)) {
            var second =
                    new RespServer(
                            loops,
                            ports.mesh,
                            RespSettings.DEFAULT.withPorts(taken, 0),
                            new SimpleMeterRegistry(),
                            InstantSource.system(),
                            System::nanoTime,
                            "test");
            assertThatThrownBy(second::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("proxying Redis port " + taken);
        }
    }

    @Test
    void everyCommandIsCountedOnceAndTimed() {
        try (var client = ports.proxying()) {
            for (int i = 0; i < 10; i++) {
                client.ask("SET k v");
            }
            var registry = ports.registry;
            assertThat(counter("gossamer.commands", "command", "set")).isEqualTo(10);
            assertThat(counter("gossamer.command.seconds.sum", "command", "set")).isPositive();
            assertThat(
                            registry.get("gossamer.command.seconds.bucket")
                                    .tags("command", "set", "le", "+Inf")
                                    .gauge()
                                    .value())
                    .isEqualTo(10);
            assertThat(registry.get("gossamer.connections").tag("port", "proxying").gauge().value())
                    .isEqualTo(1);
        }
    }

    private double counter(String name, String tag, String value) {
        return ports.registry.get(name).tag(tag, value).functionCounter().count();
    }

    @Test
    void commandDescribesEveryCommandOfTheTable() {
        int count = Commands.table().commands().size();
        try (var client = ports.proxying()) {
            assertThat(client.ask("COMMAND COUNT")).isEqualTo(":" + count + "\r\n");
            assertThat(client.ask("COMMAND")).startsWith("*" + count + "\r\n");
            assertThat(client.ask("COMMAND DOCS get")).startsWith("*2\r\n$3\r\nget\r\n*8\r\n");
            assertThat(client.ask("COMMAND INFO get").replace("\r\n", " "))
                    .startsWith("*1 *10 $3 get :2 *2 +readonly +fast :1 :1 :1 ");
        }
    }
}
