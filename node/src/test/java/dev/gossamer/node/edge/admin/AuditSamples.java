package dev.gossamer.node.edge.admin;

import dev.gossamer.node.mesh.audit.AuditReport;
import dev.gossamer.node.mesh.audit.Look;
import dev.gossamer.node.mesh.audit.Violation;
import dev.gossamer.node.mesh.link.NearEvent;
import dev.gossamer.node.mesh.link.Sighting;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.List;

/** What an auditor may have found. */
final class AuditSamples {
    private static final Member MEMBER =
            new Member(
                    new MemberId(0xb2),
                    "beta",
                    "z",
                    1,
                    "127.0.0.1",
                    new Member.Ports(1, 2, 3, 4, 5),
                    1);
    private static final Version OLD = new Version(3, 0x10, new MemberId(0xa1));
    private static final Version NEW = new Version(3, 0x20, new MemberId(0xa1));
    private static final Sighting SEEN =
            new Sighting(
                    -1,
                    false,
                    null,
                    new Sighting.Near(OLD, 0, 1, new MemberId(0xa1), 7, 30_500_000),
                    List.of());
    private static final Sighting OWNER =
            new Sighting(
                    0, true, new Sighting.Held(NEW, false, false, true, 0, 1), null, List.of());

    static final AuditReport VIOLATED =
            new AuditReport(
                    10,
                    List.of(new AuditReport.Window(Duration.ofMillis(100), 2_000, 1_999, 3)),
                    1,
                    0,
                    Duration.ofMillis(100),
                    Duration.ofMillis(69),
                    4,
                    5,
                    List.of(
                            new Violation(
                                    1_796_947_200_000L,
                                    Violation.Kind.NEAR,
                                    Bytes.utf8("users:42"),
                                    NEW,
                                    9,
                                    MEMBER,
                                    OLD,
                                    new MemberId(0xa1),
                                    7,
                                    100_000_000,
                                    30_500_000,
                                    List.of(
                                            new Look(MEMBER, 100_000_000, 3, SEEN),
                                            new Look(MEMBER, 100_000_000, 3, OWNER),
                                            new Look(MEMBER, 100_000_000, 0, null)),
                                    List.of(
                                            new NearEvent(
                                                    90_000_000,
                                                    NearEvent.What.UNHEEDED,
                                                    new MemberId(0xa1),
                                                    8,
                                                    0x20)))));

    private AuditSamples() {}
}
