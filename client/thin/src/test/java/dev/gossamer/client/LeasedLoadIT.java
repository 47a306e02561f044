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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two programs that load through one mesh, and every option of a load. */
@Timeout(60)
class LeasedLoadIT {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final LoadOptions PLAIN = LoadOptions.of(MINUTE);

    private final ScriptedMesh mesh = new ScriptedMesh(2);
    private final Gossamer one = Gossamer.connect(mesh.uri());
    private final Gossamer other = Gossamer.connect(mesh.uri());
    private final Cache<String, String> cache = cache(one);
    private final Cache<String, String> theirs = cache(other);
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final AtomicInteger loads = new AtomicInteger();

    private static Cache<String, String> cache(Gossamer gossamer) {
        return gossamer.cache("default", Codec.utf8(), Codec.utf8());
    }

    @AfterEach
    void close() {
        mayEnd.countDown();
        callers.shutdownNow();
        one.close();
        other.close();
        mesh.close();
    }

    private Optional<String> loaded(String key) {
        return Optional.of("v" + loads.incrementAndGet());
    }

    private Optional<String> slowly(String key) {
        begun.countDown();
        try {
            mayEnd.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return loaded(key);
    }

    private long asked() {
        return mesh.members.stream()
                .mapToLong(member -> member.heard("GSM.LEASE.GET").count())
                .sum();
    }

    @Test
    void oneLoaderOfAllProgramsRunsAndTheOthersHearByAPush() throws Exception {
        Future<Optional<String>> first =
                callers.submit(() -> cache.getOrLoad("k", this::slowly, PLAIN));
        begun.await();
        List<Future<Optional<String>>> waiting = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            waiting.add(callers.submit(() -> theirs.getOrLoad("k", this::loaded, PLAIN)));
        }
        CompletableFuture<Optional<String>> async =
                theirs.async()
                        .getOrLoad(
                                "k", key -> CompletableFuture.completedFuture(loaded(key)), PLAIN);
        Eventually.await("the other program to ask", () -> asked() >= 2);
        mayEnd.countDown();
        for (Future<Optional<String>> each : waiting) {
            assertThat(each.get(5, TimeUnit.SECONDS)).contains("v1");
        }
        assertThat(first.get(5, TimeUnit.SECONDS)).contains("v1");
        assertThat(async.get(5, TimeUnit.SECONDS)).contains("v1");
        assertThat(loads).hasValue(1);
        assertThat(mesh.leases.given).hasValue(1);
    }

    @Test
    void whatIsLoadedSaysWhatItDependsOn() {
        cache.getOrLoad("k", this::loaded, PLAIN.withTags("table:users", "tenant:7"));
        assertThat(mesh.leases.fills)
                .singleElement()
                .asString()
                .contains(" TAGS 2 table:users tenant:7");
    }

    @Test
    void aLostPushIsMadeUpForByAskingAgain() throws Exception {
        mesh.leases.mute = true;
        Future<Optional<String>> first =
                callers.submit(() -> cache.getOrLoad("k", this::slowly, PLAIN));
        begun.await();
        Future<Optional<String>> second =
                callers.submit(() -> theirs.getOrLoad("k", this::loaded, PLAIN));
        Eventually.await("the other program to ask", () -> asked() >= 2);
        mayEnd.countDown();
        assertThat(second.get(5, TimeUnit.SECONDS)).contains("v1");
        assertThat(first.get(5, TimeUnit.SECONDS)).contains("v1");
    }

    @Test
    void aLoaderThatThrowsFreesItsLeaseAtOnceForTheNext() throws Exception {
        assertThatThrownBy(() ->
                        cache.getOrLoad(
                                "k",
                                key -> {
                                    throw new IllegalStateException("no origin");
                                },
                                PLAIN))
                .hasMessage("no origin");
        assertThat(theirs.getOrLoad("k", this::loaded, PLAIN)).contains("v1");
        assertThat(mesh.leases.given).hasValue(2);
    }

    @Test
    void aLoaderThatDiesFreesItsLeaseByItsTimeout() throws Exception {
        Future<Optional<String>> dead =
                callers.submit(() ->
                        cache.getOrLoad(
                                "k", this::slowly, PLAIN.withLeaseTimeout(Duration.ofMillis(600))));
        begun.await();
        one.close();
        assertThat(theirs.getOrLoad("k", this::loaded, PLAIN)).contains("v1");
        assertThat(mesh.leases.given).hasValue(2);
        assertThat(dead).isNotDone();
    }

