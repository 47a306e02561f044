package dev.gossamer.node.mesh.sim;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One direction of a connection, as TCP gives it: in order, once, late; while the network is cut
 * everything waits.
 */
final class Pipe {
    private record Parcel(long atNanos, Runnable arrive) {}

    private final World world;
    private final Network network;
    private final int from;
    private final int to;
    private final Deque<Parcel> under = new ArrayDeque<>();
    private long lastNanos;
    private boolean closed;

    Pipe(World world, Network network, int from, int to) {
        this.world = world;
        this.network = network;
        this.from = from;
        this.to = to;
    }

    void send(Runnable arrive) {
        if (closed) {
            return;
        }
        lastNanos = Math.max(lastNanos, world.nowNanos() + network.delay());
        under.add(new Parcel(lastNanos, arrive));
        world.at(lastNanos, this::pump);
    }

    private void pump() {
        while (!under.isEmpty() && under.peek().atNanos() <= world.nowNanos()) {
            if (!network.isOpen(from, to)) {
                network.whenHealed(this::pump);
                return;
            }
            under.remove().arrive().run();
        }
    }

    /** Some of what is under way arrives, the rest never. */
    void breakOff() {
        int arriving = under.isEmpty() ? 0 : world.random().nextInt(under.size() + 1);
        while (under.size() > arriving) {
            under.removeLast();
        }
        closed = true;
    }

    /** All that is under way arrives; nothing more is taken. */
    void close() {
        closed = true;
    }
}
