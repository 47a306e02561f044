package dev.gossamer.node.mesh.link;

import dev.gossamer.gossip.invalidation.Position;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.cache.RecentOperation;
import dev.gossamer.node.mesh.link.Request.Bump.Attempt;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Slot;
import io.netty.buffer.ByteBuf;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Requests and replies in frames: one byte that names the kind, then its fields. The kinds and the
 * order of fields are the protocol; a change is a new {@link Handshake#PROTOCOL}.
 */
final class MessageCodec {
    private static final Attempt[] ATTEMPTS = Attempt.values();

    private MessageCodec() {}

    static void writeRequest(ByteBuf out, Request request) {
        switch (request) {
            case Request.Read(var key) -> Wire.writeKey(out.writeByte(1), key);
            case Request.Write(var operation, var id) -> {
                Wire.writeId(out.writeByte(2), id);
                OperationCodec.write(out, operation);
            }
            case Request.Replicate(var items, var operations) -> {
                Wire.writeItems(out.writeByte(3), items);
                out.writeInt(operations.size());
                operations.forEach(operation -> writeOperation(out, operation));
            }
            case Request.Fetch(var keys) -> Wire.writeKeys(out.writeByte(4), keys);
            case Request.Sync(var sync) -> SyncCodec.writeRequest(out.writeByte(5), sync);
            case Request.ListKeys(var slot, var position, var keysMin) ->
                    out.writeByte(6).writeInt(slot).writeLong(position).writeInt(keysMin);
            case Request.Count() -> out.writeByte(7);
            case Request.RandomKey() -> out.writeByte(8);
            case Request.Flush() -> out.writeByte(9);
            case Request.Ping() -> out.writeByte(10);
            case Request.AwaitLease(var key, var waitMillis) ->
                    Wire.writeKey(out.writeByte(11).writeLong(waitMillis), key);
            case Request.Bump(var tag, var clock, var attempt) ->
                    out.writeByte(20).writeLong(tag).writeLong(clock).writeByte(attempt.ordinal());
            case Request.Inspect(var keys, var events) ->
                    Wire.writeKeys(out.writeByte(21).writeBoolean(events), keys);
            case Request.Recall recall -> RecallCodec.writeRequest(out.writeByte(22), recall);
        }
    }

    static Request readRequest(ByteBuf in) {
        return whole(in, MessageCodec::requestOf);
    }

    private static Request requestOf(ByteBuf in) {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case 1 -> new Request.Read(Wire.readKey(in));
            case 2 -> readWrite(in);
            case 3 ->
                    new Request.Replicate(
                            Wire.readItems(in), Wire.readList(in, MessageCodec::readOperation));
            case 4 -> new Request.Fetch(Wire.readKeys(in));
            case 5 -> new Request.Sync(SyncCodec.readRequest(in));
            case 6 -> new Request.ListKeys(slot(in.readInt()), in.readLong(), in.readInt());
            case 7 -> new Request.Count();
            case 8 -> new Request.RandomKey();
            case 9 -> new Request.Flush();
            case 10 -> new Request.Ping();
            case 11 -> readAwaitLease(in);
            case 20 -> new Request.Bump(in.readLong(), in.readLong(), readAttempt(in));
            case 21 -> readInspect(in);
            case 22 -> RecallCodec.readRequest(in);
            default -> throw Wire.unknown("request", kind);
        };
    }

    private static Attempt readAttempt(ByteBuf in) {
        int number = in.readUnsignedByte();
        if (number >= ATTEMPTS.length) {
            throw Wire.unknown("attempt", number);
        }
        return ATTEMPTS[number];
    }

    private static Request readInspect(ByteBuf in) {
        boolean events = Wire.readFlag(in);
        return new Request.Inspect(Wire.readKeys(in), events);
    }

    private static Request readAwaitLease(ByteBuf in) {
        long waitMillis = in.readLong();
        return new Request.AwaitLease(Wire.readKey(in), waitMillis);
    }

    private static Request readWrite(ByteBuf in) {
        OperationId id = Wire.readId(in);
        return new Request.Write(OperationCodec.read(in), id);
    }

    static void writeOperation(ByteBuf out, RecentOperation operation) {
        Wire.writeId(out, operation.id());
        writeOutcome(out, operation.outcome());
    }

    static RecentOperation readOperation(ByteBuf in) {
        OperationId id = Wire.readId(in);
        return new RecentOperation(id, readOutcome(in));
    }

    private static int slot(int index) {
        return new Slot(index).index();
    }

    static void writeReply(ByteBuf out, Reply reply) {
        switch (reply) {
            case Reply.Found(var entry, var at) -> {
                writePosition(out.writeByte(1), at);
                Wire.writeEntry(out, entry);
            }
            case Reply.Done(var outcome) -> writeOutcome(out.writeByte(2), outcome);
            case Reply.Stored() -> out.writeByte(3);
            case Reply.Fetched(var items, var authoritative, var complete) -> {
                out.writeByte(4).writeBoolean(authoritative).writeBoolean(complete);
                Wire.writeItems(out, items);
            }
            case Reply.Synced(var sync) -> SyncCodec.writeReply(out.writeByte(5), sync);
            case Reply.Keys(var keys, var slot, var position) -> {
                out.writeByte(6).writeInt(slot).writeLong(position);
                Wire.writeKeys(out, keys);
            }
            case Reply.Counted(var count) -> out.writeByte(7).writeLong(count);
            case Reply.SomeKey(var key) -> {
                out.writeByte(8).writeBoolean(key != null);
                if (key != null) {
                    Wire.writeKey(out, key);
                }
            }
            case Reply.WrongEpoch(var epoch, var maybeDone) ->
                    out.writeByte(9).writeLong(epoch).writeBoolean(maybeDone);
            case Reply.LeaseOver() -> out.writeByte(12);
            case Reply.Alive(var epoch) -> out.writeByte(11).writeLong(epoch);
            case Reply.Bumped(var clock) -> out.writeByte(20).writeLong(clock);
            case Reply.Inspected inspected -> SightingCodec.write(out.writeByte(21), inspected);
            case Reply.Recalled recalled -> RecallCodec.writeReply(out.writeByte(22), recalled);
            case Reply.Failed(var code, var message) ->
                    writeFailure(out.writeByte(10), code, message);
        }
    }

    static Reply readReply(ByteBuf in) {
        return whole(in, MessageCodec::replyOf);
    }

    private static Reply replyOf(ByteBuf in) {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case 1 -> readFound(in);
            case 2 -> new Reply.Done(readOutcome(in));
            case 3 -> Reply.STORED;
            case 4 -> readFetched(in);
            case 5 -> new Reply.Synced(SyncCodec.readReply(in));
            case 6 -> readKeysPage(in);
            case 7 -> new Reply.Counted(in.readLong());
            case 8 -> new Reply.SomeKey(Wire.readFlag(in) ? Wire.readKey(in) : null);
            case 9 -> new Reply.WrongEpoch(in.readLong(), Wire.readFlag(in));
            case 10 -> new Reply.Failed(readCode(in), Wire.readText(in));
            case 11 -> new Reply.Alive(in.readLong());
            case 12 -> Reply.LEASE_OVER;
            case 20 -> new Reply.Bumped(in.readLong());
            case 21 -> SightingCodec.read(in);
            case 22 -> RecallCodec.readReply(in);
            default -> throw Wire.unknown("reply", kind);
        };
    }

    private static void writePosition(ByteBuf out, @Nullable Position at) {
        out.writeBoolean(at != null);
        if (at != null) {
            out.writeLong(at.incarnation()).writeLong(at.sequence());
        }
    }

    private static Reply readFound(ByteBuf in) {
        @Nullable Position at =
                Wire.readFlag(in) ? new Position(in.readLong(), in.readLong()) : null;
        return new Reply.Found(Wire.readEntryOrNull(in), at);
    }

    private static Reply readFetched(ByteBuf in) {
        boolean authoritative = Wire.readFlag(in);
        boolean complete = Wire.readFlag(in);
        return new Reply.Fetched(Wire.readItems(in), authoritative, complete);
    }

    private static Reply readKeysPage(ByteBuf in) {
        int slot = in.readInt();
        long position = in.readLong();
        return new Reply.Keys(Wire.readKeys(in), slot, position);
    }

    static void writeOutcome(ByteBuf out, Outcome outcome) {
        switch (outcome) {
            case Outcome.Applied(var version, var number, var text, var previous) -> {
                Wire.writeVersion(out.writeByte(1), version);
                out.writeLong(number).writeBoolean(text != null);
                if (text != null) {
                    Wire.writeText(out, text);
                }
                Wire.writeEntry(out, previous);
            }
            case Outcome.Unchanged(var previous) -> Wire.writeEntry(out.writeByte(2), previous);
            case Outcome.Refused(var code, var message) ->
                    writeFailure(out.writeByte(3), code, message);
            case Outcome.Leased leased -> writeLeased(out.writeByte(4), leased);
        }
    }

    static Outcome readOutcome(ByteBuf in) {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case 1 -> readApplied(in);
            case 2 -> new Outcome.Unchanged(Wire.readEntryOrNull(in));
            case 3 -> new Outcome.Refused(readCode(in), Wire.readText(in));
            case 4 -> readLeased(in);
            default -> throw Wire.unknown("outcome", kind);
        };
    }

    private static void writeLeased(ByteBuf out, Outcome.Leased leased) {
        Wire.writeText(out, leased.state().name());
        Wire.writeEntry(out, leased.entry());
        Wire.writeVersion(out, leased.token());
        out.writeLong(leased.ageMillis()).writeLong(leased.leftMillis());
    }

    private static Outcome readLeased(ByteBuf in) {
        var state = Outcome.Leased.State.valueOf(Wire.readText(in));
        @Nullable Entry entry = Wire.readEntryOrNull(in);
        var token = Wire.readVersion(in);
        return new Outcome.Leased(state, entry, token, in.readLong(), in.readLong());
    }

    private static Outcome readApplied(ByteBuf in) {
        var version = Wire.readVersion(in);
        long number = in.readLong();
        @Nullable String text = Wire.readFlag(in) ? Wire.readText(in) : null;
        @Nullable Entry previous = Wire.readEntryOrNull(in);
        return new Outcome.Applied(version, number, text, previous);
    }

    /** By name: the codes' order in the source is no protocol. */
    private static void writeFailure(ByteBuf out, ErrorCode code, String message) {
        Wire.writeText(out, code.name());
        Wire.writeText(out, message);
    }

    private static ErrorCode readCode(ByteBuf in) {
        return ErrorCode.valueOf(Wire.readText(in));
    }

    /**
     * Reads a message that must fill the frame; whatever is wrong with it becomes one exception.
     */
    private static <T> T whole(ByteBuf in, Function<ByteBuf, T> message) {
        T read;
        try {
            read = message.apply(in);
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
            throw new MalformedFrameException(
                    "a frame that ends early or holds an impossible value", e);
        }
        if (in.isReadable()) {
            throw new MalformedFrameException(in.readableBytes() + " bytes after the message");
        }
        return read;
    }

    /** For the size of buffers: about how many bytes a reply takes. */
    static int weightBytes(Reply reply) {
        int base = 64;
        return switch (reply) {
            case Reply.Found(var entry, var _) -> base + (entry == null ? 0 : entry.valueLength());
            case Reply.Done(var outcome) -> base + weightBytes(outcome);
            case Reply.Fetched(var items, var _, var _) -> base + Request.weightOf(items);
            case Reply.Synced(var sync) -> base + sync.weightBytes();
            case Reply.Keys(var keys, var _, var _) ->
                    base + keys.stream().mapToInt(Bytes::length).sum();
            case Reply.Inspected(var _, var sightings) ->
                    base + sightings.stream().mapToInt(Sighting::weightBytes).sum();
            case Reply.Recalled(var mutations, var _) ->
                    base + RecallCodec.MUTATION_BYTES * mutations.size();
            case Reply.Stored _,
                    Reply.Bumped _,
                    Reply.Alive _,
                    Reply.Counted _,
                    Reply.SomeKey _,
                    Reply.LeaseOver _,
                    Reply.WrongEpoch _,
                    Reply.Failed _ ->
                    base;
        };
    }

    static int weightBytes(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Applied applied ->
                    32 + (applied.previous() == null ? 0 : applied.previous().valueLength());
            case Outcome.Unchanged(var previous) -> previous == null ? 0 : previous.valueLength();
            case Outcome.Leased leased ->
                    64 + (leased.entry() == null ? 0 : leased.entry().valueLength());
            case Outcome.Refused(var _, var message) -> message.length();
        };
    }
}
