package dev.gossamer.membership.ring;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Places the slots on the ring of the members. */
public final class Placement {
    private final Preferences preferences;
    private final Primaries primaries;
    private final int[] zoneOf;
    private final int zones;

    private Placement(Ring ring) {
        List<Member> members = ring.members();
        List<String> names = members.stream().map(Member::zone).distinct().toList();
        this.preferences = new Preferences(ring);
        this.primaries = new Primaries(ring, preferences);
        this.zoneOf = members.stream().mapToInt(member -> names.indexOf(member.zone())).toArray();
        this.zones = names.size();
    }

    public static short[][] place(List<Member> members, int replication) {
        int[] order =
                IntStream.range(0, members.size())
                        .boxed()
                        .sorted((a, b) -> members.get(a).compareTo(members.get(b)))
                        .mapToInt(Integer::intValue)
                        .toArray();
        List<Member> sorted = IntStream.of(order).mapToObj(members::get).toList();
        short[][] placed = place(new Ring(sorted), replication);
        for (short[] owners : placed) {
            for (int i = 0; i < owners.length; i++) {
                owners[i] = (short) order[owners[i]];
            }
        }
        return placed;
    }

    static short[][] place(Ring ring, int replication) {
        int copies = Math.min(replication, ring.members().size());
        short[][] placed = new short[Slot.COUNT][copies];
        if (copies > 0) {
            Placement placement = new Placement(ring);
            for (int slot = 0; slot < Slot.COUNT; slot++) {
                placement.place(slot, placed[slot]);
            }
        }
        return placed;
    }

    private void place(int slot, short[] owners) {
        owners[0] = (short) primaries.owner(slot);
        for (int count = 1; count < owners.length; count++) {
            owners[count] = (short) nextBackup(slot, owners, count);
        }
    }

    private int nextBackup(int slot, short[] owners, int count) {
        Set<Integer> used = new HashSet<>();
        for (int i = 0; i < count; i++) {
            used.add(zoneOf[owners[i]]);
        }
        boolean zonesLeft = used.size() < zones;
        int second = -1;
        for (int rank = 0; rank < preferences.members(); rank++) {
            int member = preferences.member(slot, rank);
            if (isAmong(member, owners, count) || (zonesLeft && used.contains(zoneOf[member]))) {
                continue;
            }
            if (primaries.wouldTake(member, preferences.distance(slot, rank))) {
                return member;
            }
            second = second < 0 ? member : second;
        }
        return second;
    }

    private static boolean isAmong(int member, short[] owners, int count) {
        for (int i = 0; i < count; i++) {
            if (owners[i] == member) {
                return true;
            }
        }
        return false;
    }
}
