package dev.gossamer.node.mesh;

import static dev.gossamer.node.mesh.TestMesh.await;
import static dev.gossamer.node.mesh.TestMesh.find;
import static dev.gossamer.node.mesh.TestMesh.key;
import static dev.gossamer.node.mesh.TestMesh.settings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.TestMesh.Node;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/**
 * Tags over real links. With {@code -Dentries=1000000 -Xmx6g} it is the proof of the figures in
 * docs/tags.md.
 */
@Timeout(500)
class TagInvalidationIT {
    private static final int ENTRIES = Integer.getInteger("entries", 20_000);
    private static final int IN_FLIGHT = 500;
    private static final int BUMPS = 101;
    private static final long MEDIAN_NANOS_MAX = 10_000_000;

    private static Operation tagged(Node node, int i, String value, String... names) {
        List<Bytes> tags = List.of(names).stream().map(Bytes::utf8).toList();
        return new Operation.Put(
                key(i),
                Bytes.utf8(value).array(),
                Operation.Expiry.NONE,
                Operation.Condition.ALWAYS,
                false,
                node.keyspace().tagsOf(key(i), tags));
    }

    private static Version invalidate(Node node, String tag) {
        var what = new Invalidation.Tag("default", Bytes.utf8(tag));
        return node.mesh().invalidate(what).join().version().orElseThrow();
    }

    private static void store(Node node, int i, String value, String... tags) {
        assertThat(node.mesh().writeAsync(tagged(node, i, value, tags)).join())
                .isInstanceOf(Outcome.Applied.class);
    }

