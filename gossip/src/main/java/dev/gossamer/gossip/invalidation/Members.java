package dev.gossamer.gossip.invalidation;

import dev.gossamer.protocol.MemberId;
import java.util.Arrays;
import java.util.Collection;

/**
 * The members of a view in the order of their ids, which are taken to lie on a circle. Immutable.
 */
public final class Members {
    private final MemberId[] sorted;

    private Members(MemberId[] sorted) {
        this.sorted = sorted;
    }

    public static Members of(Collection<MemberId> ids) {
        return new Members(ids.stream().distinct().sorted().toArray(MemberId[]::new));
    }

    public int size() {
        return sorted.length;
    }

    public boolean contains(MemberId id) {
        return Arrays.binarySearch(sorted, id) >= 0;
    }

    /** These, and {@code id}. */
    Members with(MemberId id) {
        if (contains(id)) {
            return this;
        }
        MemberId[] more = Arrays.copyOf(sorted, sorted.length + 1);
        more[sorted.length] = id;
        return of(Arrays.asList(more));
    }

    /** The place of {@code id}, or the place it would have. */
    int placeOf(MemberId id) {
        int place = Arrays.binarySearch(sorted, id);
        return place >= 0 ? place : -place - 1;
    }

    /** The member at {@code place}, counted around the circle. */
    MemberId at(int place) {
        return sorted[Math.floorMod(place, sorted.length)];
    }
}
