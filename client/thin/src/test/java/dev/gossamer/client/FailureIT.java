package dev.gossamer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
        silenceFor("GET");
        long begin = System.nanoTime();
        assertCode(ErrorCode.TIMEOUT, () -> cache.get("k"));
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofMillis(290), Duration.ofSeconds(2));
    }

    @Test
    void aFutureThatIsNotAnsweredEndsAtItsDeadline() {
        Cache<String, String> cache =
                cache(Gossamer.builder().requestTimeout(Duration.ofMillis(300)));
        silenceFor("GET");
        assertThatThrownBy(() -> cache.async().get("k").get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(GossamerException.class)
                .hasMessageContaining("GET was not answered within 300 ms");
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
                "GET",
                peer -> {
                    silent.set(peer);
                    return asked.getAndIncrement() == 0
                            ? Optional.of(ScriptedMember.SILENCE)
                            : Optional.empty();
                });
        mesh.store.put("k", "new");
        assertCode(ErrorCode.TIMEOUT, () -> cache.get("k"));
        silent.get().say(ScriptedMember.bulk("old"));
        assertThat(cache.get("k")).contains("new");
    }

    @Test
    void aReadSurvivesConnectionsThatBreakUnderIt() {
        Cache<String, String> cache = cache(Gossamer.builder());
        mesh.store.put("k", "v");
        AtomicInteger breaks = new AtomicInteger(3);
        script(
                "GET",
                peer -> {
                    if (breaks.getAndDecrement() > 0) {
                        peer.close();
                        return Optional.of(ScriptedMember.SILENCE);
                    }
                    return Optional.empty();
                });
        assertThat(cache.get("k")).contains("v");
        assertThat(heard("GET k")).isEqualTo(4);
    }

    @Test
    void whatMayHaveBeenDoneAndIsNotRepeatableIsNotDoneTwice() {
        Cache<String, String> cache = cache(Gossamer.builder());
        mesh.store.put("k", "v");
        for (String command : List.of("DEL", "SET")) {
            script(
                    command,
                    peer -> {
                        peer.close();
                        return Optional.of(ScriptedMember.SILENCE);
                    });
            assertCode(
                    ErrorCode.TIMEOUT,
                    command.equals("DEL")
                            ? () -> cache.remove("k")
                            : () -> cache.putIfAbsent("k", "w"));
            assertThat(heard(command + " k")).isEqualTo(1);
        }
    }

    @Test
    void aPlainPutIsRepeatedUntilItIsAcknowledged() {
        Cache<String, String> cache = cache(Gossamer.builder());
        AtomicInteger breaks = new AtomicInteger(2);
        script(
                "SET",
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
                "GET",
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
                "GET",
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
        silenceFor("GET");
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
        Eventually.await("the request to arrive", () -> heard("GET k") == 1);
        caller.interrupt();
        assertThat(statusSet.get(1, TimeUnit.SECONDS)).isTrue();
        script("GET", peer -> Optional.empty());
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
                "GET",
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
        Eventually.await("all requests", () -> heard("GET k") == 8);
        synchronized (waiting) {
            waiting.forEach(peer -> peer.say("_\r\n"));
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
        silenceFor("GET");
        CompletableFuture<Optional<String>> waiting = cache.async().get("k");
        Eventually.await("the request to arrive", () -> heard("GET k") == 1);
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
