package dev.gossamer.node.mesh.link;

import dev.gossamer.node.cache.Keyspace.KeyVersion;
import dev.gossamer.node.cache.RangeDigests;
import dev.gossamer.node.cache.RecentOperation;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.link.SyncReply.Kept;
import dev.gossamer.node.mesh.link.SyncReply.Likeness;
import dev.gossamer.node.mesh.link.SyncReply.Verdict;
import dev.gossamer.node.mesh.link.SyncRequest.Cut;
import dev.gossamer.node.mesh.link.SyncRequest.Digest;
import dev.gossamer.node.mesh.link.SyncRequest.Mark;
import dev.gossamer.node.mesh.link.SyncRequest.Operated;
import dev.gossamer.node.mesh.link.SyncRequest.Wanted;
import dev.gossamer.node.store.KeyRanges;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Slot;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.BiConsumer;

/** {@link SyncRequest} and {@link SyncReply} in frames; part of {@link MessageCodec}. */
final class SyncCodec {
    private SyncCodec() {}

    static void writeRequest(ByteBuf out, SyncRequest request) {
        switch (request) {
            case SyncRequest.Survey(var slots, var clock) ->
                    writeList(out.writeByte(1).writeLong(clock), slots, SyncCodec::writeMark);
            case SyncRequest.Compare(var slots, var clock, var operations) ->
                    writeList(
                            out.writeByte(2).writeLong(clock).writeBoolean(operations),
                            slots,
                            SyncCodec::writeDigest);
            case SyncRequest.Versions(var slots, var position, var bytesMax, var ofPrimary) -> {
                out.writeByte(3).writeLong(position).writeInt(bytesMax).writeBoolean(ofPrimary);
                writeList(out, slots, SyncCodec::writeWanted);
            }
            case SyncRequest.Bring(var keys, var bytesMax) ->
                    Wire.writeKeys(out.writeByte(4).writeInt(bytesMax), keys);
            case SyncRequest.Settle(var items, var operations) -> {
                Wire.writeItems(out.writeByte(5), items);
                writeList(out, operations, SyncCodec::writeOperated);
            }
            case SyncRequest.Ranges(var slots, var ofPrimary) ->
                    writeList(out.writeByte(7).writeBoolean(ofPrimary), slots, SyncCodec::writeCut);
            case SyncRequest.Tags(var part, var parts) ->
                    out.writeByte(20).writeInt(part).writeInt(parts);
            case SyncRequest.Reconcile(var items, var blind) -> {
                Wire.writeItems(out.writeByte(6), items);
                Wire.writeItems(out, blind);
            }
        }
    }

