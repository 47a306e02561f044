package dev.gossamer.node.cache;

import dev.gossamer.node.cache.Keyspace.Change;
import dev.gossamer.node.cache.Outcome.Applied;
import dev.gossamer.node.cache.Outcome.Leased;
import dev.gossamer.node.cache.Outcome.Refused;
import dev.gossamer.node.cache.Outcome.Unchanged;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Version;

/**
 * The operations on leases: who may load a key, and what is stored under that right (C6, C7).
 *
 * <p><b>Threads.</b> The caller holds the lock of the operation's slot.
 */
final class Lending {
    /** A lease has ended, and the key is as it was. */
    private static final Applied NOT_WRITTEN = new Applied(Version.NONE, 0, null, null);

    private final Leases leases;
    private final Tags tags;
    private final Writer writer;

    Lending(Leases leases, Tags tags, Writer writer) {
        this.leases = leases;
        this.tags = tags;
        this.writer = writer;
    }

    Outcome take(Operation.TakeLease take, Writer.Moment at) {
        Refused refused = writer.refusalOrNull(take.key());
        if (refused != null) {
            return refused;
        }
        Entry live = writer.useOrNull(take.key());
        long age = live == null ? 0 : Math.max(0, at.nowMillis() - writtenAtMillis(live));
        if (live != null && !isDue(live, take.refreshMillis(), at)) {
            return new Leased(Leased.State.HIT, live, Version.NONE, age, 0);
        }
        Leases.Taken taken =
                leases.take(
                        at.slot(),
                        take.key(),
                        at.idOrNull(),
                        at.caller(),
                        take.timeoutMillis(),
                        () -> writer.version(at));
        return switch (taken) {
            case Leases.Taken.Given(var token, var left) ->
                    new Leased(Leased.State.LOAD, live, token, age, millis(left));
            case Leases.Taken.Busy(var left) ->
                    new Leased(Leased.State.BUSY, live, Version.NONE, age, millis(left));
            case Leases.Taken.Absent(var left) ->
                    new Leased(Leased.State.ABSENT, null, Version.NONE, 0, millis(left));
        };
    }

    private static boolean isDue(Entry live, long refreshMillis, Writer.Moment at) {
        return live.expiresAtMillis() != Entry.NEVER
                && live.expiresAtMillis() - at.nowMillis() <= refreshMillis;
    }

    /** Its version's clock follows the wall clock. */
    private static long writtenAtMillis(Entry entry) {
        return HybridClock.millisOf(entry.version().clock());
    }

    /** Rounded up: what is left is not over. */
    private static long millis(long nanos) {
        return (nanos + 999_999) / 1_000_000;
    }

    /**
     * A token is a version of this node, and an invalidation counts here as no earlier than what
     * this node's clock had given when it came: so the token's clock tells whether it came since.
     */
    Change fill(Operation.Fill fill, Writer.Moment at) {
        if (!leases.isHeld(fill.key(), fill.token())) {
            return Writer.nothing(overtaken());
        }
        if (tags.anySince(fill.token().clock(), fill.key(), fill.tags())) {
            leases.overtake(at.slot(), fill.key());
            return Writer.nothing(overtaken());
        }
        Change change =
                writer.putLoaded(
                        new Operation.Put(
                                fill.key(),
                                fill.value(),
                                fill.expiry(),
                                Operation.Condition.ALWAYS,
                                false,
                                fill.tags()),
                        at);
        if (change.outcome() instanceof Applied) {
            leases.filled(fill.key());
        }
        return change;
    }

    Change end(Operation.EndLease end, Writer.Moment at) {
        boolean held = leases.isHeld(end.key(), end.token());
        if (end.absentMillis() == 0) {
            if (held) {
                leases.dropped(end.key());
            }
            return Writer.nothing(held ? NOT_WRITTEN : new Unchanged(null));
        }
        if (!held) {
            return Writer.nothing(overtaken());
        }
        Change change = Writer.nothing(NOT_WRITTEN);
        if (writer.liveOrNull(end.key(), at) != null) {
            Version version = writer.version(at);
            Applied applied = new Applied(version, 0, null, null);
            change = writer.keep(end.key(), writer.tombstone(version, at), applied, at);
        }
        leases.absent(at.slot(), end.key(), end.absentMillis());
        return change;
    }

    private static Refused overtaken() {
        return new Refused(
                ErrorCode.OVERTAKEN,
                "the lease has ended: its key, or a tag of it, was written or invalidated, it took too"
                        + " long, or the slot has another primary");
    }
}
