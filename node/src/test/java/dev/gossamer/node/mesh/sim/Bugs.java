package dev.gossamer.node.mesh.sim;

import dev.gossamer.membership.agreement.Message;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.KeyVersion;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.VersionPage;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.SyncReply;
import dev.gossamer.node.mesh.link.SyncRequest;
import dev.gossamer.node.mesh.sim.Faults.Kind;
import dev.gossamer.node.store.NearOrigin;
import dev.gossamer.node.store.NearTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Bugs planted between the real parts of a node, to see that the simulator finds them: what a part
 * says or hears is changed as if another part had the bug. The nodes themselves have no switch for
 * any of it.
 */
final class Bugs {
    enum Bug {
        NONE,
        /** The primary does not wait for its backups, and some never get the copy. */
        ACKNOWLEDGED_BEFORE_STORED,
        /** A new primary believes that all others hold what it holds. */
        NO_TAKEOVER,
        /** A backup or a copying member believes that it holds what the primary holds. */
        NO_MIRROR,
        /** Whoever mirrors a slot keeps what is here, whatever the primary has. */
        MIRROR_KEEPS_ALL,
        /** A primary answers LATEST from its memory whatever is pending, and without a lease. */
        READS_PAST_EVERYTHING,
        /** A member takes its lease without asking anyone. */
        LEASE_BY_ITSELF,
        /** The ceiling of the clock is lost when the process ends. */
        CLOCK_FORGOTTEN,
        /** Nobody knows an operation again. */
        OPERATION_IDS_IGNORED,
        /** What a member promised and accepted is lost when its process ends. */
        WORD_FORGOTTEN,
        /** What the smaller side of a partition wrote is not offered to the others. */
        NO_RECONCILIATION,
        /** What lost in a merge is listed nowhere. */
        NO_LEDGER,
        /** A fill is stored whatever became of its lease. */
        FILLS_UNCHECKED,
        /** The primary takes all who ask for a lease for one and the same. */
        HOLDERS_CONFUSED,
        /** What others invalidate takes no near copy out. */
        NEAR_NEVER_VOIDED,
        /** A member keeps its near copy of a key that it had another one write. */
        OWN_WRITES_UNHEEDED,
        /** Near copies answer, however long their origin has proved nothing. */
        WATERMARK_IGNORED,
        /** That a slot was not served without a break voids no near copy. */
        SLOTS_NEVER_VOIDED,
        /** A member acknowledges that a tag is invalidated, and does not remember it. */
        INVALIDATIONS_NOT_STORED,
        /** A member that joins or comes back believes that no tag was invalidated before. */
        NO_TAG_SYNC,
        /** What a member held is lost when its process ends, but not what it holds. */
        PAST_FORGOTTEN,
        /** Which tags were invalidated is lost when a process ends, but not the entries. */
        TAGS_FORGOTTEN,
        /** A disk brings back an older state than the one it says it has. */
        DISK_BEHIND_PAST
    }

