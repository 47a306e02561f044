package dev.gossamer.node.mesh;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The replications of one loop that are not over, by order of beginning. They are linked with one
 * another: a set would have to hash each, and every write comes and goes here.
 *
 * <p><b>Threads.</b> The loop only. <b>Cost.</b> O(1) but for {@link #all}.
 */
final class Unfinished {
    private @Nullable Replication first;
    private @Nullable Replication last;
    private int size;

    /** It must not be in yet. */
    void add(Replication replication) {
        replication.earlier = last;
        if (last == null) {
            first = replication;
        } else {
            last.later = replication;
        }
        last = replication;
        size++;
    }

    /** It must be in. */
    void remove(Replication replication) {
        Replication before = replication.earlier;
        Replication after = replication.later;
        if (before == null) {
            first = after;
        } else {
            before.later = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.earlier = before;
        }
        replication.earlier = null;
        replication.later = null;
        size--;
    }

    /** Those that are in by now. */
    List<Replication> all() {
        List<Replication> all = new ArrayList<>(size);
        for (Replication each = first; each != null; each = each.later) {
            all.add(each);
        }
        return all;
    }

    int size() {
        return size;
    }
}
