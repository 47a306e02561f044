package dev.gossamer.node.edge.resp;

import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.Topology;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The connections that want to hear of every new topology. Any thread. */
final class TopologyWatch implements AutoCloseable {
    private final Set<Connection> subscribers = ConcurrentHashMap.newKeySet();
    private final AutoCloseable subscription;

    TopologyWatch(Mesh mesh) {
        subscription = mesh.onTopology(this::tell);
    }

    void subscribe(Connection connection) {
        subscribers.add(connection);
    }

    void unsubscribe(Connection connection) {
        subscribers.remove(connection);
    }

    private void tell(Topology topology) {
        for (Connection connection : subscribers) {
            connection
                    .channel()
                    .eventLoop()
                    .execute(() -> connection.push(out -> TopologyReply.push(topology, out)));
        }
    }

    @Override
    public void close() {
        try {
            subscription.close();
        } catch (Exception e) {
            throw new IllegalStateException("the topology subscription did not end", e);
        }
    }
}
