package dev.gossamer.node.mesh.sim;

import dev.gossamer.protocol.Version;
import java.util.Comparator;
import java.util.List;

/**
 * What reads WITHIN(d) are held to. C4: one that begins at s finds nothing older than the newest
 * write that was acknowledged before s − d; the members measure d by their own clocks. C3: it finds
 * nothing older than what was written or found through the same member before it began.
 */
final class BoundCheck {
    private final Setup setup;
    private final Comparator<Version> order;

    /**
     * @param order of the versions of the key's cache
     */
    BoundCheck(Setup setup, Comparator<Version> order) {
        this.setup = setup;
        this.order = order;
    }

    void run(String key, List<Call> calls) {
        List<Call> writes =
                calls.stream()
                        .filter(call -> call.isAcknowledgedWrite() && call.version != null)
                        .toList();
        for (Call read : calls) {
            if (read.kind == Call.Kind.NEAR && read.status == Call.Status.OK) {
                check(key, read, writes, calls);
                neverGoesBack(key, read, calls);
            }
        }
    }

    private void check(String key, Call read, List<Call> writes, List<Call> calls) {
        long bound = (long) (read.boundNanos / (1 - setup.clockRateSpread()));
        for (Call write : writes) {
            boolean before = write.endNanos < read.startNanos - bound;
            if (before && isOlder(read, write, calls)) {
                throw new AssertionError(
                        "a read of "
                                + key
                                + " is older than its bound (C4):\n  "
                                + write
                                + "\n  "
                                + read);
            }
        }
    }

    private void neverGoesBack(String key, Call read, List<Call> calls) {
        for (Call known : calls) {
            boolean before =
                    known.member == read.member
                            && known.status == Call.Status.OK
                            && known.version != null
                            && !known.version.equals(Version.NONE)
                            && known.endNanos < read.startNanos;
            if (before && isOlder(read, known, calls)) {
                throw new AssertionError(
                        "a read of "
                                + key
                                + " goes back at one member (C3):\n  "
                                + known
                                + "\n  "
                                + read);
            }
        }
    }

    private boolean isOlder(Call read, Call write, List<Call> calls) {
        if (read.version == null) {
            return write.kind != Call.Kind.REMOVE
                    && calls.stream().noneMatch(other -> mayHaveRemoved(other, write, read));
        }
        boolean same =
                read.version.clock() == write.version.clock()
                        && read.version.member().equals(write.version.member());
        return !same && order.compare(read.version, write.version) < 0;
    }

    private boolean mayHaveRemoved(Call removal, Call write, Call read) {
        return removal.kind == Call.Kind.REMOVE
                && removal.startNanos < read.endNanos
                && removal.status != Call.Status.REFUSED
                && (removal.version == null || order.compare(removal.version, write.version) > 0);
    }
}
