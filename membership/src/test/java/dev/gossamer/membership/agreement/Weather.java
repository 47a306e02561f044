package dev.gossamer.membership.agreement;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/** How bad the network and the failure detector are, and who cannot reach whom. */
final class Weather {
    private static final long MS = 1_000_000;

    private final SplittableRandom random;

    /** cut[a][b]: nothing goes from a to b. */
    private final boolean[][] cut;

    private double loss;
    private double lies;
    private int lateOneIn = 50;

    Weather(SplittableRandom random, int size) {
        this.random = random;
        this.cut = new boolean[size][size];
    }

    void change() {
        boolean storm = random.nextInt(4) == 0;
        loss = random.nextBoolean() ? 0 : random.nextDouble() * 0.3;
        lies = random.nextBoolean() ? 0 : random.nextDouble() * (storm ? 0.9 : 0.2);
        lateOneIn = storm ? 4 : 50;
    }

    void calm() {
        loss = 0;
        lies = 0;
        lateOneIn = 50;
        mend();
    }

    /** Some on one side, the others on the other. */
    String split(boolean both) {
        Set<Integer> side = new HashSet<>();
        for (int i = 0; i < cut.length; i++) {
            if (random.nextBoolean()) {
                side.add(i);
            }
        }
        for (int a = 0; a < cut.length; a++) {
            for (int b = 0; b < cut.length; b++) {
                if (side.contains(a) && !side.contains(b)) {
                    cut[a][b] = true;
                    cut[b][a] |= both;
                }
            }
        }
        return "split " + side + (both ? "" : " one way");
    }

    String cutPair(boolean oneWay) {
        int a = random.nextInt(cut.length);
        int b = random.nextInt(cut.length);
        cut[a][b] = a != b;
        cut[b][a] |= a != b && !oneWay;
        return "cut " + a + " from " + b;
    }

    void mend() {
        for (boolean[] from : cut) {
            java.util.Arrays.fill(from, false);
        }
    }

    boolean isCut(int from, int to) {
        return cut[from][to];
    }

    boolean losesThis() {
        return random.nextDouble() < loss;
    }

    /** Whether a failure detector sees what is not there this time. */
    boolean liesNow() {
        return random.nextDouble() < lies;
    }

    long delayNanos() {
        long delay =
                random.nextInt(lateOneIn) == 0
                        ? random.nextLong(3_000 * MS)
                        : random.nextLong(5 * MS);
        return MS / 10 + delay;
    }
}
