package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.MeshReport;
import dev.gossamer.node.cli.local.LocalMesh;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Terminal;
import java.io.IOException;
import java.util.Optional;

/**
 * Watches a mesh in the foreground: a live line on a terminal, elsewhere a plain line whenever the
 * topology changes.
 */
final class MeshWatch {
    private final LocalMesh mesh;
    private final Terminal terminal;
    private String shown = "";

    MeshWatch(LocalMesh mesh, Terminal terminal) {
        this.mesh = mesh;
        this.terminal = terminal;
    }

    void untilItEnds() {
        mesh.awaitEnd(this::show);
    }

    private void show() {
        if (mesh.stopping()) {
            return;
        }
        Optional<MeshReport> report = report();
        if (terminal.live()) {
            terminal.status(report.map(MeshWatch::line).orElse("no node answers"));
            return;
        }
        String topology = report.map(MeshTable::summary).orElse("no node answers");
        if (!topology.equals(shown)) {
            terminal.note(topology);
            shown = topology;
        }
    }

    private static String line(MeshReport report) {
        long bytes = report.members().stream().mapToLong(member -> member.bytes()).sum();
        return MeshTable.summary(report)
                + ", "
                + Figures.count(report.copies())
                + " entries with their copies, "
                + Figures.bytes(bytes);
    }

    private Optional<MeshReport> report() {
        for (int node = 0; node < mesh.nodes().size(); node++) {
            Optional<MeshReport> report = reportOf(node);
            if (report.isPresent()) {
                return report;
            }
        }
        return Optional.empty();
    }

    private Optional<MeshReport> reportOf(int node) {
        try {
            return Optional.of(mesh.admin(node).mesh());
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