    /** The faults under which a bug shows; other kinds only take time. */
    static Set<Kind> exposing(Bug bug) {
        return switch (bug) {
            case NONE, ACKNOWLEDGED_BEFORE_STORED, NO_MIRROR, INVALIDATIONS_NOT_STORED ->
                    Faults.SURVIVED;
            case NO_TAG_SYNC -> EnumSet.of(Kind.KILL, Kind.JOIN);
            case MIRROR_KEEPS_ALL -> EnumSet.of(Kind.PAIR, Kind.ONE_WAY, Kind.PAUSE, Kind.SLOW);
            case NO_TAKEOVER -> EnumSet.of(Kind.KILL, Kind.ONE_WAY, Kind.JOIN);
            case NO_RECONCILIATION, NO_LEDGER ->
                    EnumSet.of(Kind.PAUSE, Kind.ISOLATE, Kind.PARTITION);
            case READS_PAST_EVERYTHING, LEASE_BY_ITSELF ->
                    EnumSet.of(Kind.PARTITION, Kind.ISOLATE, Kind.PAIR, Kind.ONE_WAY, Kind.SLOW);
            case PAST_FORGOTTEN, TAGS_FORGOTTEN, DISK_BEHIND_PAST -> EnumSet.of(Kind.ALL_AT_ONCE);
            case CLOCK_FORGOTTEN -> EnumSet.of(Kind.ALL_AT_ONCE, Kind.CLOCK_STEP);
            case OPERATION_IDS_IGNORED -> EnumSet.of(Kind.RESET, Kind.KILL, Kind.SLOW);
            case FILLS_UNCHECKED, HOLDERS_CONFUSED -> EnumSet.of(Kind.SLOW, Kind.RESET);
            case NEAR_NEVER_VOIDED, OWN_WRITES_UNHEEDED -> EnumSet.of(Kind.SLOW, Kind.RESET);
            case WATERMARK_IGNORED -> EnumSet.of(Kind.PAUSE, Kind.ISOLATE, Kind.PAIR, Kind.ONE_WAY);
            case SLOTS_NEVER_VOIDED -> EnumSet.of(Kind.JOIN);
            case WORD_FORGOTTEN -> EnumSet.of(Kind.ALL_AT_ONCE, Kind.DATAGRAM_LOSS, Kind.SLOW);
        };
    }

    private static final int KEYS_PER_PAGE = 1_000;
    private static final byte AGREEMENT = 2;

    private final World world;
    private final Bug planted;
    private long freshIds;

    Bugs(World world, Bug planted) {
        this.world = world;
        this.planted = planted;
    }

    boolean is(Bug bug) {
        return planted == bug;
    }

    NearTier nearTier(long bytesMax, LongSupplier wallMillis, NearTier.Order order) {
        return new NearTier(bytesMax, wallMillis, order) {
            @Override
            public boolean invalidate(
                    NearOrigin origin, long sequence, long hash, Version version) {
                return planted != Bug.NEAR_NEVER_VOIDED
                        && super.invalidate(origin, sequence, hash, version);
            }

            @Override
            public void drop(long hash) {
                if (planted != Bug.OWN_WRITES_UNHEEDED) {
                    super.drop(hash);
                }
            }

            @Override
            public void voidSlot(int slot) {
                if (planted != Bug.SLOTS_NEVER_VOIDED) {
                    super.voidSlot(slot);
                }
            }
        };
    }

    /** A read as a member is asked for it. */
    Freshness asked(Freshness freshness) {
        return planted == Bug.WATERMARK_IGNORED && freshness instanceof Freshness.Within
                ? new Freshness.Within(Duration.ofHours(1))
                : freshness;
    }

    /** What a member hears without having asked. */
    Optional<Reply> answerUnasked(SimProcess asker, Request request) {
        return switch (planted) {
            case ACKNOWLEDGED_BEFORE_STORED ->
                    request instanceof Request.Replicate && world.chance(0.3)
                            ? Optional.of(Reply.STORED)
                            : Optional.empty();
            case NO_TAKEOVER -> sync(request, SyncRequest.Survey.class).map(s -> alike(asker, s));
            case NO_MIRROR -> sync(request, SyncRequest.Compare.class).map(Bugs::alike);
            case INVALIDATIONS_NOT_STORED ->
                    request instanceof Request.Bump(var _, var clock, var _)
                            ? Optional.of(new Reply.Bumped(clock))
                            : Optional.empty();
            case NO_TAG_SYNC ->
                    sync(request, SyncRequest.Tags.class)
                            .map(_ -> asker.keyspace().tags().page(0, 0))
                            .map(own -> new Reply.Synced(new SyncReply.Tagged(true, own)));
            case NO_RECONCILIATION ->
                    sync(request, SyncRequest.Reconcile.class)
                            .map(_ -> new Reply.Synced(new SyncReply.Done()));
            default -> Optional.empty();
        };
    }