    static SyncRequest readRequest(ByteBuf in) {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case 1 -> readSurvey(in);
            case 2 -> readCompare(in);
            case 3 -> readVersions(in);
            case 4 -> readBring(in);
            case 5 ->
                    new SyncRequest.Settle(
                            Wire.readItems(in), Wire.readList(in, SyncCodec::readOperated));
            case 6 -> new SyncRequest.Reconcile(Wire.readItems(in), Wire.readItems(in));
            case 7 -> readRanges(in);
            case 20 -> new SyncRequest.Tags(in.readInt(), in.readInt());
            default -> throw Wire.unknown("sync request", kind);
        };
    }

    private static SyncRequest readSurvey(ByteBuf in) {
        long clock = in.readLong();
        return new SyncRequest.Survey(
                Wire.readList(in, it -> new Mark(readSlot(it), it.readLong())), clock);
    }

    private static SyncRequest readCompare(ByteBuf in) {
        long clock = in.readLong();
        boolean operations = Wire.readFlag(in);
        return new SyncRequest.Compare(
                Wire.readList(
                        in, it -> new Digest(readSlot(it), it.readUnsignedByte(), it.readLong())),
                clock,
                operations);
    }

    private static SyncRequest readVersions(ByteBuf in) {
        long position = in.readLong();
        int bytesMax = in.readInt();
        boolean ofPrimary = Wire.readFlag(in);
        return new SyncRequest.Versions(
                Wire.readList(in, SyncCodec::readWanted), position, bytesMax, ofPrimary);
    }

    private static SyncRequest readRanges(ByteBuf in) {
        boolean ofPrimary = Wire.readFlag(in);
        return new SyncRequest.Ranges(Wire.readList(in, SyncCodec::readCut), ofPrimary);
    }

    private static SyncRequest readBring(ByteBuf in) {
        int bytesMax = in.readInt();
        return new SyncRequest.Bring(Wire.readKeys(in), bytesMax);
    }

    private static void writeMark(ByteBuf out, Mark mark) {
        out.writeShort(mark.slot()).writeLong(mark.settled());
    }

    private static void writeDigest(ByteBuf out, Digest digest) {
        out.writeShort(digest.slot()).writeByte(digest.rank()).writeLong(digest.digest());
    }

    private static void writeWanted(ByteBuf out, Wanted wanted) {
        out.writeShort(wanted.slot()).writeByte(wanted.rank()).writeLong(wanted.after());
        // The last position, for the end itself takes 33 bits.
        out.writeInt((int) wanted.from()).writeInt((int) (wanted.to() - 1));
    }

    private static Wanted readWanted(ByteBuf in) {
        int slot = readSlot(in);
        int rank = in.readUnsignedByte();
        long after = in.readLong();
        long from = in.readUnsignedInt();
        long last = in.readUnsignedInt();
        if (last < from) {
            throw new MalformedFrameException("positions from " + from + " to " + last);
        }
        return new Wanted(slot, rank, after, from, last + 1);
    }

    private static void writeCut(ByteBuf out, Cut cut) {
        out.writeShort(cut.slot()).writeByte(cut.rank()).writeShort(cut.ranges());
    }

    private static Cut readCut(ByteBuf in) {
        int slot = readSlot(in);
        int rank = in.readUnsignedByte();
        return new Cut(slot, rank, readRangeCount(in));
    }

    private static int readRangeCount(ByteBuf in) {
        int count = in.readUnsignedShort();
        if (!KeyRanges.isCount(count)) {
            throw Wire.unknown("number of ranges", count);
        }
        return count;
    }

    private static int readSlot(ByteBuf in) {
        return new Slot(in.readUnsignedShort()).index();
    }

    private static void writeOperated(ByteBuf out, Operated operated) {
        out.writeShort(operated.slot());
        OperationId id = operated.operation().id();
        out.writeLong(id.client()).writeLong(id.sequence());
        MessageCodec.writeOutcome(out, operated.operation().outcome());
    }

    private static Operated readOperated(ByteBuf in) {
        int slot = readSlot(in);
        OperationId id = new OperationId(in.readLong(), in.readLong());
        return new Operated(slot, new RecentOperation(id, MessageCodec.readOutcome(in)));
    }

    static void writeReply(ByteBuf out, SyncReply reply) {
        switch (reply) {
            case SyncReply.Surveyed(var clock, var slots, var operations) -> {
                writeList(out.writeByte(1).writeLong(clock), slots, SyncCodec::writeKept);
                writeList(out, operations, SyncCodec::writeOperated);
            }
            case SyncReply.Compared(var slots, var operations, var entryBytes) -> {
                writeList(out.writeByte(2).writeInt(entryBytes), slots, SyncCodec::writeVerdict);
                writeList(out, operations, SyncCodec::writeOperated);
            }
            case SyncReply.Listing(var items, var slotsDone, var position, var clock) -> {
                out.writeByte(3).writeInt(slotsDone).writeLong(position).writeLong(clock);
                writeList(out, items, SyncCodec::writeListed);
            }
            case SyncReply.Brought(var items, var keysDone) ->
                    Wire.writeItems(out.writeByte(4).writeInt(keysDone), items);
            case SyncReply.Done() -> out.writeByte(5);
            case SyncReply.Ranged(var slots) ->
                    writeList(out.writeByte(6), slots, SyncCodec::writeRanged);
            case SyncReply.Tagged(var complete, var page) -> {
                out.writeByte(20).writeBoolean(complete);
                out.writeLong(page.floor()).writeLong(page.digest()).writeInt(page.count());
                writeList(out, page.tags(), SyncCodec::writeBumped);
            }
        }
    }

    static SyncReply readReply(ByteBuf in) {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case 1 ->
                    new SyncReply.Surveyed(
                            in.readLong(),
                            Wire.readList(in, SyncCodec::readKept),
                            Wire.readList(in, SyncCodec::readOperated));
            case 2 -> readCompared(in);
            case 3 -> readListing(in);
            case 4 -> readBrought(in);
            case 5 -> new SyncReply.Done();
            case 6 -> new SyncReply.Ranged(Wire.readList(in, SyncCodec::readRanged));
            case 20 -> readTagged(in);
            default -> throw Wire.unknown("sync reply", kind);
        };
    }

    private static SyncReply readCompared(ByteBuf in) {
        int entryBytes = in.readInt();
        return new SyncReply.Compared(
                Wire.readList(in, SyncCodec::readVerdict),
                Wire.readList(in, SyncCodec::readOperated),
                entryBytes);
    }

    private static SyncReply readListing(ByteBuf in) {
        int slotsDone = in.readInt();
        long position = in.readLong();
        long clock = in.readLong();
        return new SyncReply.Listing(
                Wire.readList(in, SyncCodec::readListed), slotsDone, position, clock);
    }

    private static void writeRanged(ByteBuf out, RangeDigests slot) {
        out.writeLong(slot.asOf()).writeShort(slot.digests().length);
        for (long digest : slot.digests()) {
            out.writeLong(digest);
        }
    }

    private static RangeDigests readRanged(ByteBuf in) {
        long asOf = in.readLong();
        int count = readRangeCount(in);
        if (count > in.readableBytes() / Long.BYTES) {
            throw new MalformedFrameException(count + " ranges in a frame that was cut short");
        }
        long[] digests = new long[count];
        for (int i = 0; i < count; i++) {
            digests[i] = in.readLong();
        }
        return new RangeDigests(asOf, digests);
    }

    private static SyncReply readBrought(ByteBuf in) {
        int keysDone = in.readInt();
        return new SyncReply.Brought(Wire.readItems(in), keysDone);
    }

    private static SyncReply readTagged(ByteBuf in) {
        boolean complete = Wire.readFlag(in);
        long floor = in.readLong();
        long digest = in.readLong();
        int count = in.readInt();
        List<Tags.Bumped> tags = Wire.readList(in, SyncCodec::readBumped);
        return new SyncReply.Tagged(complete, new Tags.Page(floor, digest, count, tags));
    }

    private static void writeBumped(ByteBuf out, Tags.Bumped bumped) {
        out.writeLong(bumped.tag()).writeLong(bumped.clock());
    }

    private static Tags.Bumped readBumped(ByteBuf in) {
        return new Tags.Bumped(in.readLong(), in.readLong());
    }

    private static void writeKept(ByteBuf out, Kept kept) {
        out.writeByte(kept.rank()).writeLong(kept.digest()).writeLong(kept.settled());
    }

    private static Kept readKept(ByteBuf in) {
        return new Kept(in.readByte(), in.readLong(), in.readLong());
    }

    private static void writeVerdict(ByteBuf out, Verdict verdict) {
        out.writeByte(verdict.likeness().code);
        out.writeLong(verdict.settled()).writeInt(verdict.entries());
    }

    private static Verdict readVerdict(ByteBuf in) {
        return new Verdict(Likeness.of(in.readUnsignedByte()), in.readLong(), in.readInt());
    }

    private static void writeListed(ByteBuf out, KeyVersion listed) {
        Wire.writeKey(out, listed.key());
        Wire.writeVersion(out, listed.version());
    }

    private static KeyVersion readListed(ByteBuf in) {
        return new KeyVersion(Wire.readKey(in), Wire.readVersion(in));
    }

    private static <T> void writeList(ByteBuf out, List<T> all, BiConsumer<ByteBuf, T> write) {
        out.writeInt(all.size());
        for (int i = 0; i < all.size(); i++) {
            write.accept(out, all.get(i));
        }
    }
}
