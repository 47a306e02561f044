package dev.gossamer.node.mesh;

import static dev.gossamer.node.mesh.TestMesh.await;
import static dev.gossamer.node.mesh.TestMesh.find;
import static dev.gossamer.node.mesh.TestMesh.key;
import static dev.gossamer.node.mesh.TestMesh.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gossamer.gossip.GossipSettings;
import dev.gossamer.membership.Membership;
import dev.gossamer.membership.MeshView;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.KeyspaceSettings;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.TestMesh.Node;
import dev.gossamer.node.mesh.link.Links;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.RequestHandler;
import dev.gossamer.node.net.EventLoops;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What callers see of a member that misbehaves: real nodes, and one that only pretends. */
@Timeout(30)
class BackupFailuresIT {
    private static final Duration REQUEST_TIMEOUT = Duration.ofMillis(1500);

    private static MeshSettings settings(int replication) {
        return new MeshSettings(
                "test",
                Optional.of("secret"),
                "127.0.0.1",
                replication,
                REQUEST_TIMEOUT,
                Duration.ofSeconds(1),
                32 << 20,
                32 << 20,
                1L << 30,
                4,
                64 << 10,
                256,
                new GossipSettings(Duration.ofMillis(30), 2, 3, 8, 32 << 10));
    }

    /** Has nothing, and answers what changes or reads a key as the test says. */
    private static final class Pretender implements AutoCloseable, RequestHandler {
        final Member member = TestMesh.member(99);
        final AtomicInteger wrongEpochs = new AtomicInteger();
        volatile boolean stores;
        private final EventLoops loops = EventLoops.start(Optional.of(EventLoops.Kind.EPOLL), 1);
        private final Links links;

        Pretender(TestMesh mesh, MeshSettings settings) throws IOException {
            links =
                    new Links(
                            settings.links(),
                            member.id(),
                            loops,
                            new SimpleMeterRegistry(),
                            System::nanoTime,
                            new SplittableRandom(99));
            links.start(member.ports().data(), this);
            mesh.membership
                    .join(member)
                    .start(
                            new Membership.Listener() {
                                @Override
                                public void onView(MeshView view) {}

                                @Override
                                public void onMessage(MemberId from, byte[] payload) {}
                            });
        }

        @Override
        public long servedEpoch() {
            return Long.MAX_VALUE;
        }

        @Override
        public void handle(Request request, long epoch, Responder responder) {
            switch (request) {
                case Request.Pull(var slots, var _, var _) ->
                        responder.reply(new Reply.Page(List.of(), slots.size(), 0, new BitSet()));
                case Request.Fetch _ -> responder.reply(new Reply.Fetched(List.of(), false, false));
                case Request.Replicate _ when stores ->
                        responder.reply(refuses() ? new Reply.WrongEpoch(epoch) : Reply.STORED);
                case Request.Read _ ->
                        responder.reply(
                                refuses() ? new Reply.WrongEpoch(epoch) : new Reply.Found(null));
                case Request.Replicate _,
                        Request.Write _,
                        Request.ListKeys _,
                        Request.Count _,
                        Request.RandomKey _,
                        Request.Flush _ -> {
                    // silence
                }
            }
        }

        private boolean refuses() {
            return wrongEpochs.getAndDecrement() > 0;
        }

        @Override
        public void close() {
            links.close();
            loops.close();
        }
    }

    private static void awaitMembers(TestMesh mesh, int count) {
        await(() ->
                mesh.nodes.stream()
                        .allMatch(node -> node.mesh().topology().members().size() == count));
    }

    /** A key whose primary is that member. */
    private static int keyOf(Node node, Member primary) {
        return IntStream.range(0, 10_000)
                .filter(i -> node.mesh().topology().primary(key(i).slotIndex()).equals(primary))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aWriteThatABackupNeverAcknowledgesSaysHowManyCopiesThereAre() throws Exception {
        MeshSettings settings = settings(3);
        try (TestMesh mesh = new TestMesh(settings)) {
            Node node = mesh.join();
            Node backup = mesh.join();
            mesh.awaitWhole();
            try (Pretender silent = new Pretender(mesh, settings)) {
                awaitMembers(mesh, 3);
                int mine = keyOf(node, node.member());
                long begun = System.nanoTime();
                Throwable thrown =
                        catchThrowable(() -> node.mesh().writeAsync(put(mine, "v")).join());
                long took = System.nanoTime() - begun;
                assertThat(thrown).isInstanceOf(CompletionException.class);
                GossamerException failure = (GossamerException) thrown.getCause();
                assertThat(failure.code()).isEqualTo(ErrorCode.NOREPLICAS);
                assertThat(failure).hasMessageContaining("stored here and on 1 others in time");
                assertThat(failure).hasMessageContaining(silent.member.name());
                assertThat(took)
                        .isBetween(REQUEST_TIMEOUT.toNanos() - 1, 2 * REQUEST_TIMEOUT.toNanos());
                assertThat(backup.keyspace().peekOrNull(key(mine))).isNotNull();
                assertThat(find(node, mine)).isEqualTo("v");
            }
        }
    }

    @Test
    void whereThePrimaryIsEnoughAStalledBackupIsNotWaitedFor() throws Exception {
        MeshSettings settings = settings(2);
        CacheSettings primaryOnly =
                new CacheSettings(
                        CacheSettings.DEFAULT_NAME,
                        Optional.empty(),
                        1 << 20,
                        2,
                        CacheSettings.Acks.PRIMARY,
                        CacheSettings.Partition.AVAILABLE);
        KeyspaceSettings caches = KeyspaceSettings.of(List.of(primaryOnly));
        try (TestMesh mesh = new TestMesh(settings, caches)) {
            Node node = mesh.join();
            try (Pretender silent = new Pretender(mesh, settings)) {
                awaitMembers(mesh, 2);
                assertThat(silent.stores).isFalse();
                int mine = keyOf(node, node.member());
                Outcome outcome =
                        node.mesh()
                                .writeAsync(put(mine, "v"))
                                .get(REQUEST_TIMEOUT.toMillis() / 3, TimeUnit.MILLISECONDS);
                assertThat(outcome).isInstanceOf(Outcome.Applied.class);
            }
        }
    }

    @Test
    void aMemberThatGoesByAnotherEpochIsAskedAgain() throws Exception {
        MeshSettings settings = settings(2);
        try (TestMesh mesh = new TestMesh(settings)) {
            Node node = mesh.join();
            try (Pretender behind = new Pretender(mesh, settings)) {
                awaitMembers(mesh, 2);
                behind.stores = true;
                behind.wrongEpochs.set(3);
                assertThat(find(node, keyOf(node, behind.member))).isEqualTo("nothing");
                assertThat(behind.wrongEpochs).hasValue(-1);
                behind.wrongEpochs.set(3);
                TestMesh.store(node, keyOf(node, node.member()), "v");
                assertThat(behind.wrongEpochs).hasValue(-1);
            }
        }
    }
}
