package dev.gossamer.node.cli.local;

import dev.gossamer.node.cli.admin.AdminApi;
import dev.gossamer.node.cli.admin.Password;
import dev.gossamer.node.cli.terminal.Terminal;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A mesh for one piece of work: started on free ports in a temporary folder, gone afterwards. */
public final class OwnMesh implements AutoCloseable {
    private static final int BASE_PORT = 17_379;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final PortPlan ports;
    private final TemporaryFolder folder;
    private final LocalMesh mesh;
    private final Thread stopper;

    private OwnMesh(PortPlan ports, TemporaryFolder folder, LocalMesh mesh) {
        this.ports = ports;
        this.folder = folder;
        this.mesh = mesh;
        this.stopper = new Thread(this::stop, "stop-own-mesh");
    }

    /**
     * Starts the mesh; returns when it is complete.
     *
     * @throws IllegalArgumentException when there cannot be such a mesh
     */
    public static OwnMesh start(
            int nodes, int replication, long memoryBytesMax, Terminal terminal) {
        return start(nodes, replication, memoryBytesMax, NodeProcess.likeThisOne(), terminal);
    }

    /** The same, with nodes that are started in a way of their own. */
    public static OwnMesh start(
            int nodes,
            int replication,
            long memoryBytesMax,
            NodeProcess launch,
            Terminal terminal) {
        PortPlan ports = PortPlan.firstFree(BASE_PORT, nodes);
        NodePlan plan = new NodePlan(ports, replication, memoryBytesMax);
        TemporaryFolder folder = TemporaryFolder.create("gossamer-mesh");
        OwnMesh own =
                new OwnMesh(
                        ports,
                        folder,
                        new LocalMesh(plan, folder.folder(), launch, false, terminal));
        Runtime.getRuntime().addShutdownHook(own.stopper);
        boolean complete = false;
        try {
            own.mesh.start();
            own.mesh.awaitComplete(PATIENCE);
            complete = true;
            return own;
        } finally {
            if (!complete) {
                own.close();
            }
        }
    }

    /** Where the thin client finds it. */
    public String clientUri() {
        return IntStream.range(0, ports.nodes())
                .mapToObj(node -> "127.0.0.1:" + ports.ports(node).redis())
                .collect(
                        Collectors.joining(
                                ",", "gossamer://" + Password.ofEnvironment().userInfo(), ""));
    }

    /** One node's admin API. */
    public AdminApi admin(int node) {
        return mesh.admin(node);
    }

    private void stop() {
        mesh.stop();
        folder.close();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(stopper);
        } catch (IllegalStateException _) {
            return; // the hook does it
        }
        stop();
    }
}
