package dev.gossamer.node.mesh;

import static dev.gossamer.node.mesh.TestMesh.await;
import static dev.gossamer.node.mesh.TestMesh.settings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.KeyspaceSettings;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.mesh.TestMesh.Node;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Freshness;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Caches that keep fewer copies than the mesh. */
@Timeout(60)
class ThinCacheIT {
    private static final int KEYS = 400;
    private static final KeyspaceSettings CACHES =
            KeyspaceSettings.of(
                    List.of(
                            cache(CacheSettings.DEFAULT_NAME, Integer.MAX_VALUE),
                            cache("thin", 1)));

    private static CacheSettings cache(String name, int replication) {
        return new CacheSettings(
                name,
                Optional.empty(),
                1 << 20,
                replication,
                CacheSettings.Acks.ALL,
                CacheSettings.Partition.AVAILABLE);
    }

    private static Bytes thin(int i) {
        return Bytes.utf8("thin:" + i);
    }

    private static void store(Node node, int i, int value) {
        byte[] bytes = Bytes.utf8(Integer.toString(value)).array();
        Operation put =
                new Operation.Put(
                        thin(i), bytes, Operation.Expiry.NONE, Operation.Condition.ALWAYS, false);
        node.mesh().writeAsync(put).join();
    }

    private static int find(Node node, int i, Freshness freshness) {
        var entry = node.mesh().readAsync(thin(i), freshness).join().entry();
        return entry == null ? -1 : Integer.parseInt(Bytes.wrap(entry.value()).toUtf8());
    }

    @Test
    void aJoinLosesNothingAndLeavesOneCopyOfEach() throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2), CACHES)) {
            Node first = mesh.join();
            for (int i = 0; i < KEYS; i++) {
                store(first, i, i);
            }
            for (int joins = 0; joins < 2; joins++) {
                mesh.join();
                for (int i = 0; i < KEYS; i++) {
                    assertThat(find(first, i, Freshness.LATEST)).isEqualTo(i);
                }
            }
            mesh.awaitWhole();
            await(() ->
                    mesh.nodes.stream().mapToLong(n -> n.keyspace().tiers().liveCount()).sum()
                            == KEYS);
            for (int i = 0; i < KEYS; i++) {
                assertThat(find(mesh.nodes.get(i % 3), i, Freshness.ANY)).isEqualTo(i);
            }
        }
    }

    /** What was demoted keeps an old copy; its primary dies before the old copy was dropped. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatTheDeadPrimaryHadOverwrittenIsAMissAndNeverTheOlderValue(boolean whole)
            throws Exception {
        try (TestMesh mesh = new TestMesh(settings(2), CACHES)) {
            Node first = mesh.join();
            for (int i = 0; i < KEYS; i++) {
                store(first, i, 1);
            }
            Node second = mesh.join();
            if (whole) {
                mesh.awaitWhole();
            } else {
                await(() -> first.mesh().topology().members().size() == 2);
            }
            for (int i = 0; i < KEYS; i++) {
                store(first, i, 2);
            }
            mesh.kill(second);
            await(() -> first.mesh().topology().members().size() == 1);
            int misses = 0;
            for (int i = 0; i < KEYS; i++) {
                int value = find(first, i, Freshness.LATEST);
                assertThat(value).as("key %d", i).isIn(2, -1);
                misses += value == -1 ? 1 : 0;
            }
            assertThat(misses).isBetween(1, KEYS - 1);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whoeverComesAndGoesNoReadIsOlderThanTheLastAcknowledgedWrite(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(Long.getLong("seed", seed));
        int[] acknowledged = new int[KEYS];
        int members = 0;
        try (TestMesh mesh = new TestMesh(settings(2), CACHES)) {
            for (int round = 1; round <= 12; round++) {
                if (members < 3 || (members < 5 && random.nextBoolean())) {
                    mesh.join();
                    members++;
                } else {
                    // A majority of the roster must be left, or nobody may be dropped from it.
                    mesh.awaitRoster();
                    mesh.kill(mesh.nodes.get(random.nextInt(members--)));
                }
                if (random.nextInt(3) == 0) {
                    mesh.awaitWhole();
                }
                for (int i = 0; i < KEYS; i++) {
                    Node node = mesh.nodes.get(random.nextInt(members));
                    int value = find(node, i, Freshness.LATEST);
                    assertThat(value)
                            .as("key %d, round %d, seed %d", i, round, seed)
                            .isIn(acknowledged[i] == 0 ? -1 : acknowledged[i], -1);
                    if (random.nextInt(3) == 0) {
                        store(node, i, round);
                        acknowledged[i] = round;
                    }
                }
            }
        }
    }
}
