package dev.gossamer.node.mesh;

import static dev.gossamer.node.mesh.TestMesh.await;
import static dev.gossamer.node.mesh.TestMesh.find;
import static dev.gossamer.node.mesh.TestMesh.key;
import static dev.gossamer.node.mesh.TestMesh.put;
import static dev.gossamer.node.mesh.TestMesh.settings;
import static dev.gossamer.node.mesh.TestMesh.store;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.TestMesh.Node;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Freshness;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The mesh as its callers see it: several nodes in one JVM, entries over real sockets. */
@Timeout(30)
class MeshNodeIT {

    @Test
    void aLoneNodeServesItselfAndMissesTheCopyItWants() throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2))) {
            Node node = mesh.join();
            store(node, 1, "one");
            assertThat(find(node, 1)).isEqualTo("one");
            assertThat(find(node, 2)).isEqualTo("nothing");
            await(() -> node.mesh().ready());
            assertThat(node.mesh().status().missingCopies()).isEqualTo(16_384);
        }
    }

    @Test
    void whatIsWrittenAnywhereIsReadAnywhereAndStandsOnEveryOwner() throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2))) {
            for (int i = 0; i < 3; i++) {
                mesh.join();
            }
            mesh.awaitWhole();
            for (int i = 0; i < 300; i++) {
                store(mesh.nodes.get(i % 3), i, "v" + i);
                assertThat(copiesOf(mesh, i)).as("copies of key %d", i).isEqualTo(2);
            }
            for (int i = 0; i < 300; i++) {
                assertThat(find(mesh.nodes.get((i + 1) % 3), i)).isEqualTo("v" + i);
            }
        }
    }

    private static long copiesOf(TestMesh mesh, int i) {
        return mesh.nodes.stream().filter(n -> n.keyspace().peekOrNull(key(i)) != null).count();
    }

    @Test
    void afterAKillAllIsReadableAndTheCopiesAreRebuiltWithoutAnyRead() throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2))) {
            for (int i = 0; i < 3; i++) {
                mesh.join();
            }
            mesh.awaitWhole();
            storeMany(mesh.nodes.getFirst(), 5000);
            Node dead = mesh.nodes.get(1);
            AtomicInteger mostMissing = new AtomicInteger();
            AtomicBoolean watching = new AtomicBoolean(true);
            Thread watcher =
                    Thread.ofVirtual()
                            .start(() -> watch(mesh.nodes.getFirst(), watching, mostMissing));
            mesh.kill(dead);
            Node survivor = mesh.nodes.getFirst();
            for (int i = 0; i < 5000; i += 10) {
                assertThat(find(survivor, i)).isEqualTo("v" + i);
            }
            mesh.awaitWhole();
            watching.set(false);
            watcher.join();
            assertThat(mostMissing.get()).isPositive();
            for (int i = 0; i < 5000; i++) {
                assertThat(copiesOf(mesh, i)).as("copies of key %d", i).isEqualTo(2);
            }
        }
    }

    private static void watch(Node node, AtomicBoolean watching, AtomicInteger mostMissing) {
        while (watching.get()) {
            mostMissing.accumulateAndGet(node.mesh().status().missingCopies(), Math::max);
            Thread.onSpinWait();
        }
    }

    private static void storeMany(Node node, int count) {
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            writes.add(node.mesh().writeAsync(put(i, "v" + i)));
        }
        writes.forEach(CompletableFuture::join);
    }

    @Test
    void noReadMissesAndNoCountIsLostWhileMembersJoin() throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Node first = mesh.join();
            storeMany(first, 5000);
            List<Node> askable = new ArrayList<>(List.of(first));
            AtomicBoolean running = new AtomicBoolean(true);
            AtomicInteger counted = new AtomicInteger();
            List<CompletableFuture<Void>> work = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int seed = t;
                work.add(
                        CompletableFuture.runAsync(() -> readAll(askable, running, seed), threads));
                work.add(
                        CompletableFuture.runAsync(
                                () -> count(askable, running, counted), threads));
            }
            for (int i = 0; i < 3; i++) {
                Node joined = mesh.join();
                synchronized (askable) {
                    askable.add(joined);
                }
                mesh.awaitWhole();
            }
            running.set(false);
            work.forEach(CompletableFuture::join);
            int sum = 0;
            for (int i = 0; i < 16; i++) {
                sum += Integer.parseInt(find(first, 100_000 + i).replace("nothing", "0"));
            }
            assertThat(sum).isEqualTo(counted.get()).isPositive();
        }
    }

    private static void readAll(List<Node> nodes, AtomicBoolean running, int seed) {
        for (int i = seed; running.get(); i = (i + 7) % 5000) {
            assertThat(find(anyOf(nodes, i), i)).isEqualTo("v" + i);
        }
    }

    private static Node anyOf(List<Node> nodes, int i) {
        synchronized (nodes) {
            return nodes.get(i % nodes.size());
        }
    }

    private static void count(List<Node> nodes, AtomicBoolean running, AtomicInteger counted) {
        for (int i = 0; running.get(); i++) {
            Operation increment = new Operation.Increment(key(100_000 + i % 16), 1);
            Outcome outcome = anyOf(nodes, i).mesh().writeAsync(increment).join();
            assertThat(outcome).isInstanceOf(Outcome.Applied.class);
            counted.incrementAndGet();
        }
    }

    @Test
    void pipelinedRequestsForOneKeyAreCarriedOutInOrderEvenWhileItsPrimaryChanges()
            throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2))) {
            Node node = mesh.join();
            mesh.join();
            List<CompletableFuture<Outcome>> writes = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 2000; i++) {
                    writes.add(node.mesh().writeAsync(new Operation.Increment(key(i % 50), 1)));
                }
                if (round < 2) {
                    mesh.join();
                }
            }
            for (int i = 0; i < writes.size(); i++) {
                Outcome.Applied applied = (Outcome.Applied) writes.get(i).join();
                assertThat(applied.number()).as("write %d", i).isEqualTo(i / 50 + 1);
            }
        }
    }

    @Test
    void aMemberThatLeavesUnderLoadTakesNothingWithItAndFailsNoRequestBeyondARetry()
            throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Node> staying = List.of(mesh.join(), mesh.join());
            Node leaving = mesh.join();
            mesh.awaitWhole();
            storeMany(staying.getFirst(), 3000);
            AtomicBoolean running = new AtomicBoolean(true);
            AtomicInteger written = new AtomicInteger();
            List<CompletableFuture<Integer>> writers = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int lane = t;
                writers.add(
                        CompletableFuture.supplyAsync(
                                () -> writeLane(staying, running, lane, written), threads));
            }
            await(() -> written.get() > 500);
            mesh.leave(leaving);
            int before = written.get();
            await(() -> written.get() > before + 500);
            running.set(false);
            for (int lane = 0; lane < 4; lane++) {
                int last = writers.get(lane).join();
                for (int n = 0; n <= last; n++) {
                    String found = find(staying.get(n % 2), laneKey(lane, n));
                    assertThat(found).as("lane %d, key %d of %d", lane, n, last).isEqualTo("" + n);
                }
            }
            for (int i = 0; i < 3000; i++) {
                assertThat(find(staying.get(i % 2), i)).isEqualTo("v" + i);
            }
            mesh.awaitWhole();
        }
    }

    private static int laneKey(int lane, int n) {
        return 1_000_000 * (lane + 1) + n;
    }

    /** Writes new keys, and reads others. @return the last key that was acknowledged */
    private static int writeLane(
            List<Node> nodes, AtomicBoolean running, int lane, AtomicInteger written) {
        int n = 0;
        while (running.get()) {
            Node node = nodes.get(n % 2);
            Operation put = put(laneKey(lane, n), "" + n);
            assertThat(withOneRetry(() -> node.mesh().writeAsync(put).join()))
                    .isInstanceOf(Outcome.Applied.class);
            int i = n % 3000;
            assertThat(withOneRetry(() -> find(node, i))).isEqualTo("v" + i);
            written.incrementAndGet();
            n++;
        }
        return n - 1;
    }

    private static <T> T withOneRetry(Supplier<T> request) {
        try {
            return request.get();
        } catch (CompletionException e) {
            return request.get();
        }
    }

    @Test
    void whoIsExpelledTellsItsRoot() throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2))) {
            Node node = mesh.join();
            mesh.join();
            mesh.membership.expel(node.member().id(), "a double");
            await(() -> !mesh.expelled.isEmpty());
            assertThat(mesh.expelled).containsExactly("a double");
        }
    }

    @Test
    void aScanSeesEveryKeyThatIsThereAllTheTimeWhileOthersComeAndAMemberJoins() throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2))) {
            Node node = mesh.join();
            mesh.join();
            mesh.awaitWhole();
            storeMany(node, 2000);
            Set<Bytes> seen = new HashSet<>();
            long cursor = 0;
            int steps = 0;
            do {
                Mesh.ScanPage page = node.mesh().scan(cursor, 100, Mesh.Scope.MESH).join();
                seen.addAll(page.keys());
                cursor = page.cursor();
                store(node, 10_000 + steps, "new");
                if (steps++ == 3) {
                    mesh.join();
                }
            } while (cursor != 0);
            for (int i = 0; i < 2000; i++) {
                assertThat(seen).contains(key(i));
            }
        }
    }

    @Test
    void sizeRandomKeyExplainAndFlushCoverTheWholeMesh() throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2))) {
            for (int i = 0; i < 3; i++) {
                mesh.join();
            }
            mesh.awaitWhole();
            Node node = mesh.nodes.getFirst();
            assertThat(node.mesh().randomKey().join()).isNull();
            storeMany(node, 1000);
            assertThat(node.mesh().size(Mesh.Scope.MESH).join()).isEqualTo(1000);
            long here = 0;
            for (Node each : mesh.nodes) {
                here += each.mesh().size(Mesh.Scope.HERE).join();
            }
            assertThat(here).isEqualTo(1000);
            assertThat(node.mesh().randomKey().join().toUtf8()).startsWith("key-");
            assertThat(node.mesh().explain(key(1)).join().copies())
                    .hasSize(2)
                    .allMatch(copy -> copy.entry() != null && copy.state().equals("complete"));
            node.mesh().flush(Mesh.Scope.MESH).join();
            assertThat(node.mesh().size(Mesh.Scope.MESH).join()).isZero();
            assertThat(find(mesh.nodes.get(1), 1)).isEqualTo("nothing");
        }
    }

    @Test
    void aBackupAnswersAReadThatTakesWhateverIsAtHand() throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2))) {
            mesh.join();
            mesh.join();
            mesh.awaitWhole();
            store(mesh.nodes.getFirst(), 1, "one");
            for (Node node : mesh.nodes) {
                Mesh.Read read = node.mesh().readAsync(key(1), Freshness.ANY).join();
                assertThat(read.tier()).isEqualTo(Mesh.Tier.L1);
                assertThat(read.origin()).isEqualTo(node.member());
            }
        }
    }

    @Test
    void aMemberDropsWhatItNoLongerOwnsOnceAllIsSettled() throws Exception {
        try (TestMesh mesh = new TestMesh(settings(1))) {
            Node node = mesh.join();
            storeMany(node, 1000);
            mesh.join();
            await(() -> node.keyspace().tiers().liveCount() < 900);
            await(() ->
                    mesh.nodes.stream().mapToLong(n -> n.keyspace().tiers().liveCount()).sum()
                            == 1000);
            for (int i = 0; i < 1000; i += 7) {
                assertThat(find(node, i)).isEqualTo("v" + i);
            }
        }
    }
}