    @Test
    void whoWaitsInVainIsToldSo() throws Exception {
        Future<Optional<String>> first =
                callers.submit(() -> cache.getOrLoad("k", this::slowly, PLAIN));
        begun.await();
        LoadOptions impatient = PLAIN.withWaitTimeout(Duration.ofMillis(200));
        assertThatThrownBy(() -> theirs.getOrLoad("k", this::loaded, impatient))
                .isInstanceOfSatisfying(
                        GossamerException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
        mayEnd.countDown();
        assertThat(first.get(5, TimeUnit.SECONDS)).contains("v1");
    }

    @Test
    void aLoadThatAnotherProgramsWriteOvertookIsReturnedToItsCallerAlone() throws Exception {
        Future<Optional<String>> first =
                callers.submit(() -> cache.getOrLoad("k", this::slowly, PLAIN));
        begun.await();
        Future<Optional<String>> joined =
                callers.submit(() -> cache.getOrLoad("k", this::loaded, PLAIN));
        Eventually.await(
                "the second to have looked",
                () ->
                        mesh.members.stream().mapToLong(m -> m.heard("GSM.GET k").count()).sum()
                                >= 2);
        theirs.put("k", "written");
        mayEnd.countDown();
        assertThat(first.get(5, TimeUnit.SECONDS)).contains("v1");
        assertThat(joined.get(5, TimeUnit.SECONDS)).contains("written");
        assertThat(cache.get("k")).contains("written");
    }

    @Test
    void absenceIsRememberedForAllAndSeenByNobodyElse() {
        LoadOptions negative = PLAIN.withAbsentTtl(MINUTE);
        assertThat(cache.getOrLoad("k", key -> Optional.empty(), negative)).isEmpty();
        assertThat(theirs.getOrLoad("k", this::loaded, negative)).isEmpty();
        assertThat(cache.get("k")).isEmpty();
        assertThat(loads).hasValue(0);
        theirs.put("k", "there");
        assertThat(cache.getOrLoad("k", this::loaded, negative)).contains("there");
    }

    @Test
    void absenceThatIsNotToBeRememberedIsLoadedAgain() {
        assertThat(cache.getOrLoad("k", key -> Optional.empty(), PLAIN)).isEmpty();
        assertThat(theirs.getOrLoad("k", this::loaded, PLAIN)).contains("v1");
    }

    /** A value that is so old, and due. */
    private void due(long ageMillis) {
        mesh.store.put("k", "old");
        mesh.leases.ages.put("k", ageMillis);
    }

    @Test
    void anOldValueIsGivenWhileOneCallerLoadsInTheBackground() throws Exception {
        due(MINUTE.toMillis() + 1_000);
        LoadOptions options = PLAIN.withStaleWhileRevalidate(Duration.ofSeconds(5));
        assertThat(cache.getOrLoad("k", this::slowly, options)).contains("old");
        begun.await();
        assertThat(theirs.getOrLoad("k", this::loaded, options)).contains("old");
        assertThat(cache.async().getOrLoad("k", key -> null, options).get(5, TimeUnit.SECONDS))
                .contains("old");
        mayEnd.countDown();
        Eventually.await("the new value", () -> "v1".equals(mesh.store.get("k")));
        assertThat(loads).hasValue(1);
    }

    @Test
    void aValueThatItsOriginHasNoMoreLeavesTheCache() {
        due(MINUTE.toMillis() + 6_000);
        LoadOptions options = PLAIN.withStaleIfError(Duration.ofSeconds(5));
        assertThat(cache.getOrLoad("k", key -> Optional.empty(), options)).isEmpty();
        assertThat(theirs.get("k")).isEmpty();
    }

    @Test
    void aValueThatIsTooOldToBeGivenMeanwhileIsWaitedFor() {
        due(MINUTE.toMillis() + 6_000);
        LoadOptions options = PLAIN.withStaleWhileRevalidate(Duration.ofSeconds(5));
        assertThat(cache.getOrLoad("k", this::loaded, options)).contains("v1");
    }

    @Test
    void anOldValueIsGivenWhenTheLoaderFailsUpToItsBound() throws Exception {
        LoadOptions options = PLAIN.withStaleIfError(Duration.ofSeconds(5));
        due(MINUTE.toMillis() + 5_000);
        assertThat(
                        cache.getOrLoad(
                                "k",
                                key -> {
                                    throw new IllegalStateException("no origin");
                                },
                                options))
                .contains("old");
        CompletableFuture<Optional<String>> failing =
                CompletableFuture.failedFuture(new IllegalStateException("no origin"));
        assertThat(cache.async().getOrLoad("k", key -> failing, options).get(5, TimeUnit.SECONDS))
                .contains("old");
        due(MINUTE.toMillis() + 5_001);
        assertThatThrownBy(() ->
                        cache.getOrLoad(
                                "k",
                                key -> {
                                    throw new IllegalStateException("no origin");
                                },
                                options))
                .hasMessage("no origin");
    }

    @Test
    void whoGetsNoLeaseTakesAnOldValueOnlyUpToTheAgeThatItAllows() throws Exception {
        due(MINUTE.toMillis() + 2_000);
        LoadOptions strict = PLAIN.withRefreshAhead(Duration.ofSeconds(1));
        Future<Optional<String>> loading =
                callers.submit(() -> cache.getOrLoad("k", this::slowly, strict));
        begun.await();
        assertThat(
                        theirs.getOrLoad(
                                "k",
                                this::loaded,
                                PLAIN.withStaleForWaiters(Duration.ofSeconds(2))))
                .contains("old");
        assertThatThrownBy(() ->
                        theirs.getOrLoad(
                                "k",
                                this::loaded,
                                PLAIN.withStaleForWaiters(Duration.ofSeconds(1))
                                        .withWaitTimeout(Duration.ofMillis(200))))
                .isInstanceOfSatisfying(
                        GossamerException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
        mayEnd.countDown();
        assertThat(loading.get(5, TimeUnit.SECONDS)).contains("v1");
    }

    @Test
    void aCallerThatIsInterruptedGivesBackWhatItWasGiven() throws Exception {
        mesh.members.forEach(member ->
                member.script =
                        (peer, words) -> {
                            if (words.get(0).equals("GSM.LEASE.GET")) {
                                begun.countDown();
                                awaitEnd();
                            }
                            return Optional.empty();
                        });
        Thread caller =
                new Thread(
                        () -> assertThatThrownBy(() -> cache.getOrLoad("k", this::loaded, PLAIN)));
        caller.start();
        begun.await();
        caller.interrupt();
        caller.join();
        mayEnd.countDown();
        Eventually.await(
                "the lease to be dropped",
                () -> mesh.members.stream().anyMatch(m -> m.heard("GSM.LEASE.DROP").count() > 0));
        assertThat(theirs.getOrLoad("k", this::loaded, PLAIN)).contains("v1");
    }

    private void awaitEnd() {
        try {
            mayEnd.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
