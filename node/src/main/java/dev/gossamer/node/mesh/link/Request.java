package dev.gossamer.node.mesh.link;

import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.RecentOperation;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.OperationId;
import java.util.List;

/** What one member asks of another. Each carries the asker's epoch in its frame. */
public sealed interface Request {
    /** What every request takes. */
    int BASE_BYTES = 64;

    /** The live entry of a key, asked of the slot's primary. Answer: {@link Reply.Found}. */
    record Read(Bytes key) implements Request {}

    /**
     * A change, asked of the slot's primary. Answer: {@link Reply.Done}.
     *
     * @param id applied once, however often it is asked for
     */
    record Write(Operation operation, OperationId id) implements Request {
        /** {@link Request#weightBytes} of the request that asks for this operation. */
        public static int weightBytes(Operation operation) {
            return BASE_BYTES + weightOf(operation);
        }
    }

    /**
     * Copies to store, from a primary to whoever holds the slot. Answer: {@link Reply.Stored}.
     *
     * @param items of one slot; at least one
     * @param operations whose effect the copies have, the last of them first
     */
    record Replicate(List<Item> items, List<RecentOperation> operations) implements Request {
        public Replicate {
            items = List.copyOf(items);
            operations = List.copyOf(operations);
            if (items.isEmpty() || operations.isEmpty()) {
                throw new IllegalArgumentException("no copies, or of no operation");
            }
        }
    }

    /** Whether the peer is there. Answered under every epoch. Answer: {@link Reply.Alive}. */
    record Ping() implements Request {}

    /**
     * What the peer has of some keys of one slot, tombstones too. Answer: {@link Reply.Fetched}.
     */
    record Fetch(List<Bytes> keys) implements Request {
        public Fetch {
            keys = List.copyOf(keys);
            if (keys.isEmpty()) {
                throw new IllegalArgumentException("no keys");
            }
        }
    }

    /**
     * Asked of the slot's primary: an answer when the lease of a key ends that somebody has now, or
     * the time is over, or nobody has one. Answer: {@link Reply.LeaseOver}.
     */
    record AwaitLease(Bytes key, long waitMillis) implements Request {}

    /** What keeps the members that hold a slot alike. Answer: {@link Reply.Synced}. */
    record Sync(SyncRequest request) implements Request {}

    /**
     * Live keys from a slot on, as far as the peer is primary. Answer: {@link Reply.Keys}.
     *
     * @param position where to go on in {@code slot}
     */
    record ListKeys(int slot, long position, int keysMin) implements Request {}

    /** How many live entries the slots have that the peer is primary of. */
    record Count() implements Request {}

    /** Some live key of which the peer is primary. Answer: {@link Reply.SomeKey}. */
    record RandomKey() implements Request {}

    /**
     * A tag is being invalidated: the peer is to count it so. Answer: {@link Reply.Bumped}.
     *
     * @param clock of the version so far
     */
    record Bump(long tag, long clock, Attempt attempt) implements Request {

        /** What the peer may have heard of it. In the order of their numbers on the wire. */
        public enum Attempt {
            /** It has heard: it is to be counted as of this clock. */
            LATER,
            /** It has not: what stands there counts as earlier, whatever its clock says. */
            FIRST,
            /** The same, but an earlier attempt may be on its way and is not to count any more. */
            AGAIN
        }
    }

    /**
     * What the peer has of some keys, of any slots, as it stands: entries, and near copies that it
     * would answer from. Answered under every epoch that the peer has come to. Answer: {@link
     * Reply.Inspected}.
     *
     * @param events whether to tell what became of near copies of these keys, too
     */
    record Inspect(List<Bytes> keys, boolean events) implements Request {
        public Inspect {
            keys = List.copyOf(keys);
        }
    }

    /**
     * What the peer remembers of a key, and of invalidations of these tags. Answered under every
     * epoch that the peer has come to. Answer: {@link Reply.Recalled}.
     *
     * @param tags hashes, that of the key's cache among them
     */
    record Recall(Bytes key, List<Long> tags) implements Request {
        public Recall {
            tags = List.copyOf(tags);
        }
    }

    /** Remove everything that the peer is primary of. Answer: {@link Reply.Counted}. */
    record Flush() implements Request {}

    /** About how many bytes this takes on the wire and in queues. */
    default int weightBytes() {
        int base = BASE_BYTES;
        return switch (this) {
            case Read(var key) -> base + key.length();
            case AwaitLease(var key, var _) -> base + key.length();
            case Write(var operation, var _) -> Write.weightBytes(operation);
            case Replicate(var items, var operations) ->
                    base + weightOf(items) + 64 * operations.size();
            case Fetch(var keys) -> base + keys.stream().mapToInt(Bytes::length).sum();
            case Inspect(var keys, var _) -> base + keys.stream().mapToInt(Bytes::length).sum();
            case Recall(var key, var tags) -> base + key.length() + Long.BYTES * tags.size();
            case Sync(var request) -> base + request.weightBytes();
            case Ping _, ListKeys _, Count _, RandomKey _, Flush _, Bump _ -> base;
        };
    }

    /** About how many bytes the items take. */
    static int weightOf(List<Item> items) {
        int sum = 0;
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            sum += 48 + item.key().length() + item.entry().valueLength();
        }
        return sum;
    }

    private static int weightOf(Operation operation) {
        int key = operation.key().length();
        return switch (operation) {
            case Operation.Put put -> key + put.value().length;
            case Operation.Fill fill -> key + fill.value().length;
            case Operation.Append append -> key + append.suffix().length;
            case Operation.SetRange range -> key + range.patch().length;
            case Operation.PutAllIfAbsent all ->
                    all.pairs().stream()
                            .mapToInt(pair -> 16 + pair.key().length() + pair.value().length)
                            .sum();
            case Operation.Remove _,
                    Operation.Expire _,
                    Operation.Increment _,
                    Operation.IncrementDecimal _,
                    Operation.TakeLease _,
                    Operation.EndLease _ ->
                    key + 32;
        };
    }
}
