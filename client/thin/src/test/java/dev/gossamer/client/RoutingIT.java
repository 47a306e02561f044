package dev.gossamer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.Reply;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests find the primary of their key, and follow it. */
@Timeout(60)
class RoutingIT {
    private final ScriptedMesh mesh = new ScriptedMesh(3);
    private final Gossamer gossamer = Gossamer.connect(mesh.uri());
    private final Cache<String, String> cache =
            gossamer.cache("default", Codec.utf8(), Codec.utf8());

    @AfterEach
    void close() {
        gossamer.close();
        mesh.close();
    }

    private long epoch() {
        return Epoch.number(gossamer.topology().epoch());
    }

    @Test
    void everyKeyGoesToTheClusteredPortOfItsPrimary() {
        for (int member = 0; member < 3; member++) {
            String key = mesh.keyOf(member, "k");
            cache.put(key, "v" + member);
            assertThat(cache.get(key)).contains("v" + member);
            assertThat(mesh.member(member).heard).contains("clustered GSM.SET " + key);
            assertThat(mesh.member(member).heard).contains("clustered GSM.GET " + key);
        }
        assertThat(cache.get("absent")).isEmpty();
    }

    @Test
    void aNamedCacheKeepsItsKeysUnderItsName() {
        gossamer.cache("users", Codec.utf8(), Codec.longs()).put("7", 42L);
        assertThat(mesh.store).containsEntry("users:7", "42");
    }

    @Test
    void aMovedIsFollowedAndTheTopologyRefreshed() {
        String key = mesh.keyOf(0, "k");
        String target = "127.0.0.1:" + mesh.member(1).clustered.getLocalPort();
        mesh.member(0).script =
                (peer, words) ->
                        peer.port.equals("clustered") && words.get(0).equals("GSM.SET")
                                ? Optional.of("-MOVED 1 " + target + "\r\n")
                                : Optional.empty();
        mesh.absent = 0;
        mesh.epoch.incrementAndGet();
        cache.put(key, "v");
        assertThat(mesh.member(1).heard).contains("clustered GSM.SET " + key);
        Eventually.await("the new epoch", () -> epoch() == 2);
        cache.put(key, "w");
        assertThat(mesh.member(0).heard("GSM.SET " + key)).hasSize(1);
    }

    @Test
    void aPushedTopologyIsGoneByAtOnce() {
        mesh.absent = 2;
        mesh.announce();
        Eventually.await("the new epoch", () -> epoch() == 2);
        String key = mesh.keyOf(2, "k");
        cache.put(key, "v");
        assertThat(mesh.member(2).heard("GSM.SET")).isEmpty();
        assertThat(mesh.member(0).heard).contains("clustered GSM.SET " + key);
    }

    @Test
    void whenThePrimaryIsGoneAnotherMemberForwards() {
        String key = mesh.keyOf(2, "k");
        mesh.member(2).close();
        cache.put(key, "v");
        assertThat(cache.get(key)).contains("v");
        assertThat(mesh.member(2).heard("GSM.SET")).isEmpty();
    }

    @Test
    void afterItsMemberHungUpTheTopologyIsAskedForAgainAndFollowed() {
        mesh.members.forEach(ScriptedMember::hangUp);
        mesh.absent = 1;
        mesh.epoch.incrementAndGet();
        Eventually.await("the new epoch", () -> epoch() == 2);
        mesh.announce();
        Eventually.await("the pushed epoch", () -> epoch() == 3);
    }

    @Test
    void aMeshThatStartedAnewIsBelievedThoughItsEpochIsLower() {
        mesh.epoch.set(50);
        mesh.announce();
        Eventually.await("the high epoch", () -> epoch() == 51);
        mesh.epoch.set(3);
        mesh.members.forEach(ScriptedMember::hangUp);
        Eventually.await("the low epoch", () -> epoch() == 3);
    }

