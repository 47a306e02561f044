package dev.gossamer.node.mesh.audit;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A write of this node's that is looked at. Belongs to the auditor's lane. */
final class Sample {
    private static final int OVERHEAD_BYTES = 512;

    final Bytes key;
    final int slot;
    final Version version;

    /** The topology under which it was written. */
    final long epoch;

    /** At or after its entry in this node's log of invalidations. */
    final long sequence;

    /** When it was stored, until it was seen to be acknowledged; then that. */
    long sinceNanos;

    /** Of the look that comes next. */
    int window;

    long dueNanos;

    /** Owners that were behind at the last look. */
    Set<MemberId> behind = Set.of();

    /** Members with which something was wrong, and which are told of once. */
    final Set<MemberId> reported = new HashSet<>();

    /** What was seen of copies that were older than this. */
    final List<Look> looks = new ArrayList<>(0);

    Sample(Bytes key, int slot, Version version, long epoch, long sequence, long storedNanos) {
        this.key = key;
        this.slot = slot;
        this.version = version;
        this.epoch = epoch;
        this.sequence = sequence;
        this.sinceNanos = storedNanos;
    }

    int weightBytes() {
        return OVERHEAD_BYTES + key.length();
    }
}
