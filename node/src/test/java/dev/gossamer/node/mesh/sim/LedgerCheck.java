package dev.gossamer.node.mesh.sim;

import dev.gossamer.node.cache.Loss;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Version;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * C9: what one side of a partition acknowledged and lost to the other is listed. Looked at are the
 * cases that are beyond doubt: the last write of a smaller side, and a later one that the larger
 * side acknowledged before the two met again. Ledgers do not outlive their process, so only runs in
 * which none ended are checked.
 */
final class LedgerCheck {
    private record Lost(Bytes key, Version version) {}

    private final Hosts hosts;
    private final List<Call> history;
    private final Set<Lost> listed = new HashSet<>();

    LedgerCheck(Hosts hosts, List<Call> history) {
        this.hosts = hosts;
        this.history = history;
        if (hosts.bugs().is(Bugs.Bug.NO_LEDGER)) {
            return;
        }
        for (SimProcess process : hosts.running()) {
            for (Loss loss : process.keyspace().ledger().losses()) {
                listed.add(new Lost(loss.key(), loss.lost()));
            }
        }
    }

    /** Where the mesh never parted nothing can have been lost. */
    void nothingIsListed() {
        if (!listed.isEmpty()) {
            throw new AssertionError("losses are listed, but there was no partition: " + listed);
        }
    }

    void run() {
        for (Call write : history) {
            if (isLastOfASmallerSide(write)) {
                long met = hosts.backAfter(write.version.epoch());
                history.stream()
                        .filter(other -> beats(other, write, met))
                        .findFirst()
                        .ifPresent(other -> mustBeListed(write, other));
            }
        }
    }

    private static boolean isVersioned(Call call) {
        return call.isAcknowledgedWrite() && call.version != null;
    }

    private boolean isLastOfASmallerSide(Call write) {
        return isVersioned(write)
                && Epoch.isProvisional(write.version.epoch())
                && history.stream().noneMatch(other -> mayFollowOnItsSide(other, write));
    }

    /** Written later by the same member on its own, or of unknown outcome. */
    private static boolean mayFollowOnItsSide(Call other, Call write) {
        if (other == write || !other.key.equals(write.key) || !other.isWrite()) {
            return false;
        }
        boolean unknown = other.status == Call.Status.UNKNOWN && other.endNanos > write.startNanos;
        return unknown
                || (isVersioned(other)
                        && Epoch.isProvisional(other.version.epoch())
                        && other.endNanos > write.startNanos);
    }

    private static boolean beats(Call other, Call write, long met) {
        return isVersioned(other)
                && other.key.equals(write.key)
                && !Epoch.isProvisional(other.version.epoch())
                && Epoch.agreedPart(other.version.epoch()) > Epoch.agreedPart(write.version.epoch())
                && other.endNanos < met
                && other.version.compareTo(write.version) > 0;
    }

    private void mustBeListed(Call write, Call winner) {
        if (!listed.contains(new Lost(Bytes.utf8(write.key), write.version))) {
            throw new AssertionError(
                    "a write that lost in a merge is listed nowhere (C9):\n  "
                            + write
                            + "\nit lost to\n  "
                            + winner
                            + "\nlisted are "
                            + listed);
        }
    }
}
