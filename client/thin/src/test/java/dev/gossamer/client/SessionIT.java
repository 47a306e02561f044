package dev.gossamer.client;

import static dev.gossamer.client.ScriptedMember.bulk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** C3: what a client has seen or written it never goes back behind, whoever answers. */
@Timeout(60)
class SessionIT {
    private static final Duration SHORT = Duration.ofMillis(400);

    private final ScriptedMesh mesh = new ScriptedMesh(3);
    private final List<Gossamer> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(Gossamer::close);
        mesh.close();
    }

    private Cache<String, String> cache(ClientBuilder builder) {
        Gossamer gossamer = builder.uri(mesh.uri()).connect();
        opened.add(gossamer);
        return gossamer.cache("default", Codec.utf8(), Codec.utf8());
    }

    private Cache<String, String> cache() {
        return cache(Gossamer.builder().requestTimeout(SHORT));
    }

    private interface Answer {
        Optional<String> to(ScriptedMember.Peer peer, List<String> words);
    }

    private void script(String command, Answer answer) {
        mesh.members.forEach(member ->
                member.script =
                        (peer, words) ->
                                words.get(0).equals(command)
                                        ? answer.to(peer, words)
                                        : Optional.empty());
    }

    private List<List<String>> record(String command) {
        List<List<String>> heard = new CopyOnWriteArrayList<>();
        script(
                command,
                (peer, words) -> {
                    heard.add(words);
                    return Optional.empty();
                });
        return heard;
    }

    private String old(String value, Version version) {
        return mesh.stamped(bulk(value), version);
    }

    private static void assertCode(ErrorCode code, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        GossamerException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(code);
                            assertThat(e).hasMessageContaining(code.recovery());
                        });
    }

    @Test
    void anAnswerOlderThanTheClientsOwnWriteIsNotTaken() {
        Cache<String, String> cache = cache();
        cache.put("k", "new");
        AtomicInteger lagging = new AtomicInteger(3);
        Version before = ScriptedMesh.versionOf(1, 50);
        script(
                "GSM.GET",
                (peer, words) ->
                        lagging.getAndDecrement() > 0
                                ? Optional.of(old("old", before))
                                : Optional.empty());
        assertThat(cache.get("k")).contains("new");
        assertThat(lagging.get()).isEqualTo(-1);
    }

    @Test
    void whatWasReadOnceIsNotFollowedBySomethingOlder() {
        mesh.store.put("k", "new");
        mesh.versions.put("k", ScriptedMesh.versionOf(1, 70));
        Cache<String, String> cache = cache();
        assertThat(cache.getEntry("k").map(CacheEntry::value)).contains("new");
        Version before = ScriptedMesh.versionOf(1, 69);
        script("GSM.GET", (peer, words) -> Optional.of(old("old", before)));
        assertCode(ErrorCode.STALE, () -> cache.get("k"));
        assertCode(ErrorCode.STALE, () -> cache.withFreshness(Freshness.ANY).get("k"));
    }

    @Test
    void theSameVersionAndLaterOnesAreTaken() {
        mesh.store.put("k", "v");
        mesh.versions.put("k", ScriptedMesh.versionOf(1, 70));
        Cache<String, String> cache = cache();
        for (int clock = 70; clock < 80; clock++) {
            mesh.versions.put("k", ScriptedMesh.versionOf(1, clock));
            assertThat(cache.get("k")).contains("v");
            assertThat(cache.get("k")).contains("v");
        }
    }

    @Test
    void aMissIsAnAnswerThoughTheClientHasWritten() {
        Cache<String, String> cache = cache();
        cache.put("k", "v");
        mesh.store.clear();
        assertThat(cache.get("k")).isEmpty();
    }

    @Test
    void whatTheClientRemovedDoesNotComeBack() {
        Cache<String, String> cache = cache();
        cache.put("k", "v");
        Version written = mesh.versions.get("k");
        assertThat(cache.remove("k")).isTrue();
        script("GSM.GET", (peer, words) -> Optional.of(old("v", written)));
        assertCode(ErrorCode.STALE, () -> cache.get("k"));
    }

    /**
     * Lower epoch, higher clock: a deposed primary's write in the one, the later one in the other.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsOlderIsForTheCachesOrderToSay(boolean epochFirst) {
        mesh.epochFirst = epochFirst;
        mesh.epoch.set(2);
        mesh.store.put("k", "first");
        mesh.versions.put("k", ScriptedMesh.versionOf(Epoch.agreed(2), 10));
        Cache<String, String> cache = cache();
        assertThat(cache.get("k")).contains("first");
        script(
                "GSM.GET",
                (peer, words) ->
                        Optional.of(old("second", ScriptedMesh.versionOf(Epoch.agreed(1), 11))));
        if (epochFirst) {
            assertCode(ErrorCode.STALE, () -> cache.get("k"));
        } else {
            assertThat(cache.get("k")).contains("second");
        }
    }

    @Test
    void afterAnOldAnswerThePrimaryIsAskedForTheLatest() {
        Cache<String, String> cache = cache();
        cache.put("k", "new");
        List<List<String>> heard = new CopyOnWriteArrayList<>();
        script(
                "GSM.GET",
                (peer, words) -> {
                    heard.add(words);
                    return heard.size() == 1
                            ? Optional.of(old("old", ScriptedMesh.versionOf(1, 1)))
                            : Optional.empty();
                });
        assertThat(cache.get("k", Freshness.ANY)).contains("new");
        assertThat(heard.get(0)).containsSubsequence("FRESH", "ANY");
        assertThat(heard.get(1)).containsSubsequence("FRESH", "LATEST");
    }

    @Test
    void theEpochThatWasSeenGoesAlongForItsSlotOnly() {
        Cache<String, String> cache = cache();
        mesh.epoch.set(7);
        cache.put("k", "v");
        List<List<String>> reads = record("GSM.GET");
        cache.get("k");
        cache.get("other");
        assertThat(reads.get(0)).containsSubsequence("SINCE", Long.toString(Epoch.agreed(7)));
        assertThat(reads.get(1)).doesNotContain("SINCE").contains("STAMP");
        List<List<String>> writes = record("GSM.SET");
        cache.put("k", "w");
        assertThat(writes.get(0))
                .containsSubsequence("SINCE", Long.toString(Epoch.agreed(7)), "STAMP");
    }

    @Test
    void aMemberThatLagsBehindRefusesAndIsAskedAgain() {
        Cache<String, String> cache = cache(Gossamer.builder());
        mesh.epoch.set(2);
        cache.put("k", "v");
        mesh.epoch.set(1);
        AtomicInteger asked = new AtomicInteger();
        script(
                "GSM.GET",
                (peer, words) -> {
                    if (asked.incrementAndGet() == 3) {
                        mesh.epoch.set(2);
                    }
                    return Optional.empty();
                });
        assertThat(cache.get("k")).contains("v");
        assertThat(asked.get()).isEqualTo(3);
    }

    @Test
    void aMissTellsAnEpochToo() {
        Cache<String, String> cache = cache();
        mesh.epoch.set(2);
        assertThat(cache.get("k")).isEmpty();
        mesh.epoch.set(1);
        mesh.store.put("k", "from before");
        assertCode(ErrorCode.WRONGEPOCH, () -> cache.get("k"));
    }

    @Test
    void withoutRoomForVersionsTheEpochsStillHold() {
        Cache<String, String> cache =
                cache(Gossamer.builder().requestTimeout(SHORT).sessionBytesMax(0));
        mesh.epoch.set(2);
        cache.put("k", "v");
        script(
                "GSM.GET",
                (peer, words) ->
                        words.contains("SINCE")
                                ? Optional.of(old("old", ScriptedMesh.versionOf(1, 1)))
                                : Optional.empty());
        assertThat(cache.get("k")).contains("old");
        script("GSM.GET", (peer, words) -> Optional.empty());
        mesh.epoch.set(1);
        assertCode(ErrorCode.WRONGEPOCH, () -> cache.get("k"));
    }

    @Test
    void anotherClientIsAnotherSession() {
        Cache<String, String> one = cache();
        Cache<String, String> other = cache();
        one.put("k", "new");
        script("GSM.GET", (peer, words) -> Optional.of(old("old", ScriptedMesh.versionOf(1, 1))));
        assertThat(other.get("k")).contains("old");
        assertCode(ErrorCode.STALE, () -> one.get("k"));
    }

    @Test
    void aFutureHearsOfAnOldAnswerAsACallerDoes() {
        Cache<String, String> cache = cache();
        cache.put("k", "new");
        script("GSM.GET", (peer, words) -> Optional.of(old("old", ScriptedMesh.versionOf(1, 1))));
        assertThatThrownBy(() -> cache.async().get("k").join())
                .cause()
                .isInstanceOfSatisfying(
                        GossamerException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.STALE));
    }

    @Test
    void aMeshThatLostItsMemoryBeginsTheSessionAnew() {
        Cache<String, String> cache = cache(Gossamer.builder());
        mesh.epoch.set(9);
        mesh.announce();
        Eventually.await("epoch 10", () -> epoch() == 10);
        cache.put("k", "v");
        mesh.incarnation = 2;
        mesh.epoch.set(1);
        mesh.versions.put("k", ScriptedMesh.versionOf(Epoch.agreed(1), 1));
        mesh.members.forEach(ScriptedMember::hangUp);
        Eventually.await("the new mesh", () -> epoch() == 1);
        assertThat(cache.get("k")).contains("v");
    }

    private long epoch() {
        return Epoch.number(opened.get(0).topology().epoch());
    }

    /** The same processes with a lower epoch are the smaller side of a partition, no new mesh. */
    @Test
    void aSideThatHasOnlyFallenBehindDoesNot() {
        Cache<String, String> cache = cache();
        mesh.epoch.set(9);
        mesh.announce();
        Eventually.await("epoch 10", () -> epoch() == 10);
        cache.put("k", "v");
        mesh.epoch.set(8);
        mesh.viewId = 3;
        mesh.members.forEach(ScriptedMember::hangUp);
        assertCode(ErrorCode.WRONGEPOCH, () -> cache.get("k"));
    }

    @Test
    void aSmallerSideThatRefusesSendsTheCallToTheOther() {
        Cache<String, String> cache = cache(Gossamer.builder());
        String key = mesh.keyOf(1, "k");
        mesh.member(1).script =
                (peer, words) ->
                        words.get(0).startsWith("GSM.SET") || words.get(0).equals("GSM.GET")
                                ? Optional.of("-NOQUORUM smaller side\r\n")
                                : Optional.empty();
        cache.put(key, "v");
        assertThat(cache.get(key)).contains("v");
        assertThat(mesh.member(1).heard("GSM.SET " + key).count()).isPositive();
    }

    @Test
    void whereOnlyTheSmallerSideIsThereTheErrorSaysSo() {
        Cache<String, String> cache = cache();
        script("GSM.SET", (peer, words) -> Optional.of("-NOQUORUM smaller side\r\n"));
        assertCode(ErrorCode.NOQUORUM, () -> cache.put("k", "v"));
    }

    @Test
    void aReplyWithoutAStampIsNotBelieved() {
        Cache<String, String> cache = cache();
        script("GSM.GET", (peer, words) -> Optional.of(bulk("v")));
        assertThatThrownBy(() -> cache.get("k"))
                .isInstanceOfSatisfying(
                        GossamerException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL));
    }
}
