package dev.gossamer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What breaks, and what callers are told: always in time, never twice, never nothing. */
@Timeout(60)
class FailureIT {
    private final ScriptedMesh mesh = new ScriptedMesh(2);
    private final List<Gossamer> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(Gossamer::close);
        mesh.close();
    }

    private Gossamer connect(ClientBuilder builder) {
        Gossamer gossamer = builder.uri(mesh.uri()).connect();
        opened.add(gossamer);
        return gossamer;
    }

    private Cache<String, String> cache(ClientBuilder builder) {
        return connect(builder).cache("default", Codec.utf8(), Codec.utf8());
    }

    private void silenceFor(String command) {
        script(command, peer -> Optional.of(ScriptedMember.SILENCE));
    }

    private interface Answer {
        Optional<String> to(ScriptedMember.Peer peer);
    }

    private void script(String command, Answer answer) {
        mesh.members.forEach(member ->
                member.script =
                        (peer, words) ->
                                words.get(0).equals(command) ? answer.to(peer) : Optional.empty());
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        GossamerException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private long heard(String command) {
        return mesh.members.stream().mapToLong(member -> member.heard(command).count()).sum();
    }

    @Test
    void aCallThatIsNotAnsweredEndsAtItsDeadline() {
        Cache<String, String> cache =
                cache(Gossamer.builder().requestTimeout(Duration.ofMillis(300)));
        silenceFor("GSM.GET");
        long begin = System.nanoTime();
        assertCode(ErrorCode.TIMEOUT, () -> cache.get("k"));
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofMillis(290), Duration.ofSeconds(2));
    }

    @Test
    void aFutureThatIsNotAnsweredEndsAtItsDeadline() {
        Cache<String, String> cache =
                cache(Gossamer.builder().requestTimeout(Duration.ofMillis(300)));
        silenceFor("GSM.GET");
        assertThatThrownBy(() -> cache.async().get("k").get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(GossamerException.class)
                .hasMessageContaining("GSM.GET was not answered within 300 ms");
    }

    @Test
    void anAnswerThatComesTooLateIsNotTakenForTheNextOne() {
        Cache<String, String> cache =
                cache(
                        Gossamer.builder()
                                .requestTimeout(Duration.ofMillis(400))
                                .connectionsPerNode(1));
        AtomicReference<ScriptedMember.Peer> silent = new AtomicReference<>();
        AtomicInteger asked = new AtomicInteger();
        script(
                "GSM.GET",
                peer -> {
                    silent.set(peer);
                    return asked.getAndIncrement() == 0
                            ? Optional.of(ScriptedMember.SILENCE)
                            : Optional.empty();
                });
        mesh.store.put("k", "new");
        assertCode(ErrorCode.TIMEOUT, () -> cache.get("k"));
        silent.get().say(mesh.stamped(ScriptedMember.bulk("old"), null));
        assertThat(cache.get("k")).contains("new");
    }

    @Test
    void aReadSurvivesConnectionsThatBreakUnderIt() {
        Cache<String, String> cache = cache(Gossamer.builder());
        mesh.store.put("k", "v");
        AtomicInteger breaks = new AtomicInteger(3);
        script(
                "GSM.GET",
                peer -> {
                    if (breaks.getAndDecrement() > 0) {
                        peer.close();
                        return Optional.of(ScriptedMember.SILENCE);
                    }
                    return Optional.empty();
                });
        assertThat(cache.get("k")).contains("v");
        assertThat(heard("GSM.GET k")).isEqualTo(4);
    }

    @Test
    void aCommandOfTheProgramsOwnThatMayHaveBeenDoneIsNotDoneTwice() {
        Gossamer gossamer = connect(Gossamer.builder());
        script(
                "INCR",
                peer -> {
                    peer.close();
                    return Optional.of(ScriptedMember.SILENCE);
                });
        assertCode(
                ErrorCode.TIMEOUT,
                () -> gossamer.execute(List.of(Bytes.utf8("INCR"), Bytes.utf8("k"))));
        assertThat(heard("INCR k")).isEqualTo(1);
    }

    /** The worst moment: the change is done, and its answer lost with the connection. */
    @Test
    void aChangeWhoseAnswerWasLostIsSentAgainAndAnsweredAsTheFirstTime() {
        Cache<String, String> cache = cache(Gossamer.builder());
        for (String command : List.of("GSM.SET", "GSM.DEL")) {
            AtomicInteger breaks = new AtomicInteger(2);
            Set<String> ids = ConcurrentHashMap.newKeySet();
            mesh.members.forEach(member ->
                    member.script =
                            (peer, words) -> {
                                if (!words.get(0).equals(command)) {
                                    return Optional.empty();
                                }
                                ids.add(words.get(words.lastIndexOf("OP") + 1));
                                if (breaks.getAndDecrement() > 0) {
                                    mesh.answer(command, words);
                                    peer.close();
                                    return Optional.of(ScriptedMember.SILENCE);
                                }
                                return Optional.empty();
                            });
            boolean done =
                    command.equals("GSM.SET") ? cache.putIfAbsent("k", "v") : cache.remove("k");
            assertThat(done).isTrue();
            assertThat(heard(command + " k")).isEqualTo(3);
            assertThat(ids).hasSize(1);
        }
    }

    @Test
    void aConditionalPutIsSentAgainAndAnswersItsOwnVersion() {
        Cache<String, String> cache = cache(Gossamer.builder());
        cache.put("k", "v1");
        Version first = cache.getEntry("k").orElseThrow().version();
        AtomicInteger breaks = new AtomicInteger(1);
        mesh.members.forEach(member ->
                member.script =
                        (peer, words) -> {
                            if (words.contains("VERSION") && breaks.getAndDecrement() > 0) {
                                mesh.answer("GSM.SET", words);
                                peer.close();
                                return Optional.of(ScriptedMember.SILENCE);
                            }
                            return Optional.empty();
                        });
        Optional<Version> second = cache.putIf("k", "v2", first);
        assertThat(second).isPresent();
        assertThat(cache.getEntry("k").map(CacheEntry::version)).isEqualTo(second);
        assertThat(cache.putIf("k", "v3", first)).isEmpty();
        assertThat(cache.removeIf("k", second.get())).isTrue();
    }

    @Test
    void everyCallHasAnIdOfItsOwn() {
        Cache<String, String> cache = cache(Gossamer.builder());
        Set<String> ids = ConcurrentHashMap.newKeySet();
        mesh.members.forEach(member ->
                member.script =
                        (peer, words) -> {
                            int at = words.lastIndexOf("OP");
                            if (at > 0) {
                                assertThat(ids.add(words.get(at + 1))).isTrue();
                            }
                            return Optional.empty();
                        });
        for (int i = 0; i < 10; i++) {
            cache.put("k", "v");
            cache.remove("k");
        }
        assertThat(ids).hasSize(20);
    }

    /** What a server says that does not know what became of it. */
    @Test
    void aChangeOfUnknownOutcomeIsSentAgainUnderItsId() {
        Cache<String, String> cache = cache(Gossamer.builder());
        AtomicInteger failures = new AtomicInteger(2);
        script(
                "GSM.SET",
                peer ->
                        switch (failures.getAndDecrement()) {
                            case 2 -> Optional.of("-TIMEOUT the backups did not answer\r\n");
                            case 1 -> Optional.of("-NOREPLICAS too few backups\r\n");
                            default -> Optional.empty();
                        });
        assertThat(cache.putIfAbsent("k", "v")).isTrue();
        assertThat(heard("GSM.SET k")).isEqualTo(3);
    }

    @Test
    void whatWasPerhapsDoneIsNotCalledRefusedAtTheDeadline() {
        Cache<String, String> cache =
                cache(Gossamer.builder().requestTimeout(Duration.ofMillis(300)));
        AtomicInteger asked = new AtomicInteger();
        script(
                "GSM.DEL",
                peer -> {
                    if (asked.getAndIncrement() == 0) {
                        peer.close();
                        return Optional.of(ScriptedMember.SILENCE);
                    }
                    return Optional.of("-BUSY wait\r\n");
                });
        assertCode(ErrorCode.TIMEOUT, () -> cache.remove("k"));
    }

    @Test
    void overloadIsRiddenOutUntilTheDeadlineAndThenNamed() {
        Cache<String, String> cache =
                cache(Gossamer.builder().requestTimeout(Duration.ofMillis(400)));
        AtomicInteger refusals = new AtomicInteger(4);
        script(
                "GSM.SET",
                peer ->
                        refusals.getAndDecrement() > 0
                                ? Optional.of("-BUSY wait\r\n")
                                : Optional.empty());
        cache.put("k", "v");
        assertThat(heard("GSM.SET k")).isEqualTo(5);
        refusals.set(Integer.MAX_VALUE);
        long begin = System.nanoTime();
        assertThatThrownBy(() -> cache.put("k", "w"))
                .isInstanceOfSatisfying(
                        GossamerException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.BUSY))
                .hasMessageContaining(ErrorCode.BUSY.recovery());
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofMillis(390), Duration.ofSeconds(5));
        assertThat(mesh.store).containsEntry("k", "v");
    }

    @Test
    void membersOfAnEarlierReleaseAreNamedAsTheReason() {
        Cache<String, String> cache = cache(Gossamer.builder());
        script("GSM.SET", peer -> Optional.of("-ERR syntax error\r\n"));
        assertThatThrownBy(() -> cache.put("k", "v"))
                .isInstanceOfSatisfying(
                        GossamerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ERR))
                .hasMessageContaining("older than this client");
        assertThat(heard("GSM.SET k")).isEqualTo(1);
    }

    @Test
    void aPlainPutIsRepeatedUntilItIsAcknowledged() {
        Cache<String, String> cache = cache(Gossamer.builder());
        AtomicInteger breaks = new AtomicInteger(2);
        script(
                "GSM.SET",
                peer -> {
                    if (breaks.getAndDecrement() > 0) {
                        peer.close();
                        return Optional.of(ScriptedMember.SILENCE);
                    }
                    return Optional.empty();
                });
        cache.put("k", "v");
        assertThat(mesh.store).containsEntry("k", "v");
    }

    @Test
    void bytesThatAreNoRepliesEndTheConnectionAndNotTheClient() {
        Cache<String, String> cache = cache(Gossamer.builder());
        mesh.store.put("k", "v");
        AtomicInteger garbage = new AtomicInteger(2);
        script(
                "GSM.GET",
                peer ->
                        garbage.getAndDecrement() > 0
                                ? Optional.of("HTTP/1.1 400 Bad Request\r\n\r\n")
                                : Optional.empty());
        assertThat(cache.get("k")).contains("v");
    }

    @Test
    void anAnswerToNothingEndsTheConnectionAndNotTheClient() {
        Cache<String, String> cache = cache(Gossamer.builder());
        mesh.store.put("k", "v");
        assertThat(cache.get("k")).contains("v");
        List<ScriptedMember.Peer> spoken = new ArrayList<>();
        mesh.members.forEach(member -> spoken.addAll(member.peers));
        spoken.forEach(peer -> peer.say("+HELLO\r\n"));
        Eventually.await(
                "the client to hang up",
                () ->
                        mesh.members.stream()
                                .flatMap(member -> member.peers.stream())
                                .noneMatch(spoken::contains));
        assertThat(cache.get("k")).contains("v");
    }

    @Test
    void aReplyOfTheWrongKindEndsItsConnectionForTheNextMayBeAnotherRequests() {
        Cache<String, String> cache = cache(Gossamer.builder().connectionsPerNode(1));
        mesh.store.put("k", "v");
        AtomicInteger stray = new AtomicInteger(1);
        script(
                "GSM.GET",
                peer ->
                        stray.getAndDecrement() > 0
                                ? Optional.of(":1\r\n" + ScriptedMember.bulk("stray"))
                                : Optional.empty());
        assertCode(ErrorCode.INTERNAL, () -> cache.get("k"));
        assertThat(cache.get("k")).contains("v");
    }

    @Test
    void anInterruptedCallerLeavesAtOnceWithItsStatusSet() throws Exception {
        Cache<String, String> cache = cache(Gossamer.builder());
        silenceFor("GSM.GET");
        CompletableFuture<Boolean> statusSet = new CompletableFuture<>();
        Thread caller =
                new Thread(() -> {
                    try {
                        cache.get("k");
                        statusSet.complete(false);
                    } catch (GossamerException e) {
                        statusSet.complete(
                                e.code() == ErrorCode.INTERRUPTED
                                        && Thread.currentThread().isInterrupted());
                    }
                });
        caller.start();
        Eventually.await("the request to arrive", () -> heard("GSM.GET k") == 1);
        caller.interrupt();
        assertThat(statusSet.get(1, TimeUnit.SECONDS)).isTrue();
        script("GSM.GET", peer -> Optional.empty());
        assertThat(cache.async().get("other").get(5, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    void tooMuchUnderWayIsRefusedAtOnceAndRoomComesBack() throws Exception {
        Gossamer gossamer =
                connect(
                        Gossamer.builder()
                                .inFlightRequestsMax(8)
                                .connectionsPerNode(1)
                                .requestTimeout(Duration.ofSeconds(5)));
        AsyncCache<String, String> cache =
                gossamer.cache("default", Codec.utf8(), Codec.utf8()).async();
        List<ScriptedMember.Peer> waiting = new ArrayList<>();
        script(
                "GSM.GET",
                peer -> {
                    synchronized (waiting) {
                        waiting.add(peer);
                    }
                    return Optional.of(ScriptedMember.SILENCE);
                });
        List<CompletableFuture<Optional<String>>> taken = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            taken.add(cache.get("k"));
        }
        assertThatThrownBy(() -> cache.get("k").get(1, TimeUnit.SECONDS))
                .hasCauseInstanceOf(GossamerException.class)
                .hasMessageContaining("too much is under way");
        Eventually.await("all requests", () -> heard("GSM.GET k") == 8);
        synchronized (waiting) {
            waiting.forEach(peer -> peer.say(mesh.stamped("_\r\n", null)));
        }
        for (CompletableFuture<Optional<String>> one : taken) {
            assertThat(one.get(5, TimeUnit.SECONDS)).isEmpty();
        }
        mesh.members.forEach(member -> member.script = ScriptedMember.PLAIN);
        assertThat(cache.get("k").get(5, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    void aWrongPasswordIsSaidAtOnce() {
        script("HELLO", peer -> Optional.of("-WRONGPASS invalid username-password pair\r\n"));
        assertCode(
                ErrorCode.WRONGPASS,
                () -> Gossamer.connect(mesh.uri().replace("//", "//:secret@")).close());
    }

    @Test
    void thePasswordGoesWithTheGreeting() {
        AtomicReference<List<String>> hello = new AtomicReference<>();
        mesh.member(0).script =
                (peer, words) -> {
                    if (words.get(0).equals("HELLO")) {
                        hello.compareAndSet(null, words);
                    }
                    return Optional.empty();
                };
        Gossamer.connect(mesh.uri().replace("//", "//:s%40cret@")).close();
        assertThat(hello.get()).containsExactly("HELLO", "3", "AUTH", "default", "s@cret");
    }

    @Test
    void whenNobodyAnswersConnectingFailsWithAnAddressInItsMessage() {
        mesh.close();
        assertThatThrownBy(() -> Gossamer.connect(mesh.uri()).close())
                .isInstanceOfSatisfying(
                        GossamerException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNREACHABLE))
                .hasMessageContaining("127.0.0.1:");
    }

    @Test
    void closingFailsWhatWaitsAndLeavesNoThread() throws Exception {
        Gossamer gossamer = connect(Gossamer.builder());
        Cache<String, String> cache = gossamer.cache("default", Codec.utf8(), Codec.utf8());
        silenceFor("GSM.GET");
        CompletableFuture<Optional<String>> waiting = cache.async().get("k");
        Eventually.await("the request to arrive", () -> heard("GSM.GET k") == 1);
        gossamer.close();
        assertThatThrownBy(() -> waiting.get(1, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class);
        assertThatThrownBy(() -> cache.get("k")).isInstanceOf(GossamerException.class);
        Eventually.await(
                "all threads to end",
                () ->
                        Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(
                                        thread -> thread.getName().startsWith("gossamer-client")));
    }
}
