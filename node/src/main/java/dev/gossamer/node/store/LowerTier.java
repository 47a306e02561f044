package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Version;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What lies under the memory tier, as that and {@link Tiers} see it. An entry that rests in both
 * counts in memory only: for the number of live entries, and for the digests. So each tier accounts
 * for itself, and the sum is what the node has.
 *
 * <p><b>Threads.</b> Any. The methods from {@link #written} to {@link #raises} are called inside
 * the key's atomic computation of the memory tier, in the order of the key's changes: they must not
 * wait, nor call the memory tier. What may wait says so.
 */
public interface LowerTier {
    /** Nothing under the memory. */
    LowerTier NONE = new NoLowerTier();

    /** The live entry stands in memory from now on; whatever rests here of the key is void. */
    void written(int slot, Bytes key, Entry entry);

    /** The tombstone stands in memory from now on; likewise. */
    void removed(int slot, Bytes key, Entry tombstone);

    /**
     * Nothing stands under the key from now on, and no tombstone either; likewise.
     *
     * @return whether something rested here and not in memory
     */
    boolean dropped(int slot, Bytes key);

    /** The entry, which stood in memory, is over. */
    void expired(int slot, Bytes key, Entry entry);

    /**
     * Memory has no room for the entry any more.
     *
     * @return whether it rests here from now on, and counts here
     */
    boolean takes(int slot, Bytes key, Entry entry);

    /**
     * Nothing stands in memory under the key, and what was read from here is to.
     *
     * @return whether it still rests here, and counts in memory from now on
     */
    boolean raises(int slot, Bytes key, Entry entry);

    /**
     * The version of what rests here and not in memory. It may be that of another key whose hash is
     * the same in 32 bits; reading it tells.
     */
    @Nullable Version versionOrNull(int slot, Bytes key);

    /** Whether something may rest here under the key, and not in memory. */
    boolean mayHave(int slot, Bytes key);

    /**
     * Reads what rests here under the key, for a request that waits for it.
     *
     * @param then called on whatever thread, perhaps at once; must not wait
     */
    void load(int slot, Bytes key, Loading then);

    /**
     * Hands over the value of what rests here under the key, if it lies in memory and nothing but a
     * copy has to be made of it: a plain value, whole, without tags, not expired, and valid. What
     * it was handed was current at some moment of this call: had a later write of the key been
     * visible before, what rests here would have been void. Never waits, and allocates nothing.
     *
     * @param validity asked about the clock of its version
     * @return whether the sink has it. Else it was handed nothing, or had to take it back; what
     *     rests here is for {@link #load} to find out
     */
    boolean lend(int slot, Bytes key, Validity validity, ValueSink sink);

    /** Which versions of an entry without tags count. */
    @FunctionalInterface
    interface Validity {
        /**
         * Whether what was written under the key at that clock does; says nothing of its expiry.
         */
        boolean isValid(Bytes key, long clock);
    }

    /** Takes what was read. */
    @FunctionalInterface
    interface Loading {
        /**
         * @param entry null when there is nothing, or it cannot be read, or is over. A key that
         *     cannot be read does not rest here any more
         */
        void found(@Nullable Entry entry);

        /**
         * It took too long. What rests here does so still: other members may go by what this one
         * has, so being slow must not be the same as having nothing.
         */
        default void late() {
            found(null);
        }
    }

    /**
     * What rests here under the key, for whom more time is given than a request has; null when that
     * is nothing, or cannot be read, or is over. May wait.
     *
     * @throws GossamerException {@link ErrorCode#BUSY} when even that time was too short. Nothing
     *     is known then
     */
    @Nullable Entry read(int slot, Bytes key);

    /**
     * What rests here of a slot and not in memory, from a position on and before another, in order.
     *
     * @param bytesMax of the records; one comes at least, unless there are no more
     */
    RestedPage restedFrom(int slot, long from, long to, int max, long bytesMax);

    /**
     * The keys of what was listed, in order; those that rest here no more are left out. May wait.
     *
     * @param whole whether the values are wanted, too; else entries have just a version
     * @throws GossamerException as {@link #read(int, Bytes)} does
     */
    List<RestedItem> read(int slot, List<Rested> rested, boolean whole);

    /**
     * Drops what rests here of the slot and not in memory.
     *
     * @param which by the number of copies that an entry's cache wants
     * @param spared what stays all the same
     * @return how many were dropped
     */
    int drop(int slot, IntPredicate which, Predicate<Version> spared);

    /** Whether there is room for more than rests here. */
    boolean hasRoom();

    /** Whether nothing comes to rest here for the time being. */
    boolean isGivenUp();

    /** Whether nothing is to be acknowledged before it is on the device: {@link #whenDurable}. */
    boolean acknowledgesDurable();

    /**
     * Runs {@code then} once all that was written up to now is on the device, where nothing is to
     * be acknowledged before; else at once. On any thread; it must not wait.
     */
    void whenDurable(Runnable then);

    /**
     * Done when all that rests here is known. Until then digests, lists and counts say less than is
     * here, and so must not be compared with others'; reads of what is not known yet wait.
     */
    CompletableFuture<Void> loaded();

    /** Entries of the slot that rest here and not in memory. O(1). */
    int liveCount(int slot);

    /** Likewise of all slots. */
    long liveCount();

    /**
     * Something that rests here.
     *
     * @param copies how many its cache wants
     */
    record Rested(long position, Version version, int copies) {}

    /**
     * A part of a slot.
     *
     * @param next the position to go on from, or {@link MemoryTier.KeyPage#END}
     */
    record RestedPage(List<Rested> rested, long next) {
        /** Nothing. */
        public static final RestedPage NONE = new RestedPage(List.of(), MemoryTier.KeyPage.END);
    }

    /** What was read. */
    record RestedItem(Bytes key, Entry entry) {}
}