    private static void storeAll(TestMesh mesh, String value) {
        List<CompletableFuture<Outcome>> writing = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            Node node = mesh.nodes.get(i % 3);
            writing.add(node.mesh().writeAsync(tagged(node, i, value, "all", "part" + i % 10)));
            if (writing.size() == IN_FLIGHT) {
                joinAll(writing);
            }
        }
        joinAll(writing);
    }

    private static void joinAll(List<CompletableFuture<Outcome>> writing) {
        writing.forEach(each -> assertThat(each.join()).isInstanceOf(Outcome.Applied.class));
        writing.clear();
    }

    private static int found(TestMesh mesh) {
        int found = 0;
        List<CompletableFuture<Mesh.Read>> reading = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            reading.add(mesh.nodes.get((i + 1) % 3).mesh().readAsync(key(i), Freshness.LATEST));
            if (reading.size() == IN_FLIGHT || i == ENTRIES - 1) {
                found += (int) reading.stream().filter(it -> it.join().entry() != null).count();
                reading.clear();
            }
        }
        return found;
    }

    @Test
    void manyEntriesAreGoneEverywhereOnceTheirTagIsInvalidated(TestReporter reporter)
            throws Exception {
        long bytesMax = Math.max(64L << 20, ENTRIES * 512L);
        try (TestMesh mesh = new TestMesh(settings(2), bytesMax)) {
            for (int i = 0; i < 3; i++) {
                mesh.join();
            }
            mesh.awaitWhole();
            storeAll(mesh, "a value");
            long[] nanos = new long[BUMPS];
            for (int i = 0; i < BUMPS; i++) {
                long begun = System.nanoTime();
                invalidate(mesh.nodes.get(i % 3), "other" + i);
                nanos[i] = System.nanoTime() - begun;
            }
            assertThat(found(mesh)).isEqualTo(ENTRIES);
            long begun = System.nanoTime();
            invalidate(mesh.nodes.getFirst(), "all");
            long ofAll = System.nanoTime() - begun;
            assertThat(found(mesh)).isZero();
            reporter.publishEntry("of " + ENTRIES + " entries, µs", String.valueOf(ofAll / 1000));
            Arrays.sort(nanos);
            reporter.publishEntry("median, µs", String.valueOf(nanos[BUMPS / 2] / 1000));
            reporter.publishEntry("p99, µs", String.valueOf(nanos[BUMPS - 2] / 1000));
            assertThat(nanos[BUMPS / 2]).isLessThan(MEDIAN_NANOS_MAX);
            memoryComesBack(mesh, reporter);
        }
    }

    private static void memoryComesBack(TestMesh mesh, TestReporter reporter) {
        for (Node node : mesh.nodes) {
            Keyspace keyspace = node.keyspace();
            long perEntry = keyspace.tiers().memory().bytes() / keyspace.tiers().liveCount();
            double tags = node.meters().get("gossamer.tags.bytes").gauge().value();
            reporter.publishEntry("bytes per entry, of tags", perEntry + ", " + tags);
            assertThat(tags).as("102 invalidated tags").isEqualTo(4096);
            await(() -> {
                keyspace.cleanUp();
                return keyspace.tiers().liveCount() == 0;
            });
        }
    }

    @Test
    void whatAMemberWroteThatHadNotHeardYetIsInvalidThoughItsClockRunsAhead() throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2))) {
            Node first = mesh.join();
            Node second = mesh.join();
            mesh.awaitWhole();
            second.keyspace().witness(second.keyspace().clock() + (1_500L << 16));
            List<Integer> ofSecond = new ArrayList<>();
            for (int i = 0; ofSecond.size() < 20; i++) {
                if (second.mesh().topology().primary(key(i).slotIndex()).equals(second.member())) {
                    ofSecond.add(i);
                }
            }
            for (int i : ofSecond) {
                store(second, i, "old", "t");
            }
            Version version = invalidate(first, "t");
            for (int i : ofSecond) {
                assertThat(find(first, i)).isEqualTo("nothing");
                assertThat(first.keyspace().findOrNull(key(i))).as("its copy").isNull();
                store(first, i, "new", "t");
                assertThat(find(second, i)).isEqualTo("new");
            }
            assertThat(second.keyspace().clock()).isGreaterThan(version.clock());
        }
    }

    @Test
    void eachInvalidationIsLaterThanTheOneBeforeWhicheverMemberIsAsked() throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2))) {
            for (int i = 0; i < 3; i++) {
                mesh.join();
            }
            mesh.awaitWhole();
            long last = 0;
            for (int i = 0; i < 60; i++) {
                store(mesh.nodes.get((i + 1) % 3), i, "x", "t");
                Version version = invalidate(mesh.nodes.get(i % 3), "t");
                assertThat(version.clock()).isGreaterThan(last);
                last = version.clock();
            }
        }
    }

    @Test
    void whoJoinsAfterwardsAnswersWithNothingThatWasInvalidated() throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2))) {
            Node first = mesh.join();
            for (int i = 0; i < 200; i++) {
                store(first, i, "old", "t" + i % 2);
            }
            invalidate(first, "t0");
            mesh.join();
            mesh.join();
            mesh.awaitWhole();
            mesh.leave(first);
            mesh.awaitRoster();
            for (int i = 0; i < 200; i++) {
                String expected = i % 2 == 0 ? "nothing" : "old";
                assertThat(find(mesh.nodes.get(i / 2 % 2), i)).isEqualTo(expected);
            }
        }
    }

    @Test
    void aPrefixAndAWholeCacheAreGoneAsWell() throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2))) {
            Node first = mesh.join();
            Node second = mesh.join();
            mesh.awaitWhole();
            for (int i = 0; i < 1_000; i++) {
                store(first, i, "x");
            }
            var prefix = new Invalidation.Prefix(Bytes.utf8("key-1"));
            Invalidation.Done done = second.mesh().invalidate(prefix).join();
            assertThat(done.removed()).isEqualTo(111);
            assertThat(find(first, 17)).isEqualTo("nothing");
            assertThat(find(first, 27)).isEqualTo("x");
            first.mesh().invalidate(new Invalidation.Cache("default")).join();
            for (int i = 0; i < 1_000; i++) {
                assertThat(find(second, i)).isEqualTo("nothing");
            }
            store(second, 27, "y");
            assertThat(find(first, 27)).isEqualTo("y");
        }
    }
}
