package dev.gossamer.node.mesh.coherence;

import dev.gossamer.gossip.invalidation.InvalidationLog;
import dev.gossamer.gossip.invalidation.Invalidations;
import dev.gossamer.gossip.invalidation.Kind;
import dev.gossamer.gossip.invalidation.Position;
import dev.gossamer.protocol.Version;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What this node has invalidated as the primary of its slots (C4). Whoever keeps copies of what it
 * serves relies on one rule:
 *
 * <p><i>A copy that was taken from this node as of a position, read before the value, and that no
 * later entry names, was current at every time for which this node, holding its authority, has
 * claimed "this is my log's end".</i>
 *
 * <p>It holds because (1) a change of a key is appended after the memory tier has it and before it
 * is acknowledged; (2) a slot that this node did not serve without a break, or serves no more, is
 * appended as a whole once the new topology is in force here, and no other member answers for the
 * slot before that, unless this node's authority is over; (3) authority is looked at after the time
 * that is claimed, and the log's end after that.
 *
 * <p><b>Threads.</b> All methods by any thread, event loops too.
 */
public final class OwnLog {
    private final InvalidationLog log;
    private final Supplier<Authority> authority;
    private final LongSupplier nanoClock;

    /**
     * @param authority as it stands now
     */
    public OwnLog(InvalidationLog log, Supplier<Authority> authority, LongSupplier nanoClock) {
        this.log = log;
        this.authority = authority;
        this.nanoClock = nanoClock;
    }

    /** Names all copies of a key, or of what was built under a tag, that are not this version. */
    public void append(Kind kind, int slot, long hash, Version version) {
        log.append(kind, slot, hash, version);
    }

    /** Names all copies of these slots. */
    public void appendSlots(BitSet slots, Version version) {
        slots.stream().forEach(slot -> log.append(Kind.SLOT, slot, 0, version));
    }

    /** The life and the last sequence, as of now: to be read before the value that is given out. */
    public Position position() {
        return log.position();
    }

    /**
     * Where the log ends, if this node holds its authority: everything that it had acknowledged
     * when this was called is in there.
     */
    public Optional<Position> claim() {
        long now = nanoClock.getAsLong();
        return authority.get().isHeldAt(now) ? Optional.of(log.position()) : Optional.empty();
    }

    /** See {@link InvalidationLog#after}. */
    public Optional<Invalidations> after(long sequence) {
        return log.after(sequence);
    }

    /** See {@link InvalidationLog#changesSince}. */
    public InvalidationLog.Changes changesSince(long sequence) {
        return log.changesSince(sequence);
    }

    /** What it takes, in bytes. */
    public long bytes() {
        return log.bytes();
    }
}
