package dev.gossamer.node.mesh.sim;

import dev.gossamer.node.mesh.link.DeadlineWheel;
import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A lane whose work is events of the world, one after the other. */
final class SimLane implements Lane {
    private static final long HANDOVER_MAX = 20_000;
    private static final long LATE_MAX = 500_000;

    private final SimProcess process;
    private final DeadlineWheel wheel;
    private final Map<MemberId, SimLink> links = new LinkedHashMap<>();
    private long lastNanos;
    private boolean closed;

    SimLane(SimProcess process) {
        this.process = process;
        this.wheel = new DeadlineWheel(this::after, process.clock()::nanoTime);
    }

    private void after(long nanos, Runnable tick) {
        World world = process.world();
        world.after(
                process.clock().worldNanos(nanos) + world.between(0, LATE_MAX),
                () -> process.life().run(this, tick));
    }

    SimProcess process() {
        return process;
    }

    boolean isHere() {
        return process.life().currentOrNull() == this;
    }

    @Override
    public void execute(Runnable work) {
        World world = process.world();
        lastNanos = Math.max(lastNanos, world.nowNanos() + world.between(0, HANDOVER_MAX));
        world.at(lastNanos, () -> process.life().run(this, work));
    }

    @Override
    public DeadlineWheel wheel() {
        return wheel;
    }

    @Override
    public void send(
            Member peer, Request request, long epoch, long deadlineNanos, ReplyHandler handler) {
        if (!isHere()) {
            throw new IllegalStateException("sent from another thread than the lane");
        }
        if (closed) {
            handler.lost(ErrorCode.UNREACHABLE, false, "this node is closing");
            return;
        }
        links.computeIfAbsent(peer.id(), _ -> new SimLink(this, peer))
                .send(request, epoch, deadlineNanos, handler);
    }

    @Override
    public void keepOnly(Topology topology) {
        List<SimLink> strangers = new ArrayList<>();
        links.values()
                .removeIf(link -> {
                    boolean stranger = topology.indexOf(link.peer().id()) < 0;
                    if (stranger) {
                        strangers.add(link);
                    }
                    return stranger;
                });
        strangers.forEach(SimLink::cut);
    }

    void close() {
        closed = true;
        List.copyOf(links.values()).forEach(SimLink::cut);
    }
}