    @Test
    void bulkRequestsGoToEachPrimaryInFewWrites() {
        Map<String, String> pairs = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            pairs.put("bulk" + i, "v" + i);
        }
        cache.putAll(pairs);
        pairs.put("bulk-absent", "x");
        Map<String, String> found = cache.getAll(pairs.keySet());
        pairs.remove("bulk-absent");
        assertThat(found).isEqualTo(pairs);
        for (ScriptedMember member : mesh.members) {
            assertThat(member.heard("GSM.GET bulk").count()).isBetween(1_000L, 2_400L);
            assertThat(member.heard.stream().filter(line -> line.startsWith("proxying GSM.GET")))
                    .isEmpty();
        }
    }

    @Test
    void anyCommandCanBeSentAndAnErrorIsThrownWithItsCode() {
        assertThat(gossamer.execute(List.of(Bytes.utf8("PING")))).isEqualTo(new Reply.Text("PONG"));
        assertThatThrownBy(() -> gossamer.execute(List.of(Bytes.utf8("NONSENSE"))))
                .isInstanceOfSatisfying(
                        GossamerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ERR))
                .hasMessageContaining("unknown command");
    }

    @Test
    void aRetryableRefusalIsTriedAgain() {
        AtomicInteger refusals = new AtomicInteger(3);
        for (ScriptedMember member : mesh.members) {
            member.script =
                    (peer, words) ->
                            words.get(0).equals("GSM.DEL") && refusals.getAndDecrement() > 0
                                    ? Optional.of("-TRYAGAIN the slot moves\r\n")
                                    : Optional.empty();
        }
        mesh.store.put("k", "v");
        assertThat(cache.remove("k")).isTrue();
        assertThat(refusals.get()).isEqualTo(-1);
    }

    @Test
    void theAsynchronousFormAnswersTheSame() throws Exception {
        AsyncCache<String, String> async = cache.async();
        async.put("k", "v", Duration.ofSeconds(5)).get(5, TimeUnit.SECONDS);
        assertThat(async.get("k").get(5, TimeUnit.SECONDS)).contains("v");
        assertThat(async.putIfAbsent("k", "w").get(5, TimeUnit.SECONDS)).isFalse();
        assertThat(async.remove("k").get(5, TimeUnit.SECONDS)).isTrue();
        String thread =
                async.get("k")
                        .thenApply(value -> Thread.currentThread().getName())
                        .get(5, TimeUnit.SECONDS);
        assertThat(thread).matches("gossamer-client-callback-.*|main|.*-thread-.*");
    }

    /** A watch that hears only the smaller side would send everything there. */
    @Test
    void aClientOfBothSidesOfAPartitionLeavesTheSmallerOne() {
        mesh.viewId = 3;
        mesh.announce();
        Eventually.await("the smaller side's", () -> gossamer.topology().isProvisional());
        mesh.viewId = 0;
        mesh.epoch.incrementAndGet();
        Eventually.await("the agreed one", () -> epoch() == 3);
        assertThat(gossamer.topology().isProvisional()).isFalse();
    }

    @Test
    void membersThatSendACallRoundInACircleAreGivenTime() {
        String key = mesh.keyOf(0, "k");
        AtomicInteger sent = new AtomicInteger();
        for (ScriptedMember member : mesh.members) {
            int next = (member.index + 1) % 3;
            member.script =
                    (peer, words) ->
                            words.get(0).equals("GSM.GET") && sent.incrementAndGet() < 8
                                    ? Optional.of(
                                            "-MOVED 1 127.0.0.1:"
                                                    + mesh.member(next).clustered.getLocalPort()
                                                    + "\r\n")
                                    : Optional.empty();
        }
        long begin = System.nanoTime();
        assertThat(cache.get(key)).isEmpty();
        assertThat(sent.get()).isEqualTo(8);
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isGreaterThan(Duration.ofMillis(30));
    }
}
