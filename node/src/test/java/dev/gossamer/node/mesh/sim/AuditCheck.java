package dev.gossamer.node.mesh.sim;

import dev.gossamer.node.mesh.audit.AuditReport;
import java.util.List;

/** The auditor's verdict is right: it accuses nobody in a mesh without a bug (C2, C4). */
final class AuditCheck {
    private AuditCheck() {}

    static void run(List<SimProcess> processes) {
        for (SimProcess process : processes) {
            AuditReport report = process.node().audit();
            if (report.violations() > 0) {
                throw new AssertionError(
                        "the auditor of m" + process.number() + " found " + report.recent());
            }
        }
    }
}
