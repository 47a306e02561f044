package dev.gossamer.membership.ring;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Who is primary of each slot: the nearest member, within bounds. No member gets more than {@link
 * #most} of its share, nor less than {@link #least}.
 *
 * <p>Each slot proposes to the members in the order it prefers them; a member with more slots than
 * its bound keeps the nearest. What comes out is the same whichever slot proposes first, as strict
 * preferences make it (Gale and Shapley 1962), and so is a function of the members alone. Members
 * that still have less than their least then take the slots that lose least by it.
 */
final class Primaries {
    private static final int TOLERANCE_PERCENT = 10;

    private final Ring ring;
    private final Preferences preferences;
    private final int[] owner = new int[Slot.COUNT];
    private final double[] distance = new double[Slot.COUNT];
    private final int[] load;
    private final long totalWeight;

    /** The farthest slot that a full member keeps; infinite for one that has room. */
    private final double[] reach;

    Primaries(Ring ring, Preferences preferences) {
        this.ring = ring;
        this.preferences = preferences;
        this.load = new int[preferences.members()];
        this.reach = new double[preferences.members()];
        Arrays.fill(reach, Double.POSITIVE_INFINITY);
        this.totalWeight = ring.members().stream().mapToLong(Member::weight).sum();
        propose();
        liftTheLeast();
    }

    int owner(int slot) {
        return owner[slot];
    }

    /** Whether {@code member} would keep a slot as far as this, were it offered. */
    boolean wouldTake(int member, double slotDistance) {
        return slotDistance <= reach[member];
    }

    /** The greatest whole number within 110 % of the share, and enough for all slots to fit. */
    private int most(int member) {
        long weighted = (long) Slot.COUNT * ring.members().get(member).weight();
        long roundedUp = (weighted + totalWeight - 1) / totalWeight;
        long within = weighted * (100 + TOLERANCE_PERCENT) / (totalWeight * 100);
        return (int) Math.max(within, roundedUp);
    }

    /** The least whole number within 90 % of the share, and no more than there are slots for. */
    private int least(int member) {
        long weighted = (long) Slot.COUNT * ring.members().get(member).weight();
        long whole = totalWeight * 100;
        long within = (weighted * (100 - TOLERANCE_PERCENT) + whole - 1) / whole;
        return (int) Math.min(within, weighted / totalWeight);
    }

    private void propose() {
        int[] most = IntStream.range(0, load.length).map(this::most).toArray();
        int[] rank = new int[Slot.COUNT];
        int[] proposing = IntStream.range(0, Slot.COUNT).toArray();
        while (proposing.length > 0) {
            for (int slot : proposing) {
                owner[slot] = preferences.member(slot, rank[slot]);
                distance[slot] = preferences.distance(slot, rank[slot]);
                load[owner[slot]]++;
            }
            proposing = refused(most);
            for (int slot : proposing) {
                rank[slot]++;
            }
        }
    }

    /** The slots that members with more than {@code most} do not keep: their farthest. */
    private int[] refused(int[] most) {
        List<List<Integer>> slots = slotsOfOverfull(most);
        List<Integer> refused = new ArrayList<>();
        for (int member = 0; member < load.length; member++) {
            List<Integer> held = slots.get(member);
            if (!held.isEmpty()) {
                held.sort(Comparator.comparingDouble(slot -> distance[slot]));
                refused.addAll(held.subList(most[member], held.size()));
                load[member] = most[member];
                reach[member] = distance[held.get(most[member] - 1)];
            }
        }
        return refused.stream().mapToInt(Integer::intValue).toArray();
    }

    private List<List<Integer>> slotsOfOverfull(int[] most) {
        List<List<Integer>> slots = new ArrayList<>();
        for (int member = 0; member < load.length; member++) {
            slots.add(load[member] > most[member] ? new ArrayList<>(load[member]) : List.of());
        }
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (load[owner[slot]] > most[owner[slot]]) {
                slots.get(owner[slot]).add(slot);
            }
        }
        return slots;
    }

    private void liftTheLeast() {
        int[] least = IntStream.range(0, load.length).map(this::least).toArray();
        for (int member = 0; member < load.length; member++) {
            if (load[member] < least[member]) {
                lift(member, least);
            }
        }
    }

    /** Takes for {@code member} the slots to which it is least farther than their owners are. */
    private void lift(int member, int[] least) {
        double[] fromHere = new double[Slot.COUNT];
        ring.distances(member, fromHere);
        int[] byLoss =
                IntStream.range(0, Slot.COUNT)
                        .filter(slot -> owner[slot] != member)
                        .boxed()
                        .sorted(Comparator.comparingDouble(slot -> fromHere[slot] / distance[slot]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        for (int i = 0; load[member] < least[member]; i++) {
            int slot = byLoss[i];
            if (load[owner[slot]] > least[owner[slot]]) {
                load[owner[slot]]--;
                load[member]++;
                owner[slot] = member;
                distance[slot] = fromHere[slot];
            }
        }
    }
}
