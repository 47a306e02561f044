package dev.gossamer.membership.ring;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What changes when one member leaves; read backwards, when it joins.
 *
 * @param primaries how many slots the leaver was primary of: the least that must move
 * @param moved how many slots changed their primary
 * @param inherited of {@code primaries}, those whose new primary had a copy
 * @param copies how many copies the leaver had, primaries included: the least that must be made
 *     anew
 * @param copied how many copies are on members that did not have them
 */
record Leave(int primaries, int moved, int inherited, int copies, int copied) {

    static Leave of(List<Member> members, int leaver, int replication) {
        List<Member> rest = new ArrayList<>(members);
        rest.remove(leaver);
        short[][] before = Placement.place(members, replication);
        short[][] after = Placement.place(rest, replication);
        Leave sum = new Leave(0, 0, 0, 0, 0);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            sum =
                    sum.plus(
                            of(
                                    named(members, before[slot]),
                                    named(rest, after[slot]),
                                    members.get(leaver)));
        }
        return sum;
    }

    private static Leave of(List<Member> before, List<Member> after, Member leaver) {
        boolean left = before.get(0).equals(leaver);
        Set<Member> fresh = new HashSet<>(after);
        before.forEach(fresh::remove);
        return new Leave(
                left ? 1 : 0,
                before.get(0).equals(after.get(0)) ? 0 : 1,
                left && before.contains(after.get(0)) ? 1 : 0,
                before.contains(leaver) ? 1 : 0,
                fresh.size());
    }

    private static List<Member> named(List<Member> members, short[] owners) {
        List<Member> named = new ArrayList<>();
        for (short owner : owners) {
            named.add(members.get(owner));
        }
        return named;
    }

    private Leave plus(Leave other) {
        return new Leave(
                primaries + other.primaries,
                moved + other.moved,
                inherited + other.inherited,
                copies + other.copies,
                copied + other.copied);
    }

    double movement() {
        return (double) moved / primaries;
    }

    double inheritance() {
        return (double) inherited / primaries;
    }

    double copyMovement() {
        return (double) copied / copies;
    }
}
