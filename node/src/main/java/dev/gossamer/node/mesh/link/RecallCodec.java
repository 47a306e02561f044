package dev.gossamer.node.mesh.link;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Leases;
import dev.gossamer.node.cache.Mutation;
import dev.gossamer.node.cache.Mutation.What;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Version;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What members remember of keys, in frames. */
final class RecallCodec {
    /** About what a mutation takes. */
    static final int MUTATION_BYTES = 160;

    private RecallCodec() {}

    static void writeRequest(ByteBuf out, Request.Recall recall) {
        Wire.writeKey(out, recall.key());
        out.writeInt(recall.tags().size());
        recall.tags().forEach(out::writeLong);
    }

    static Request readRequest(ByteBuf in) {
        Bytes key = Wire.readKey(in);
        return new Request.Recall(key, Wire.readList(in, ByteBuf::readLong));
    }

    static void writeReply(ByteBuf out, Reply.Recalled recalled) {
        out.writeInt(recalled.mutations().size());
        recalled.mutations().forEach(mutation -> writeMutation(out, mutation));
        Leases.Running lease = recalled.lease();
        out.writeBoolean(lease != null);
        if (lease != null) {
            Wire.writeVersion(out, lease.token());
            writeCaller(out, lease.holder());
            out.writeLong(lease.ageMillis()).writeLong(lease.leftMillis());
            out.writeInt(lease.waiting());
        }
    }

    static Reply readReply(ByteBuf in) {
        List<Mutation> mutations = Wire.readList(in, RecallCodec::readMutation);
        Leases.@Nullable Running lease = Wire.readFlag(in) ? readLease(in) : null;
        return new Reply.Recalled(mutations, lease);
    }

    private static Leases.Running readLease(ByteBuf in) {
        Version token = Wire.readVersion(in);
        Caller holder = readCaller(in);
        return new Leases.Running(token, holder, in.readLong(), in.readLong(), in.readInt());
    }

    private static void writeMutation(ByteBuf out, Mutation mutation) {
        out.writeLong(mutation.atMillis());
        Wire.writeText(out, mutation.what().name());
        out.writeBoolean(mutation.asked()).writeBoolean(mutation.removal());
        Wire.writeVersion(out, mutation.version());
        writeCaller(out, mutation.caller());
        out.writeLong(mutation.tag());
        Wire.writeText(out, mutation.detail());
    }

    private static Mutation readMutation(ByteBuf in) {
        long atMillis = in.readLong();
        What what = What.valueOf(Wire.readText(in));
        boolean asked = Wire.readFlag(in);
        boolean removal = Wire.readFlag(in);
        Version version = Wire.readVersion(in);
        Caller caller = readCaller(in);
        long tag = in.readLong();
        return new Mutation(
                atMillis, what, asked, removal, version, caller, tag, Wire.readText(in));
    }

    private static void writeCaller(ByteBuf out, Caller caller) {
        Wire.writeText(out, caller.way().name());
        Wire.writeText(out, caller.id());
        Wire.writeText(out, caller.name());
        Wire.writeText(out, caller.address());
        Wire.writeText(out, caller.means());
    }

    private static Caller readCaller(ByteBuf in) {
        Caller.Way way = Caller.Way.valueOf(Wire.readText(in));
        return new Caller(
                way, Wire.readText(in), Wire.readText(in), Wire.readText(in), Wire.readText(in));
    }
}
