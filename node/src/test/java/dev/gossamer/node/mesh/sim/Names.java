package dev.gossamer.node.mesh.sim;

import dev.gossamer.membership.MeshView;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.SyncRequest;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import java.util.List;
import java.util.stream.Collectors;

/** How members are called in traces: m1, m2, and so on. */
final class Names {
    /** Ids of machine n are n, n + 100, n + 200: one for each of its disks. */
    private static final int DISKS = 100;

    private Names() {}

    static String of(MeshView view) {
        return of(view.members());
    }

    /** A request, in a line: slots and digests by the thousand are left out. */
    static Object of(int from, long epoch, Request request) {
        return switch (request) {
            case Request.Read _, Request.Write _, Request.Replicate _, Request.Fetch _ ->
                    new Asked(from, epoch, request);
            case Request.Sync(var sync) -> new Asked(from, epoch, of(sync));
            default -> new Asked(from, epoch, request.getClass().getSimpleName());
        };
    }

    private static Object of(SyncRequest request) {
        return switch (request) {
            case SyncRequest.Bring _, SyncRequest.Settle _, SyncRequest.Reconcile _ -> request;
            default -> request.getClass().getSimpleName();
        };
    }

    private record Asked(int from, long epoch, Object what) {
        @Override
        public String toString() {
            return "of m" + from + " in " + Epoch.text(epoch) + ": " + what;
        }
    }

    /** The machine of a member. A machine whose disk was replaced is another member. */
    static int numberOf(MemberId id) {
        return (int) (id.value() % DISKS);
    }

    static MemberId idOf(int number, int disk) {
        return new MemberId(number + (long) DISKS * disk);
    }

    static String of(Topology topology) {
        return Epoch.text(topology.epoch()) + " " + topology.phase() + " " + of(topology.members());
    }

    static String of(List<Member> members) {
        return members.stream()
                .map(member -> "m" + numberOf(member.id()))
                .collect(Collectors.joining(" ", "[", "]"));
    }
}
