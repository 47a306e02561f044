package dev.gossamer.node.cache;

import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The entries that this node keeps, by slot, and the rules by which they change.
 *
 * <p><b>Threads.</b> Any thread, event loops too: nothing waits but for the short lock of one
 * slot's writers. Readers take no lock.
 */
public abstract class Keyspace {

    /**
     * The live entry, or null: expired entries and tombstones are not seen. Counts as a use, for
     * eviction. O(1).
     */
    public abstract @Nullable Entry findOrNull(Bytes key);

    /**
     * The entry or tombstone as it is kept, without counting as a use; for transfer, repair and
     * explain.
     */
    public abstract @Nullable Entry peekOrNull(Bytes key);

    /**
     * Applies an operation as the slot's primary: checks its condition and the cache's limits,
     * gives it a version greater than any this node has seen (C1), and stores it.
     *
     * @param epoch the epoch of the topology that makes this node the primary
     */
    public abstract Change apply(Operation operation, long epoch);

    /**
     * Stores what another owner had, if it is later than what stands here (C8). Its version is
     * witnessed: what this node writes next is later.
     *
     * @return whether it was stored
     */
    public abstract boolean merge(Bytes key, Entry entry);

    /** The settings of the cache that the key belongs to. */
    public abstract CacheSettings settingsOf(Bytes key);

    /**
     * Live entries and tombstones of a slot, in ascending order of the key's hash, from a position
     * on.
     */
    public abstract SlotPage page(int slot, long fromPosition, int entriesMax, long bytesMax);

    /** How many live entries (not tombstones) a slot has here. O(1). */
    public abstract int liveCount(int slot);

    /**
     * Drops all of a slot without tombstones, for this node does not own it any more. @return
     * entries dropped
     */
    public abstract int dropSlot(int slot);

    /**
     * What an operation did here.
     *
     * @param outcome what the caller is told
     * @param changed what the backups must store, as (key, entry or tombstone); empty when nothing
     *     changed
     */
    public record Change(Outcome outcome, List<Item> changed) {
        public Change {
            changed = List.copyOf(changed);
        }
    }

    /** A key and what is kept under it. */
    public record Item(Bytes key, Entry entry) {}

    /**
     * A part of a slot.
     *
     * @param next the position to go on from, or {@link #END}
     */
    public record SlotPage(List<Item> items, long next) {
        public static final long END = -1;
    }
}
