package dev.gossamer.node.cli;

import dev.gossamer.client.Cache;
import dev.gossamer.client.Gossamer;
import dev.gossamer.client.codec.Codec;
import dev.gossamer.node.cli.admin.MeshReport;
import dev.gossamer.node.cli.local.NodeProcess;
import dev.gossamer.node.cli.local.OwnMesh;
import dev.gossamer.node.cli.terminal.CliException;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/**
 * {@code gossamer train}: what the launcher runs once after a build. A mesh of two nodes starts,
 * works a little and stops; its first node writes down which classes it loaded and linked, and
 * later nodes start from that.
 */
@Command(
        name = "train",
        hidden = true,
        description = "Record what a node's start loads, so that later starts are faster.")
final class TrainCommand implements Callable<Integer> {
    private static final int NODES = 2;
    private static final long MEMORY_BYTES = 64L << 20;
    private static final int ROUNDS = 200;

    @ParentCommand private @Nullable GossamerCommand root;

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        NodeProcess launch = NodeProcess.likeThisOne().recordingStart();
        try (OwnMesh mesh = OwnMesh.start(NODES, NODES, MEMORY_BYTES, launch, command.terminal())) {
            MeshReport report = mesh.admin(0).mesh();
            command.terminal().table(MeshTable.addresses(report));
            command.terminal().table(MeshTable.holdings(report));
            work(mesh.clientUri());
        } catch (IOException e) {
            throw new CliException("the mesh did not report itself: " + e.getMessage(), e);
        }
        return 0;
    }

    private static void work(String uri) {
        try (Gossamer client = Gossamer.connect(uri)) {
            Cache<String, byte[]> cache = client.cache("default", Codec.utf8(), Codec.bytes());
            for (int round = 0; round < ROUNDS; round++) {
                cache.put("key-" + round, new byte[100]);
                cache.getEntry("key-" + round);
                cache.remove("key-" + round);
            }
        }
    }
}
