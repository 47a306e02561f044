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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One loader per key, nobody stranded, nothing old stored over something new. */
@Timeout(60)
class GetOrLoadIT {
    private static final Duration TTL = Duration.ofMinutes(1);

    private final ScriptedMesh mesh = new ScriptedMesh(2);
    private final Gossamer gossamer =
            Gossamer.builder().uri(mesh.uri()).loadTimeout(Duration.ofMillis(700)).connect();
    private final Cache<String, String> cache =
            gossamer.cache("default", Codec.utf8(), Codec.utf8());
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);

    @AfterEach
    void close() {
        mayEnd.countDown();
        callers.shutdownNow();
        gossamer.close();
        mesh.close();
    }

    private String waitThen(String value) {
        begun.countDown();
        try {
            mayEnd.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return value;
    }

    private void awaitGets(int count) {
        Eventually.await(
                count + " reads",
                () ->
                        mesh.members.stream()
                                        .mapToLong(member -> member.heard("GSM.GET k").count())
                                        .sum()
                                >= count);
    }

    @Test
    void aMissingValueIsLoadedOnceForAllWhoAskAndStored() throws Exception {
        AtomicInteger loads = new AtomicInteger();
        List<Future<String>> asked = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            asked.add(
                    callers.submit(() ->
                            cache.getOrLoad(
                                    "k", key -> waitThen("v" + loads.incrementAndGet()), TTL)));
        }
        awaitGets(8);
        CompletableFuture<String> async =
                cache.async()
                        .getOrLoad("k", key -> CompletableFuture.completedFuture("other"), TTL);
        awaitGets(9);
        mayEnd.countDown();
        for (Future<String> one : asked) {
            assertThat(one.get(5, TimeUnit.SECONDS)).isEqualTo("v1");
        }
        assertThat(async.get(5, TimeUnit.SECONDS)).isEqualTo("v1");
        assertThat(mesh.store).containsEntry("k", "v1");
        assertThat(cache.getOrLoad("k", key -> "never", TTL)).isEqualTo("v1");
    }

    @Test
    void whatALoaderThrowsReachesAllAndTheNextCallerLoadsAnew() throws Exception {
        List<Future<String>> asked = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            asked.add(
                    callers.submit(() ->
                            cache.getOrLoad(
                                    "k",
                                    key -> {
                                        waitThen("");
                                        throw new IllegalStateException("no origin");
                                    },
                                    TTL)));
        }
        awaitGets(4);
        mayEnd.countDown();
        for (Future<String> one : asked) {
            assertThatThrownBy(() -> one.get(5, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseMessage("no origin");
        }
        assertThat(cache.getOrLoad("k", key -> "v", TTL)).isEqualTo("v");
    }

    @Test
    void aLoadThatARemovalOvertookIsReturnedAndNotStored() throws Exception {
        Future<String> asked =
                callers.submit(() -> cache.getOrLoad("k", key -> waitThen("old"), TTL));
        begun.await();
        cache.remove("k");
        mayEnd.countDown();
        assertThat(asked.get(5, TimeUnit.SECONDS)).isEqualTo("old");
        assertThat(cache.get("k")).isEmpty();
        assertThat(cache.getOrLoad("k", key -> "new", TTL)).isEqualTo("new");
    }

    @Test
    void anAsynchronousLoadThatAPutOvertookIsNotStored() throws Exception {
        CompletableFuture<String> origin = new CompletableFuture<>();
        CompletableFuture<String> asked =
                cache.async()
                        .getOrLoad(
                                "k",
                                key -> {
                                    begun.countDown();
                                    return origin;
                                },
                                TTL);
        begun.await();
        cache.put("k", "written");
        origin.complete("old");
        assertThat(asked.get(5, TimeUnit.SECONDS)).isEqualTo("old");
        assertThat(cache.get("k")).contains("written");
    }

    @Test
    void whoWaitsForALoaderThatHangsIsToldInTimeAndTheNextLoads() throws Exception {
        LoadOptions brief = LoadOptions.of(TTL).withLeaseTimeout(Duration.ofMillis(700));
        Future<Optional<String>> hanging =
                callers.submit(
                        () -> cache.getOrLoad("k", key -> Optional.of(waitThen("late")), brief));
        begun.await();
        assertThatThrownBy(() -> cache.getOrLoad("k", key -> "mine", TTL))
                .isInstanceOfSatisfying(
                        GossamerException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
        assertThat(cache.getOrLoad("k", key -> "mine", TTL)).isEqualTo("mine");
        mayEnd.countDown();
        assertThat(hanging.get(5, TimeUnit.SECONDS)).contains("late");
        assertThat(cache.get("k")).contains("mine");
    }

    @Test
    void aLoaderThatAsksForItsOwnKeyIsToldSo() {
        assertThatThrownBy(() ->
                        cache.getOrLoad("k", key -> cache.getOrLoad(key, again -> "x", TTL), TTL))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("asks for its own key");
    }

    @Test
    void aLoaderThatAnswersNullIsRefusedAndStrandsNobody() {
        assertThatThrownBy(() -> cache.getOrLoad("k", key -> null, TTL))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() ->
                        cache.async().getOrLoad("k", key -> null, TTL).get(5, TimeUnit.SECONDS))
                .hasCauseInstanceOf(NullPointerException.class);
        assertThat(cache.getOrLoad("k", key -> "v", TTL)).isEqualTo("v");
    }
}
