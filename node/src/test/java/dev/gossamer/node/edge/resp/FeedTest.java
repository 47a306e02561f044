package dev.gossamer.node.edge.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.gossip.invalidation.Kind;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** GSM.FOLLOW, GSM.WATERMARK and GSM.GET … NEAR, byte by byte. */
class FeedTest {
    private static final String SELF = "$16\r\n0000000000000001\r\n";
    private static final Bytes KEY = Bytes.utf8("k");

    private Ports ports;
    private RawClient client;

    @BeforeEach
    void open() {
        ports = new Ports(RespSettings.DEFAULT, 1);
        client = ports.proxying();
        client.ask("HELLO 3");
    }

    @AfterEach
    void close() {
        client.close();
        ports.close();
    }

    private void elsewhere(String command) {
        try (RawClient other = ports.proxying()) {
            other.ask(command);
        }
    }

    private static String follow(long incarnation, long sequence) {
        return "*3\r\n" + SELF + ":" + incarnation + "\r\n:" + sequence + "\r\n";
    }

    private static String watermark(long sequence, boolean proven) {
        return "*4\r\n:7\r\n:" + sequence + "\r\n:1\r\n#" + (proven ? "t" : "f") + "\r\n";
    }

    private static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    /** A push of one invalidation, but for its version, which ends it. */
    private static String pushOf(String kind, Bytes key, long sequence) {
        return ">4\r\n"
                + bulk("gsm.invalidations")
                + (":7\r\n:" + sequence + "\r\n*1\r\n*5\r\n:" + sequence + "\r\n")
                + bulk(kind)
                + (":" + key.slotIndex() + "\r\n:")
                + ((kind.equals("key") ? KeyHash.of(key) : 0) + "\r\n");
    }

    private static String field(String name, long value) {
        return bulk(name) + ":" + value + "\r\n";
    }

    @Test
    void aReadSaysWhatItWasCurrentAsOf() {
        elsewhere("SET k v");
        elsewhere("SET k v2");
        assertThat(client.ask("GSM.FOLLOW")).isEqualTo(follow(7, 2));
        String read = client.ask("GSM.GET k NEAR");
        assertThat(read)
                .startsWith("%9\r\n" + bulk("value") + bulk("v2") + bulk("version"))
                .contains(bulk("expires_at") + "_\r\n" + field("age_ms", 0))
                .contains(bulk("ttl") + "_\r\n")
                .endsWith(field("incarnation", 7) + field("sequence", 2));
    }

    @Test
    void aCopysTimeToLiveComesWithoutAnyonesWallClock() {
        client.ask("GSM.FOLLOW");
        elsewhere("SET k v PX 600000");
        String read = client.ask("GSM.GET k NEAR");
        String name = bulk("ttl");
        String rest = read.substring(read.indexOf(name) + name.length());
        long left = Long.parseLong(rest.substring(1, rest.indexOf('\r')));
        assertThat(left).isBetween(500_000L, 600_000L);
    }

    @Test
    void whatThisNodeDoesNotOwnOrCannotProveComesWithoutAPosition() {
        elsewhere("SET k v");
        String nowhere = bulk("incarnation") + "_\r\n" + bulk("sequence") + "_\r\n";
        assertThat(client.ask("GSM.GET k NEAR")).as("nothing is followed").endsWith(nowhere);
        client.ask("GSM.FOLLOW");
        ports.mesh.proven = false;
        assertThat(client.ask("GSM.GET k NEAR")).as("no lease").endsWith(nowhere);
        ports.mesh.proven = true;
        ports.mesh.share();
        elsewhere("SET foo v");
        assertThat(Bytes.utf8("foo").slotIndex()).isGreaterThan(8192);
        assertThat(client.ask("GSM.GET foo NEAR")).as("another's slot").endsWith(nowhere);
    }

    @Test
    void aMissIsNothing() {
        client.ask("GSM.FOLLOW");
        assertThat(client.ask("GSM.GET k NEAR")).isEqualTo("_\r\n");
    }

    @Test
    void whatWasReadIsFollowedAndNothingElse() {
        elsewhere("SET k v");
        client.ask("GSM.FOLLOW");
        client.ask("GSM.GET k NEAR");
        elsewhere("SET other v");
        elsewhere("SET k v2");
        String pushed = client.readUntil("-0000000000000001\r\n");
        assertThat(pushed).startsWith(pushOf("key", KEY, 3));
        assertThat(client.ask("GSM.WATERMARK")).isEqualTo(watermark(3, true));
    }

    @Test
    void aPushComesBeforeTheWatermarkThatClaimsIt() {
        elsewhere("SET k v");
        client.ask("GSM.FOLLOW");
        client.ask("GSM.GET k NEAR");
        // Written and asked for in one go, long before the feed looks by itself.
        String answer = client.ask("SET k v2\r\nGSM.WATERMARK");
        assertThat(answer)
                .startsWith("+OK\r\n" + pushOf("key", KEY, 2))
                .endsWith(watermark(2, true));
    }

    @Test
    void aSlotThatChangesHandsIsTold() {
        elsewhere("SET k v");
        client.ask("GSM.FOLLOW");
        client.ask("GSM.GET k NEAR");
        Version version = new Version(2, 1, new MemberId(2));
        ports.mesh.log.append(Kind.SLOT, KEY.slotIndex(), 0, version);
        assertThat(client.readUntil(bulk(version.toString()))).startsWith(pushOf("slot", KEY, 2));
    }

    @Test
    void nothingIsProvedWithoutALease() {
        client.ask("GSM.FOLLOW");
        ports.mesh.proven = false;
        assertThat(client.ask("GSM.WATERMARK")).isEqualTo(watermark(0, false));
    }