    private static <T extends SyncRequest> Optional<T> sync(Request request, Class<T> type) {
        return request instanceof Request.Sync(var asked) && type.isInstance(asked)
                ? Optional.of(type.cast(asked))
                : Optional.empty();
    }

    private static Reply alike(SimProcess asker, SyncRequest.Survey survey) {
        Keyspace keyspace = asker.keyspace();
        List<SyncReply.Kept> kept =
                survey.slots().stream()
                        .map(mark ->
                                new SyncReply.Kept(
                                        0, keyspace.digest(mark.slot(), 0), mark.settled()))
                        .toList();
        return new Reply.Synced(new SyncReply.Surveyed(0, kept, List.of()));
    }

    private static Reply alike(SyncRequest.Compare compare) {
        var same = new SyncReply.Verdict(SyncReply.Likeness.SAME, 0, 0);
        List<SyncReply.Verdict> verdicts = compare.slots().stream().map(_ -> same).toList();
        return new Reply.Synced(new SyncReply.Compared(verdicts, List.of(), 0));
    }

    /** A request on its way out. */
    Request sent(Request request) {
        if (planted == Bug.HOLDERS_CONFUSED
                && request instanceof Request.Write(Operation.TakeLease take, var _)) {
            return new Request.Write(take, new OperationId(-1, 0));
        }
        if (planted == Bug.FILLS_UNCHECKED
                && request instanceof Request.Write(Operation.Fill fill, var id)) {
            return new Request.Write(
                    new Operation.Put(
                            fill.key(),
                            fill.value(),
                            fill.expiry(),
                            Operation.Condition.ALWAYS,
                            false),
                    id);
        }
        return planted == Bug.OPERATION_IDS_IGNORED
                        && request instanceof Request.Write(var operation, var _)
                ? new Request.Write(operation, new OperationId(-1, freshIds++))
                : request;
    }

    /** An answer on its way in. */
    Reply heard(SimProcess asker, Request request, Reply reply) {
        return planted == Bug.MIRROR_KEEPS_ALL
                        && request instanceof Request.Sync(SyncRequest.Versions asked)
                        && asked.ofPrimary()
                        && reply instanceof Reply.Synced(SyncReply.Listing listing)
                ? new Reply.Synced(withOwn(asker, asked, listing))
                : reply;
    }

    private static SyncReply withOwn(
            SimProcess asker, SyncRequest.Versions asked, SyncReply.Listing listing) {
        Map<Bytes, KeyVersion> items = new LinkedHashMap<>();
        listing.items().forEach(item -> items.put(item.key(), item));
        for (SyncRequest.Wanted wanted : asked.slots()) {
            VersionPage own =
                    asker.keyspace()
                            .versions(wanted.slot(), wanted.from(), wanted.to(), KEYS_PER_PAGE, 0);
            own.versions().forEach(mine -> items.put(mine.key(), mine));
        }
        return new SyncReply.Listing(
                List.copyOf(items.values()),
                listing.slotsDone(),
                listing.position(),
                listing.clock());
    }

    /** What a member hears for having sent this. */
    Optional<byte[]> echo(byte[] payload) {
        if (planted != Bug.LEASE_BY_ITSELF || payload[0] != AGREEMENT) {
            return Optional.empty();
        }
        Message message = Message.decode(Arrays.copyOfRange(payload, 1, payload.length));
        if (!(message instanceof Message.Heartbeat(var report, var round))) {
            return Optional.empty();
        }
        byte[] granted =
                new Message.HeartbeatAck(report.genesis(), report.epoch(), round, true).encode();
        byte[] echo = new byte[granted.length + 1];
        echo[0] = AGREEMENT;
        System.arraycopy(granted, 0, echo, 1, granted.length);
        return Optional.of(echo);
    }
}
