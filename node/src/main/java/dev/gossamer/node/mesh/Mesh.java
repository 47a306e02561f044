package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Loss;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.audit.AuditReport;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.ValueSink;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Topology;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The whole mesh, seen from this node: what the edges ask.
 *
 * <p><b>Threads.</b> {@link #read}, {@link #write} and {@link #awaitLease} are called on one of the
 * node's event loops, never block it, and answer on that same loop, often before they return. The
 * methods that return a future may be called by any thread.
 *
 * <p><b>Failure.</b> Whatever the mesh could not do in time or at all arrives at {@link
 * Callback#failed}, or as a {@link dev.gossamer.protocol.GossamerException} in the future. A miss
 * is an answer.
 */
public interface Mesh {

    /** Takes one answer, exactly once. */
    interface Callback<T> {
        void done(T answer);

        void failed(ErrorCode code, String message);

        /** On whose behalf it is asked: what {@link Mesh#explain} tells of a write. */
        default Caller caller() {
            return Caller.UNKNOWN;
        }

        /**
         * Who takes the answer to {@link Mesh#read} if it is a value in memory outside of the heap,
         * of which an entry would have to be made; null where it is the entry that is wanted.
         */
        default @Nullable ValueTaker takerOrNull() {
            return null;
        }
    }

    /**
     * Takes a value instead of an entry. That a value came does not make it the answer: it may be
     * taken back, and {@link Callback#done} called some time later.
     */
    interface ValueTaker extends ValueSink {
        /** What came last is the answer; the callback hears nothing more. */
        void taken();
    }

    /** Where an answer came from. */
    enum Tier {
        /** This node's memory. */
        L1,
        /** Another member's. */
        L3
    }

    /**
     * The answer to a read.
     *
     * @param entry the live entry, or null for a miss
     * @param tier where it was found, or where its absence was
     * @param origin the member that answered, now or when its answer was kept as a near copy
     * @param ageNanos the answer was certainly current so long ago; 0 when its owner was asked
     */
    record Read(@Nullable Entry entry, Tier tier, Member origin, long ageNanos) {
        /** Not from a near copy. */
        public Read(@Nullable Entry entry, Tier tier, Member origin) {
            this(entry, tier, origin, 0);
        }
    }

    void read(Bytes key, Freshness freshness, Callback<Read> callback);

    void write(Operation operation, Callback<Outcome> callback);

    /**
     * {@link #write(Operation, Callback)} for a call that its client may send again: an id that was
     * applied before, here or on an owner that died since, is answered with the first outcome and
     * not applied again (C5).
     */
    void write(Operation operation, OperationId id, Callback<Outcome> callback);

    /**
     * Waits until it is worth asking again for a key that {@link Outcome.Leased.State#BUSY somebody
     * else} loads: the lease has ended, or the time is over, or nobody is known to have one. The
     * callback hears the key; or BUSY, when there is no room for so many who wait.
     *
     * <p>Called on an event loop, as {@link #read} is.
     *
     * @param waitMillis cut to the longest time of a lease
     */
    void awaitLease(Bytes key, long waitMillis, Callback<Bytes> callback);

    /** {@link #read} for callers that are on no event loop. */
    CompletableFuture<Read> readAsync(Bytes key, Freshness freshness);

    /** {@link #write} for callers that are on no event loop, on somebody's behalf. */
    CompletableFuture<Outcome> writeAsync(Operation operation, Caller caller);

    /** The same on behalf of nobody who is known. */
    default CompletableFuture<Outcome> writeAsync(Operation operation) {
        return writeAsync(operation, Caller.UNKNOWN);
    }

    /** The topology that this node goes by now. Never blocks. */
    Topology topology();

    /** The epoch that reads and writes of this node's clients go by now. One volatile read. */
    default long epoch() {
        return topology().epoch();
    }

    /**
     * Whether the versions of a key are compared by {@link
     * dev.gossamer.protocol.Version#EPOCH_FIRST}, for its cache is consistent, and not by {@link
     * dev.gossamer.protocol.Version#CLOCK_FIRST}.
     */
    boolean isEpochFirst(Bytes key);

    /** How fresh a read of the key is to be that says nothing, by its cache's settings. */
    Freshness freshnessOf(Bytes key);

    Member self();

    /** What this node invalidated as a primary. */
    FollowedLog log();

    /**
     * @return a handle that ends the subscription; the consumer is called on no particular thread
     *     and must return soon
     */
    AutoCloseable onTopology(Consumer<Topology> consumer);

    /**
     * One step of a walk over all keys: every key that exists from the walk's beginning to its end
     * is seen at least once. Start with cursor 0; the walk is over when the answer's cursor is 0.
     *
     * @param scope the whole mesh, or the slots that this node is primary of
     * @param keysMin the least number of keys to collect, unless the walk ends; more may come
     */
    CompletableFuture<ScanPage> scan(long cursor, int keysMin, Scope scope);

    /** Whose keys an operation covers. */
    enum Scope {
        MESH,
        HERE
    }

    /** Keys, and the cursor to go on with: 0 at the end. */
    record ScanPage(List<Bytes> keys, long cursor) {}

    /** The number of live entries, each counted once. */
    CompletableFuture<Long> size(Scope scope);

    /** Keys of one slot that this node holds. */
    List<Bytes> keysInSlot(int slot, int keysMax);

    /** How many live entries of one slot this node holds. */
    int countInSlot(int slot);

    /** Some key of the mesh, or null when it is empty. */
    CompletableFuture<@Nullable Bytes> randomKey();

    /**
     * Removes every entry of the mesh (or of the slots this node is primary of), each with a
     * version of its own.
     *
     * @param caller on whose behalf
     */
    CompletableFuture<Void> flush(Scope scope, Caller caller);

    /** The same on behalf of nobody who is known. */
    default CompletableFuture<Void> flush(Scope scope) {
        return flush(scope, Caller.UNKNOWN);
    }

    /**
     * Makes many entries count as absent: once it is done, no LATEST read returns one that was
     * written before it began (C6, C8).
     *
     * @param caller on whose behalf
     * @return fails with {@link ErrorCode#NOREPLICAS} when not all members could be told in time:
     *     it may have been done in part then, and may be repeated
     */
    CompletableFuture<Invalidation.Done> invalidate(Invalidation what, Caller caller);

    /** The same on behalf of nobody who is known. */
    default CompletableFuture<Invalidation.Done> invalidate(Invalidation what) {
        return invalidate(what, Caller.UNKNOWN);
    }

    /**
     * Hashes of some tags of the key's cache, for {@link Operation.Put}.
     *
     * @throws IllegalArgumentException when they are too many, or one is empty or too long
     */
    long[] tagsOf(Bytes key, List<Bytes> names);

    /** Where a key lives, what each member has of it, and what became of it lately. */
    CompletableFuture<Explanation> explain(Bytes key);

    MeshStatus status();

    /**
     * The mesh as this node knows it, from what the members tell each other.
     *
     * @param epoch of the topology that this node goes by
     * @param phase how far a change of owners has come
     * @param missingCopies copies of slots that should exist and do not yet: wanted replication
     *     against owners that are there
     * @param settled whether nothing changes, and every member of the topology has said that it has
     *     done what this epoch asks of it
     * @param quorum who is here of those that agree on topologies
     */
    record MeshStatus(
            long epoch,
            Topology.Phase phase,
            int replication,
            List<MemberStatus> members,
            int slotsCovered,
            int missingCopies,
            boolean settled,
            Quorum quorum) {}

    /**
     * How many are seen here of those whose majority decides.
     *
     * @param roster the members of the last agreed topology
     * @param inView how many of them this node sees, itself included
     * @param majority whether that is more than half
     */
    record Quorum(int roster, int inView, boolean majority) {}

    /**
     * One member's account of itself.
     *
     * @param state {@code ready}, {@code filling}, {@code joining}, {@code draining} or {@code
     *     drained}
     * @param epoch the epoch it goes by
     * @param slotsPrimary how many slots it is primary of
     * @param slotsBackup how many slots it is a backup of
     * @param slotsFilling how many slots it has to take over or to copy yet
     * @param lease whether it may answer as a primary, by the word of a majority
     */
    record MemberStatus(
            Member member,
            String state,
            long epoch,
            int slotsPrimary,
            int slotsBackup,
            int slotsFilling,
            long entries,
            long bytes,
            long memoryBytesMax,
            boolean lease,
            Transfer transfer) {}

    /**
     * How far a member has come with the slots that it copies under the present epoch.
     *
     * @param slotsDone copied
     * @param slotsLeft known to differ, and not copied yet
     * @param bytesDone that came for them so far
     * @param bytesLeft about how many are still to come
     * @param bytesPerSecond on average
     * @param left about how long it will take
     */
    record Transfer(
            int slotsDone,
            int slotsLeft,
            long bytesDone,
            long bytesLeft,
            long bytesPerSecond,
            Duration left) {
        /** Nothing to copy. */
        public static final Transfer NONE = new Transfer(0, 0, 0, 0, 0, Duration.ZERO);

        public boolean isRunning() {
            return slotsLeft > 0;
        }
    }

    /**
     * Hands everything that this member has over to the others: it goes on answering, and owns
     * nothing in the end. It stays so until the process ends. May be called again, to wait.
     *
     * @return done when this member owns nothing and every slot has as many copies elsewhere as are
     *     wanted and the members left can give; fails with {@link ErrorCode#ERR} when nobody is
     *     left to take over. On the smaller side of a partition it goes on when that has healed
     */
    CompletableFuture<@Nullable Void> drain();

    /** How far {@link #drain} has come. */
    Drain drainState();

    /**
     * How far a member has come with handing over.
     *
     * @param slotsOwned how many slots this member owns yet, or gets the writes of for their new
     *     owners' sake
     * @param slotsToCopy how many slots others have yet to copy, as far as they know by now
     * @param bytesToCopy about how many bytes that is
     * @param left about how long the copying will take
     */
    record Drain(Stage stage, int slotsOwned, int slotsToCopy, long bytesToCopy, Duration left) {
        /** Not asked for, under way, or done. */
        public enum Stage {
            NONE,
            DRAINING,
            DRAINED
        }
    }

    /** Every key that lost a version here when the sides of a partition were merged (C9). */
    List<Loss> losses();

    /** What this member's auditor has found since its start (C2, C4). Never blocks. */
    AuditReport audit();

    /** The settings of all named caches, the default one first. */
    List<CacheSettings> caches();
}
