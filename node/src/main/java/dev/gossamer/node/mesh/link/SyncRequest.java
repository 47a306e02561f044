package dev.gossamer.node.mesh.link;

import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.RecentOperation;
import dev.gossamer.node.store.KeyRanges;
import dev.gossamer.protocol.Bytes;
import java.util.List;

/**
 * What members ask of each other so that all who hold a slot hold the same. Where a request carries
 * the asker's clock, the member that is asked gives only later versions from then on.
 */
public sealed interface SyncRequest {

    /**
     * The new primary of some slots asks another member that holds them. Answer: {@link
     * SyncReply.Surveyed}.
     */
    record Survey(List<Mark> slots, long clock) implements SyncRequest {
        public Survey {
            slots = List.copyOf(slots);
        }
    }

    /**
     * @param settled the asker has everything of the slot up to this clock
     */
    record Mark(int slot, long settled) {}

    /**
     * A member asks the primary of some slots whether it holds the same. Answer: {@link
     * SyncReply.Compared}.
     *
     * @param operations whether the operations remembered in these slots are wanted, too
     */
    record Compare(List<Digest> slots, long clock, boolean operations) implements SyncRequest {
        public Compare {
            slots = List.copyOf(slots);
        }
    }

    /**
     * @param rank of the caches that count: those with more copies
     */
    record Digest(int slot, int rank, long digest) {}

    /**
     * Keys and versions of some slots or parts of them, page by page. Answer: {@link
     * SyncReply.Listing}.
     *
     * @param position where to go on in the first of them; 0 for its beginning
     * @param ofPrimary whether the answer counts only if the peer serves the slots as their primary
     */
    record Versions(List<Wanted> slots, long position, int bytesMax, boolean ofPrimary)
            implements SyncRequest {
        public Versions {
            slots = List.copyOf(slots);
        }
    }

    /**
     * A slot, or a part of it.
     *
     * @param rank of the caches that are wanted: those with more copies
     * @param after only versions with a later clock are wanted
     * @param from the first position that is wanted
     * @param to one more than the last
     */
    record Wanted(int slot, int rank, long after, long from, long to) {
        public Wanted {
            if (from < 0 || from >= to || to > KeyRanges.END) {
                throw new IllegalArgumentException("positions from " + from + " to " + to);
            }
        }

        /** All of a slot. */
        public Wanted(int slot, int rank, long after) {
            this(slot, rank, after, 0, KeyRanges.END);
        }
    }

    /**
     * The digests of some slots' ranges. Answer: {@link SyncReply.Ranged}.
     *
     * @param ofPrimary whether the answer counts only if the peer serves the slots as their primary
     */
    record Ranges(List<Cut> slots, boolean ofPrimary) implements SyncRequest {
        public Ranges {
            slots = List.copyOf(slots);
        }
    }

    /**
     * A slot to be cut into ranges.
     *
     * @param rank of the caches that count: those with more copies
     * @param ranges how many; see {@link KeyRanges}
     */
    record Cut(int slot, int rank, int ranges) {
        public Cut {
            if (!KeyRanges.isCount(ranges)) {
                throw new IllegalArgumentException(ranges + " ranges");
            }
        }
    }

    /**
     * Entries and tombstones of some keys, until the answer has so many bytes. Answer: {@link
     * SyncReply.Brought}.
     */
    record Bring(List<Bytes> keys, int bytesMax) implements SyncRequest {
        public Bring {
            keys = List.copyOf(keys);
        }
    }

    /**
     * What the new primary has and the peer has not, before the primary serves. Answer: {@link
     * SyncReply.Done}.
     */
    record Settle(List<Item> items, List<Operated> operations) implements SyncRequest {
        public Settle {
            items = List.copyOf(items);
            operations = List.copyOf(operations);
        }
    }

    /**
     * What was written on the asker's side of a partition, offered to the slots' primary. Answer:
     * {@link SyncReply.Done} when all who are to have it have it.
     *
     * @param blind what was written where that side had no copy of what came before
     */
    record Reconcile(List<Item> items, List<Item> blind) implements SyncRequest {
        public Reconcile {
            items = List.copyOf(items);
            blind = List.copyOf(blind);
        }
    }

    /**
     * A part of what the peer knows of invalidated tags. Answer: {@link SyncReply.Tagged}.
     *
     * @param part 0 and on
     * @param parts how many parts all of it is in; 0 for a summary alone
     */
    record Tags(int part, int parts) implements SyncRequest {
        public Tags {
            if (part < 0 || parts < 0 || (part > 0 && part >= parts)) {
                throw new IllegalArgumentException("part " + part + " of " + parts);
            }
        }
    }

    /** An operation that was applied in a slot, and what came of it. */
    record Operated(int slot, RecentOperation operation) {}

    /** About how many bytes this takes on the wire and in queues. */
    default int weightBytes() {
        return switch (this) {
            case Survey(var slots, var _) -> 10 * slots.size();
            case Compare(var slots, var _, var _) -> 14 * slots.size();
            case Versions(var slots, var _, var _, var _) -> 27 * slots.size();
            case Ranges(var slots, var _) -> 5 * slots.size();
            case Bring(var keys, var _) -> keys.stream().mapToInt(key -> 4 + key.length()).sum();
            case Settle(var items, var operations) ->
                    Request.weightOf(items) + weightOf(operations);
            case Tags _ -> 8;
            case Reconcile(var items, var blind) ->
                    Request.weightOf(items) + Request.weightOf(blind);
        };
    }

    /** About how many bytes the operations take. */
    static int weightOf(List<Operated> operations) {
        int sum = 0;
        for (int i = 0; i < operations.size(); i++) {
            sum += 24 + MessageCodec.weightBytes(operations.get(i).operation().outcome());
        }
        return sum;
    }
}
