package dev.gossamer.node.mesh.sim;

import dev.gossamer.membership.agreement.Message;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.KeyVersion;
import dev.gossamer.node.cache.VersionPage;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.SyncReply;
import dev.gossamer.node.mesh.link.SyncRequest;
import dev.gossamer.node.mesh.sim.Faults.Kind;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.OperationId;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
        /** A member stores what anyone replicates to it, a deposed primary, too. */
        COPIES_UNFENCED,
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
        NO_LEDGER
    }

    /** The faults under which a bug shows; other kinds only take time. */
    static Set<Kind> exposing(Bug bug) {
        return switch (bug) {
            case NONE, ACKNOWLEDGED_BEFORE_STORED, NO_MIRROR -> Faults.SURVIVED;
            case COPIES_UNFENCED, MIRROR_KEEPS_ALL ->
                    EnumSet.of(Kind.PAIR, Kind.ONE_WAY, Kind.PAUSE, Kind.SLOW);
            case NO_TAKEOVER -> EnumSet.of(Kind.KILL, Kind.SLOW, Kind.ONE_WAY, Kind.ISOLATE);
            case NO_RECONCILIATION, NO_LEDGER ->
                    EnumSet.of(Kind.PAUSE, Kind.ISOLATE, Kind.PARTITION);
            case READS_PAST_EVERYTHING, LEASE_BY_ITSELF ->
                    EnumSet.of(Kind.PARTITION, Kind.ISOLATE, Kind.PAIR, Kind.ONE_WAY, Kind.SLOW);
            case CLOCK_FORGOTTEN -> EnumSet.of(Kind.ALL_AT_ONCE, Kind.CLOCK_STEP);
            case OPERATION_IDS_IGNORED -> EnumSet.of(Kind.RESET, Kind.KILL, Kind.SLOW);
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

    /** What a member hears without having asked. */
    Optional<Reply> answerUnasked(SimProcess asker, Request request) {
        return switch (planted) {
            case ACKNOWLEDGED_BEFORE_STORED ->
                    request instanceof Request.Replicate && world.chance(0.3)
                            ? Optional.of(Reply.STORED)
                            : Optional.empty();
            case NO_TAKEOVER -> sync(request, SyncRequest.Survey.class).map(s -> alike(asker, s));
            case NO_MIRROR -> sync(request, SyncRequest.Compare.class).map(Bugs::alike);
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
        return planted == Bug.OPERATION_IDS_IGNORED
                        && request instanceof Request.Write(var operation, var _)
                ? new Request.Write(operation, new OperationId(-1, freshIds++))
                : request;
    }

    /** What a member answers whatever its own epoch and role are. */
    Optional<Reply> answerUnfenced(SimProcess asked, Request request) {
        if (planted != Bug.COPIES_UNFENCED || !(request instanceof Request.Replicate copies)) {
            return Optional.empty();
        }
        int slot = copies.items().getFirst().key().slotIndex();
        try {
            asked.keyspace().merge(slot, copies.items(), copies.operations());
            return Optional.of(Reply.STORED);
        } catch (GossamerException e) {
            return Optional.of(new Reply.Failed(e.code(), String.valueOf(e.getMessage())));
        }
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
            VersionPage own = asker.keyspace().versions(wanted.slot(), 0, KEYS_PER_PAGE, 0);
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
