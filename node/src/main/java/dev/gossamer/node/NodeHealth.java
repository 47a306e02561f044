package dev.gossamer.node;

import dev.gossamer.node.edge.admin.Health;
import dev.gossamer.node.mesh.MeshNode;
import dev.gossamer.node.store.disk.DiskStatus;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the probes are told: the node's way from starting through serving to stopping. Safe for use
 * by many threads.
 */
final class NodeHealth implements Health {
    private enum Stage {
        STARTING,
        SERVING,
        STOPPING
    }

    private static final Check NO_TOPOLOGY =
            Check.failed("the node has no topology that names it yet");

    private volatile Stage stage = Stage.STARTING;
    private volatile @Nullable MeshNode mesh;
    private volatile @Nullable Supplier<DiskStatus> disk;
    private volatile @Nullable String defect;

    void watch(MeshNode watched) {
        mesh = watched;
    }

    void watch(Supplier<DiskStatus> watched) {
        disk = watched;
    }

    void serving() {
        stage = Stage.SERVING;
    }

    void stopping() {
        stage = Stage.STOPPING;
    }

    /** The node can't go on: a supervisor should start it anew. */
    void broken(String why) {
        defect = why;
    }

    @Override
    public Check live() {
        String why = defect;
        return why == null ? Check.OK : Check.failed(why);
    }

    @Override
    public Check started() {
        return stage == Stage.STARTING ? Check.failed("the node is joining the mesh") : Check.OK;
    }

    @Override
    public Check ready() {
        MeshNode watched = mesh;
        return switch (stage) {
            case STARTING -> Check.failed("the node is joining the mesh");
            case STOPPING -> Check.failed("the node is stopping");
            case SERVING -> watched == null ? NO_TOPOLOGY : readyIn(watched);
        };
    }

    private Check readyIn(MeshNode mesh) {
        if (mesh.isDrained()) {
            return Check.failed("the node has handed its slots over; restart it to bring it back");
        }
        return mesh.ready() ? withDisk() : NO_TOPOLOGY;
    }

    private Check withDisk() {
        Supplier<DiskStatus> watched = disk;
        return watched == null ? Check.OK : with(watched.get());
    }

    /** A node without its SSD serves on, and says so. */
    static Check with(DiskStatus status) {
        return switch (status.state()) {
            case OPEN, HALF_OPEN ->
                    Check.degraded("the SSD tier is not used, it failed: " + status.trouble());
            case LOADING, CLOSED, STOPPED -> Check.OK;
        };
    }
}
