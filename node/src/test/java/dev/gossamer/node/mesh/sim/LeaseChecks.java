package dev.gossamer.node.mesh.sim;

import java.util.List;

/** What the contract promises of leases (C6, C7), looked for in the calls for one key. */
final class LeaseChecks {
    private final String key;
    private final List<Call> calls;

    LeaseChecks(String key, List<Call> ofOneKey) {
        this.key = key;
        this.calls = ofOneKey;
    }

    void run() {
        for (Call fill : calls) {
            Call take = fill.lease;
            if (take != null && fill.kind == Call.Kind.FILL) {
                nobodyElseHadALease(take, fill);
                noFillIsSeenAfterAWriteThatOvertookIt(take, fill);
            }
        }
    }

    /** C7: whose fill was taken had the only lease from its grant on. */
    private void nobodyElseHadALease(Call take, Call fill) {
        if (fill.status != Call.Status.OK) {
            return;
        }
        for (Call other : calls) {
            if (other != take
                    && other.token != null
                    && isBefore(take, other)
                    && isBefore(other, fill)) {
                throw failure("two leases at a time for " + key + " (C7)", take, other, fill);
            }
        }
    }

    /** C6: the load began before the write, so its value may not be seen once that is over. */
    private void noFillIsSeenAfterAWriteThatOvertookIt(Call take, Call fill) {
        for (Call write : calls) {
            if (write == fill || !write.isAcknowledgedWrite() || !isBefore(take, write)) {
                continue;
            }
            if (fill.status == Call.Status.OK && isBefore(write, fill)) {
                throw failure("a fill of " + key + " was not refused (C6)", take, write, fill);
            }
            for (Call read : calls) {
                if (read.isRead()
                        && read.kind != Call.Kind.NEAR
                        && read.status == Call.Status.OK
                        && fill.argument.equals(read.found)
                        && isBefore(write, read)) {
                    throw failure(
                            "a fill of " + key + " is seen after the write that overtook it (C6)",
                            take,
                            write,
                            fill,
                            read);
                }
            }
        }
    }

    private static boolean isBefore(Call one, Call other) {
        return one.endNanos < other.startNanos;
    }

    private static AssertionError failure(String what, Call... involved) {
        StringBuilder text = new StringBuilder(what);
        for (Call call : involved) {
            text.append("\n  ").append(call);
        }
        return new AssertionError(text.toString());
    }
}
