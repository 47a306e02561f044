package dev.gossamer.node.mesh.sim;

import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.node.mesh.link.Lanes;
import dev.gossamer.node.mesh.link.RequestHandler;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The lanes of one life of a member. */
final class SimLanes implements Lanes {
    private final SimProcess process;
    private final List<SimLane> lanes = new ArrayList<>();

    /** Connections from others. */
    private final Set<Connection> inbound = new LinkedHashSet<>();

    /** Connections to others. */
    private final Set<Connection> outbound = new LinkedHashSet<>();

    private @Nullable RequestHandler handler;

    SimLanes(SimProcess process, int count) {
        this.process = process;
        for (int i = 0; i < count; i++) {
            lanes.add(new SimLane(process));
        }
    }

    @Override
    public void start(int port, RequestHandler serving) {
        handler = serving;
    }

    @Override
    public List<Lane> all() {
        return List.copyOf(lanes);
    }

    @Override
    public Lane here() {
        SimLane lane = process.life().currentOrNull();
        if (lane == null) {
            throw new IllegalStateException("no lane of m" + process.number());
        }
        return lane;
    }

    /** One drawn at random, as the kernel spreads connections over listening loops. */
    SimLane some() {
        return lanes.get(process.world().random().nextInt(lanes.size()));
    }

    boolean isListening() {
        return handler != null;
    }

    RequestHandler handler() {
        return Objects.requireNonNull(handler);
    }

    void accepted(Connection connection) {
        inbound.add(connection);
    }

    void opening(Connection connection) {
        outbound.add(connection);
    }

    /** The connection is over, whichever end it was. */
    void ended(Connection connection) {
        inbound.remove(connection);
        outbound.remove(connection);
    }

    @Override
    public void wakeInbound() {
        List.copyOf(inbound).forEach(Connection::wake);
    }

    @Override
    public void close() {
        handler = null;
        List.copyOf(inbound).forEach(Connection::serverDied);
        lanes.forEach(lane -> lane.execute(lane::close));
    }

    /** The process has been killed: the kernel ends its connections. */
    void died() {
        handler = null;
        List.copyOf(inbound).forEach(Connection::serverDied);
        List.copyOf(outbound).forEach(Connection::clientDied);
    }

    void resetWith(int peer) {
        List.copyOf(outbound).stream()
                .filter(each -> each.isBetween(process.number(), peer))
                .forEach(Connection::reset);
    }
}
