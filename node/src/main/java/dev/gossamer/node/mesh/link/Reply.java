package dev.gossamer.node.mesh.link;

import dev.gossamer.gossip.invalidation.Position;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Leases;
import dev.gossamer.node.cache.Mutation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a member answers another. */
public sealed interface Reply {
    Stored STORED = new Stored();
    LeaseOver LEASE_OVER = new LeaseOver();

    /**
     * @param entry the live entry, or null for a miss
     * @param at where the peer's log of invalidations ended before it read the entry: what is in
     *     there later may concern it. Null when the peer is no primary
     */
    record Found(@Nullable Entry entry, @Nullable Position at) implements Reply {}

    record Done(Outcome outcome) implements Reply {}

    /** The copies are kept, or something later is. */
    record Stored() implements Reply {}

    /** It is worth asking again for the key that somebody has loaded. */
    record LeaseOver() implements Reply {}

    /**
     * The invalidation is stored.
     *
     * @param clock as of which it counts at the peer
     */
    record Bumped(long clock) implements Reply {}

    /**
     * @param epoch that the peer serves requests under
     */
    record Alive(long epoch) implements Reply {}

    /**
     * @param items what the peer has of the keys asked for
     * @param authoritative whether nothing that was acknowledged under this epoch or before is
     *     missing from the answer
     * @param complete whether the peer is an owner that holds the whole slot
     */
    record Fetched(List<Item> items, boolean authoritative, boolean complete) implements Reply {
        public Fetched {
            items = List.copyOf(items);
        }
    }

    record Synced(SyncReply reply) implements Reply {}

    /**
     * @param slot where to go on: the first slot not listed whole, or the number of slots
     */
    record Keys(List<Bytes> keys, int slot, long position) implements Reply {
        public Keys {
            keys = List.copyOf(keys);
        }
    }

    /**
     * @param epoch that the peer goes by
     * @param sightings one for each key asked for, in their order
     */
    record Inspected(long epoch, List<Sighting> sightings) implements Reply {
        public Inspected {
            sightings = List.copyOf(sightings);
        }
    }

    /**
     * @param mutations the newest first
     * @param lease that somebody has of the key by the peer's word, or null
     */
    record Recalled(List<Mutation> mutations, Leases.@Nullable Running lease) implements Reply {
        public Recalled {
            mutations = List.copyOf(mutations);
        }
    }

    record Counted(long count) implements Reply {}

    record SomeKey(@Nullable Bytes key) implements Reply {}

    /**
     * The peer goes by another epoch.
     *
     * @param maybeDone whether the write may have been applied before that epoch came; else nothing
     *     was done. It may be sent again under its operation id in either case, but only what was
     *     not done may be reported as refused
     */
    record WrongEpoch(long epoch, boolean maybeDone) implements Reply {
        /** Nothing was done. */
        public WrongEpoch(long epoch) {
            this(epoch, false);
        }
    }

    record Failed(ErrorCode code, String message) implements Reply {}
}