    @Test
    void whoComesBackHearsWhatItMissedInItsSlots() {
        elsewhere("SET k v");
        elsewhere("SET other v");
        elsewhere("SET k v2");
        assertThat(resume(7, 1, KEY)).isEqualTo(follow(7, 1));
        assertThat(client.readUntil("-0000000000000001\r\n")).startsWith(pushOf("key", KEY, 3));
    }

    @Test
    void whoMissedMoreThanTheLogHoldsHearsExactlyWhichOfItsSlotsChanged() {
        Bytes untouched = Bytes.utf8("untouched");
        elsewhere("SET k v");
        elsewhere("SET untouched v");
        append(30_000);
        resume(7, 2, KEY, untouched);
        BitSet changed = new BitSet();
        changed.set(KEY.slotIndex());
        String bitmap = new String(bitmap(changed), ISO_8859_1);
        assertThat(client.readUntil(bulk(bitmap)))
                .isEqualTo(">4\r\n" + bulk("gsm.overrun") + ":7\r\n:30002\r\n" + bulk(bitmap));
        assertThat(client.ask("GSM.WATERMARK")).isEqualTo(watermark(30_002, true));
        assertThat(ports.registry.get("gossamer.near.feed.overruns").functionCounter().count())
                .isEqualTo(1);
    }

    @Test
    void whoComesFromAnotherLifeOfTheLogBeginsAtItsEnd() {
        elsewhere("SET k v");
        assertThat(resume(6, 1, KEY)).isEqualTo(follow(7, 1));
        assertThat(resume(7, 2, KEY)).as("from what never was").isEqualTo(follow(7, 1));
    }

    @Test
    void whoStopsReadingIsNotWrittenToWithoutEnd() {
        client.ask("GSM.FOLLOW");
        elsewhere("SET k v");
        // Its own replies wait for a read that is not answered; the pushes would wait behind it.
        client.ask("GSM.GET k NEAR");
        client.send("GET held:k\r\nGSM.WATERMARK\r\n");
        await(() -> ports.mesh.heldCount() == 1);
        append(20_000);
        await(() -> pushed() > 500);
        // Another client's answers show that the loop has come by many times since.
        for (int i = 0; i < 50; i++) {
            elsewhere("PING");
        }
        assertThat(pushed()).isLessThan(2_000);
        ports.loops.group().next().submit(ports.mesh::release).syncUninterruptibly();
        await(() -> pushed() > 4_000);
    }

    /** Invalidates the key's slot so many times. */
    private void append(int count) {
        Version version = new Version(1, 1, new MemberId(1));
        for (int i = 0; i < count; i++) {
            ports.mesh.log.append(Kind.KEY, KEY.slotIndex(), i, version);
        }
    }

    private double pushed() {
        return ports.registry.get("gossamer.near.invalidations.pushed").functionCounter().count();
    }

    @Test
    void followersAreCountedAndForgotten() {
        client.ask("GSM.FOLLOW");
        await(() -> ports.registry.get("gossamer.near.followers").gauge().value() == 1);
        assertThat(ports.registry.get("gossamer.near.feeds.bytes").gauge().value())
                .isEqualTo(Feed.BYTES);
        assertThat(ports.registry.get("gossamer.resp.buffers.bytes").gauge().value())
                .isEqualTo(Feed.BYTES);
        client.ask("RESET");
        await(() -> ports.registry.get("gossamer.near.followers").gauge().value() == 0);
        assertThat(ports.registry.get("gossamer.resp.buffers.bytes").gauge().value()).isZero();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThat(client.ask("GSM.WATERMARK")).startsWith("-ERR nothing is followed");
        assertThat(client.ask("GSM.FOLLOW 7")).isEqualTo("-ERR syntax error\r\n");
        assertThat(client.ask("GSM.FOLLOW 7 -1")).isEqualTo("-ERR sequence is negative\r\n");
        assertThat(client.ask("GSM.FOLLOW 7 0 SLOTS abc")).startsWith("-ERR SLOTS takes");
        try (RawClient old = ports.proxying()) {
            assertThat(old.ask("GSM.FOLLOW")).startsWith("-ERR GSM.FOLLOW needs RESP3");
        }
    }

    /** Follows from there, as one who has copies of these keys. */
    private String resume(long incarnation, long sequence, Bytes... keys) {
        BitSet slots = new BitSet();
        Arrays.stream(keys).forEach(key -> slots.set(key.slotIndex()));
        client.send(
                "*5\r\n"
                        + bulk("GSM.FOLLOW")
                        + bulk(Long.toString(incarnation))
                        + bulk(Long.toString(sequence))
                        + bulk("SLOTS")
                        + bulk(new String(bitmap(slots), ISO_8859_1)));
        return client.readUntil("\r\n:" + incarnationNow() + "\r\n") + client.readUntil("\r\n");
    }

    private long incarnationNow() {
        return ports.mesh.log.position().incarnation();
    }

    private static byte[] bitmap(BitSet slots) {
        return Arrays.copyOf(slots.toByteArray(), 2048);
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited 10 s in vain").isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void whatDependsOnATagComesWithoutAPosition() {
        client.ask("GSM.FOLLOW");
        String unkept = bulk("incarnation") + "_\r\n" + bulk("sequence") + "_\r\n";
        client.ask("GSM.SET k v");
        assertThat(client.ask("GSM.GET k NEAR")).doesNotContain(unkept);
        client.ask("GSM.SET tagged v TAGS 1 t");
        assertThat(client.ask("GSM.GET tagged NEAR")).contains(unkept);
    }
}
