package dev.gossamer.node.mesh.link;

import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Keyspace.KeyVersion;
import dev.gossamer.node.cache.RangeDigests;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.link.SyncRequest.Operated;
import java.util.List;

/** The answers to {@link SyncRequest}s. */
public sealed interface SyncReply {
    /**
     * What the member that was asked holds of the slots, in the order of the question.
     *
     * @param clock not earlier than that of any version here
     * @param operations those remembered here that may be missing at the asker
     */
    record Surveyed(long clock, List<Kept> slots, List<Operated> operations) implements SyncReply {
        public Surveyed {
            slots = List.copyOf(slots);
            operations = List.copyOf(operations);
        }
    }

    /**
     * @param rank the member vouches for the caches with more copies; {@link #NOTHING}, when for
     *     none
     * @param digest over those caches
     * @param settled it has everything of the slot up to this clock
     */
    record Kept(int rank, long digest, long settled) {
        public static final int NOTHING = -1;
    }

    /**
     * How the asker's slots compare with the primary's, in the order of the question.
     *
     * @param entryBytes how large an entry of the primary's is on average
     */
    record Compared(List<Verdict> slots, List<Operated> operations, int entryBytes)
            implements SyncReply {
        public Compared {
            slots = List.copyOf(slots);
            operations = List.copyOf(operations);
        }
    }

    /**
     * @param settled everybody who is to has everything of the slot up to this clock
     * @param entries live entries of the slot at the primary
     */
    record Verdict(Likeness likeness, long settled, int entries) {}

    /** Whether two members hold the same of a slot. */
    enum Likeness {
        /** The member that was asked does not serve the slot as its primary, or not yet. */
        UNKNOWN(0),
        SAME(1),
        DIFFERENT(2);

        final int code;

        Likeness(int code) {
            this.code = code;
        }

        static Likeness of(int code) {
            return switch (code) {
                case 0 -> UNKNOWN;
                case 1 -> SAME;
                case 2 -> DIFFERENT;
                default -> throw Wire.unknown("likeness", code);
            };
        }
    }

    /**
     * A part of the versions asked for.
     *
     * @param slotsDone how many of the slots, from the first on, have been listed whole
     * @param position where to go on in the slot after those
     * @param clock whatever of the slots begun here is written after they were begun is later
     */
    record Listing(List<KeyVersion> items, int slotsDone, long position, long clock)
            implements SyncReply {
        public Listing {
            items = List.copyOf(items);
        }
    }

    /**
     * The digests of the ranges asked for.
     *
     * @param slots of the first slots of the question, in its order; at least one
     */
    record Ranged(List<RangeDigests> slots) implements SyncReply {
        public Ranged {
            slots = List.copyOf(slots);
        }
    }

    /**
     * @param items what there is of the keys
     * @param keysDone how many of the keys, from the first on, were looked up
     */
    record Brought(List<Item> items, int keysDone) implements SyncReply {
        public Brought {
            items = List.copyOf(items);
        }
    }

    /**
     * A part of what the member that was asked knows of invalidated tags.
     *
     * @param complete whether it knows of every invalidation that was acknowledged under an earlier
     *     epoch
     */
    record Tagged(boolean complete, Tags.Page page) implements SyncReply {}

    /** What was sent is kept, or something later is. */
    record Done() implements SyncReply {}

    /** About how many bytes this takes on the wire. */
    default int weightBytes() {
        return switch (this) {
            case Surveyed(var _, var slots, var operations) ->
                    17 * slots.size() + SyncRequest.weightOf(operations);
            case Compared(var slots, var operations, var _) ->
                    13 * slots.size() + SyncRequest.weightOf(operations);
            case Listing(var items, var _, var _, var _) ->
                    items.stream().mapToInt(SyncReply::weightOf).sum();
            case Ranged(var slots) -> slots.stream().mapToInt(SyncReply::weightOf).sum();
            case Brought(var items, var _) -> Request.weightOf(items);
            case Tagged(var _, var page) -> 24 + 16 * page.tags().size();
            case Done() -> 0;
        };
    }

    /** About how many bytes one takes. */
    static int weightOf(RangeDigests slot) {
        return 12 + Long.BYTES * slot.digests().length;
    }

    /** About how many bytes one takes. */
    static int weightOf(KeyVersion listed) {
        return 32 + listed.key().length();
    }
}
