package dev.gossamer.membership.agreement;

import java.util.Arrays;

/**
 * Members as short arrays of their indexes, without duplicates, in an order that counts. None is
 * ever written to once it is given away, so what nothing is taken from is given back as it is.
 */
final class Indexes {
    static final short[] NOBODY = {};

    private Indexes() {}

    static short[] first(short[] members, int count) {
        return members.length <= count ? members : Arrays.copyOf(members, count);
    }

    static short[] concat(short[] a, short[] b) {
        if (a.length == 0 || b.length == 0) {
            return b.length == 0 ? a : b;
        }
        short[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    static short[] without(short[] members, short[] excluded) {
        return filter(members, excluded, false);
    }

    static short[] common(short[] members, short[] included) {
        return filter(members, included, true);
    }

    private static short[] filter(short[] members, short[] by, boolean wanted) {
        int count = 0;
        for (short member : members) {
            count += isAmong(member, by) == wanted ? 1 : 0;
        }
        if (count == members.length) {
            return members;
        }
        if (count == 0) {
            return NOBODY;
        }
        short[] kept = new short[count];
        int at = 0;
        for (short member : members) {
            if (isAmong(member, by) == wanted) {
                kept[at++] = member;
            }
        }
        return kept;
    }

    private static boolean isAmong(short member, short[] those) {
        for (short each : those) {
            if (each == member) {
                return true;
            }
        }
        return false;
    }
}
