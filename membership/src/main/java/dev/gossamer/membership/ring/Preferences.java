package dev.gossamer.membership.ring;

import dev.gossamer.protocol.Slot;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * In which order each slot prefers the members: the nearest first; of two that are equally near,
 * the one with the lesser index, and so the lesser id.
 *
 * <p>The first {@value #KEPT} of each slot stand in a table. Hardly any slot asks further; one that
 * does has all members sorted for it.
 */
final class Preferences {
    private static final int KEPT = 16;

    private final Ring ring;
    private final int members;
    private final int kept;

    /** Those of slot s stand at [s × kept, (s + 1) × kept), the nearest first. */
    private final int[] nearest;

    private final double[] distances;
    private final Map<Integer, int[]> whole = new HashMap<>();

    Preferences(Ring ring) {
        this.ring = ring;
        this.members = ring.members().size();
        this.kept = Math.min(KEPT, members);
        this.nearest = new int[Slot.COUNT * kept];
        this.distances = new double[Slot.COUNT * kept];
        Arrays.fill(distances, Double.POSITIVE_INFINITY);
        double[] bySlot = new double[Slot.COUNT];
        for (int member = 0; member < members; member++) {
            ring.distances(member, bySlot);
            for (int slot = 0; slot < Slot.COUNT; slot++) {
                insert(slot, member, bySlot[slot]);
            }
        }
    }

    private void insert(int slot, int member, double distance) {
        int first = slot * kept;
        int at = first + kept - 1;
        if (distance >= distances[at]) {
            return;
        }
        while (at > first && distances[at - 1] > distance) {
            distances[at] = distances[at - 1];
            nearest[at] = nearest[at - 1];
            at--;
        }
        distances[at] = distance;
        nearest[at] = member;
    }

    int members() {
        return members;
    }

    /** The member that {@code slot} prefers in the {@code rank}th place. */
    int member(int slot, int rank) {
        return rank < kept ? nearest[slot * kept + rank] : wholeOrder(slot)[rank];
    }

    double distance(int slot, int rank) {
        return rank < kept
                ? distances[slot * kept + rank]
                : ring.distance(member(slot, rank), slot);
    }

    private int[] wholeOrder(int slot) {
        return whole.computeIfAbsent(slot, this::sortAll);
    }

    private int[] sortAll(int slot) {
        double[] all = new double[members];
        Arrays.setAll(all, member -> ring.distance(member, slot));
        return IntStream.range(0, members)
                .boxed()
                .sorted(Comparator.comparingDouble(member -> all[member]))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
