package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.Entry;

/**
 * What is noted of a row beside its version and its place, in 16 bits: five flags and, in the upper
 * eleven, when the entry expires, in units of {@value #EXPIRY_UNIT_MILLIS} ms (4.3 minutes),
 * rounded up. What expires later than half of {@value #EXPIRY_UNITS_MAX} units from now (three
 * days) counts as if it never did, until its segment's turn comes. The record on disk has the exact
 * time: the index only has to let go of what is over.
 */
final class Marks {
    /** Memory has the same version: it counts there. */
    static final int SHADOWED = 1;

    /** It was read since it was written here. */
    static final int USED = 1 << 1;

    /** It is not in a segment yet: {@link Staging} has it. */
    static final int STAGED = 1 << 2;

    /** Nothing stands here, and what recovery finds later of the place is void. */
    static final int VOID = 1 << 3;

    static final long EXPIRY_UNIT_MILLIS = 1L << 18;
    private static final int EXPIRY_SHIFT = 5;
    private static final int EXPIRY_MASK = (1 << 11) - 1;
    static final int EXPIRY_UNITS_MAX = EXPIRY_MASK - 1;

    private Marks() {}

    /** The upper bits for an expiry; 0 when it never comes, or not soon. */
    static int expiry(long expiresAtMillis, long nowMillis) {
        if (expiresAtMillis == Entry.NEVER) {
            return 0;
        }
        long unit = expiresAtMillis / EXPIRY_UNIT_MILLIS + 1;
        if (unit - nowMillis / EXPIRY_UNIT_MILLIS >= EXPIRY_UNITS_MAX / 2) {
            return 0;
        }
        return (1 + Math.floorMod(unit, EXPIRY_UNITS_MAX)) << EXPIRY_SHIFT;
    }

    /** What the marks say about the expiry, in seconds since 1970, unsigned; 0 for nothing. */
    static int expirySeconds(int marks, long nowMillis) {
        int noted = (marks >>> EXPIRY_SHIFT) & EXPIRY_MASK;
        if (noted == 0) {
            return 0;
        }
        long now = nowMillis / EXPIRY_UNIT_MILLIS;
        long ahead = Math.floorMod(noted - 1 - now, (long) EXPIRY_UNITS_MAX);
        long unit = ahead > EXPIRY_UNITS_MAX / 2 ? now : now + ahead;
        return (int) (unit * EXPIRY_UNIT_MILLIS / 1000);
    }

    /** Whether there is an expiry, which is cheaper than to ask for the time first. */
    static boolean expires(int marks) {
        return marks >>> EXPIRY_SHIFT != 0;
    }

    /** Whether the expiry has certainly passed. */
    static boolean isOver(int marks, long nowMillis) {
        int noted = (marks >>> EXPIRY_SHIFT) & EXPIRY_MASK;
        if (noted == 0) {
            return false;
        }
        int now = (int) Math.floorMod(nowMillis / EXPIRY_UNIT_MILLIS, (long) EXPIRY_UNITS_MAX);
        // Noted times lie in a window of half the circle ahead of when they were noted.
        int ahead = Math.floorMod(noted - 1 - now, EXPIRY_UNITS_MAX);
        return ahead == 0 || ahead > EXPIRY_UNITS_MAX / 2;
    }
}
