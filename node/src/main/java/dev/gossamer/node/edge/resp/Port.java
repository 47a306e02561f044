package dev.gossamer.node.edge.resp;

import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.Member;
import java.util.Locale;

/** The two faces that a node shows to Redis clients. */
enum Port {
    /** Answers for the whole mesh and never says MOVED. */
    PROXYING(Mesh.Scope.MESH),
    /** Answers for the slots of this node and sends the client elsewhere for the others. */
    CLUSTERED(Mesh.Scope.HERE);

    private final Mesh.Scope scope;

    Port(Mesh.Scope scope) {
        this.scope = scope;
    }

    /** Whose keys a command without keys covers on this port. */
    Mesh.Scope scope() {
        return scope;
    }

    int of(Member.Ports ports) {
        return this == PROXYING ? ports.redis() : ports.clustered();
    }

    /** The word for it in metrics. */
    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
