package dev.gossamer.membership.agreement;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.util.Comparator;

/**
 * Which mesh a topology is of. A mesh is founded once; when members that could not see each other
 * founded two, the older one stays and the other's members join it. The order is fixed for ever, so
 * that no member can go the other way.
 *
 * @param foundedMillis when the founder's process started, wall clock
 * @param founder whose proposal it was
 */
public record Genesis(long foundedMillis, MemberId founder) implements Comparable<Genesis> {
    private static final Comparator<Genesis> OLDEST_FIRST =
            Comparator.comparingLong(Genesis::foundedMillis).thenComparing(Genesis::founder);

    static Genesis by(Member founder) {
        return new Genesis(founder.incarnation(), founder.id());
    }

    /** Whether a mesh of this genesis stays when it meets one of the other. */
    boolean outranks(Genesis other) {
        return compareTo(other) < 0;
    }

    @Override
    public int compareTo(Genesis other) {
        return OLDEST_FIRST.compare(this, other);
    }
}
