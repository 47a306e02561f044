package dev.gossamer.node.mesh.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * What lies between the members: each direction of each pair is open or cut, fast or slow. Members
 * have numbers from 1 on.
 */
final class Network {
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;
    private static final long RETRANSMIT_MAX = 300 * MILLI;

    private final World world;
    private final boolean[][] cut;
    private final List<Runnable> waiting = new ArrayList<>();

    /** Chances of what happens to a datagram. */
    private double loss;

    private double duplication;
    private long delayMax = 400 * MICRO;

    Network(World world, int hosts) {
        this.world = world;
        this.cut = new boolean[hosts + 1][hosts + 1];
    }

    boolean isOpen(int from, int to) {
        return !cut[from][to];
    }

    boolean isOpenBothWays(int one, int other) {
        return isOpen(one, other) && isOpen(other, one);
    }

    void cut(int from, int to) {
        cut[from][to] = true;
    }

    void heal(int from, int to) {
        cut[from][to] = false;
        // A sender that has waited tries again after its own pause.
        List<Runnable> due = List.copyOf(waiting);
        waiting.clear();
        due.forEach(each -> world.after(world.between(0, RETRANSMIT_MAX), each));
    }

    void healAll() {
        for (boolean[] row : cut) {
            java.util.Arrays.fill(row, false);
        }
        loss = 0;
        duplication = 0;
        delayMax = 400 * MICRO;
        heal(0, 0);
    }

    /** Runs {@code again} some time after some direction has been opened. */
    void whenHealed(Runnable again) {
        waiting.add(again);
    }

    void unreliable(double lossChance, double duplicationChance) {
        loss = lossChance;
        duplication = duplicationChance;
    }

    void slow(long delayNanosMax) {
        delayMax = delayNanosMax;
    }

    long delay() {
        return world.between(20 * MICRO, delayMax);
    }

    /** A datagram may be lost, doubled, and overtaken. */
    void datagram(int from, int to, Runnable arrive) {
        int copies = world.chance(loss) ? 0 : world.chance(duplication) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            long delay = delay() + (world.chance(0.05) ? world.between(0, 20 * MILLI) : 0);
            world.after(
                    delay,
                    () -> {
                        if (isOpen(from, to)) {
                            arrive.run();
                        }
                    });
        }
    }
}
