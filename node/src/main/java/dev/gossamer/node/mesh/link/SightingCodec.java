package dev.gossamer.node.mesh.link;

import dev.gossamer.node.mesh.link.Sighting.Held;
import dev.gossamer.node.mesh.link.Sighting.Near;
import dev.gossamer.protocol.MemberId;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What members tell of their copies, in frames: see {@link MessageCodec}. */
final class SightingCodec {
    private SightingCodec() {}

    static void write(ByteBuf out, Reply.Inspected inspected) {
        out.writeLong(inspected.epoch()).writeInt(inspected.sightings().size());
        inspected.sightings().forEach(each -> write(out, each));
    }

    static Reply.Inspected read(ByteBuf in) {
        long epoch = in.readLong();
        return new Reply.Inspected(epoch, Wire.readList(in, SightingCodec::readSighting));
    }

    private static void write(ByteBuf out, Sighting sighting) {
        out.writeByte(sighting.rank()).writeBoolean(sighting.complete());
        writeHeld(out, sighting.held());
        writeNear(out, sighting.near());
        out.writeInt(sighting.events().size());
        sighting.events().forEach(each -> write(out, each));
    }

    private static Sighting readSighting(ByteBuf in) {
        int rank = in.readByte();
        boolean complete = Wire.readFlag(in);
        @Nullable Held held = Wire.readFlag(in) ? readHeld(in) : null;
        @Nullable Near near = Wire.readFlag(in) ? readNear(in) : null;
        List<NearEvent> events = Wire.readList(in, SightingCodec::readEvent);
        return new Sighting(rank, complete, held, near, events);
    }

    private static void writeHeld(ByteBuf out, @Nullable Held held) {
        out.writeBoolean(held != null);
        if (held != null) {
            Wire.writeVersion(out, held.version());
            out.writeBoolean(held.onDisk());
            out.writeBoolean(held.removed()).writeBoolean(held.valid());
            out.writeLong(held.expiresAtMillis()).writeInt(held.valueBytes());
        }
    }

    private static Held readHeld(ByteBuf in) {
        return new Held(
                Wire.readVersion(in),
                Wire.readFlag(in),
                Wire.readFlag(in),
                Wire.readFlag(in),
                in.readLong(),
                in.readInt());
    }

    private static void writeNear(ByteBuf out, @Nullable Near near) {
        out.writeBoolean(near != null);
        if (near != null) {
            Wire.writeVersion(out, near.version());
            out.writeLong(near.expiresAtMillis()).writeInt(near.valueBytes());
            out.writeLong(near.origin().value());
            out.writeLong(near.sequence()).writeLong(near.ageNanos());
        }
    }

    private static Near readNear(ByteBuf in) {
        return new Near(
                Wire.readVersion(in),
                in.readLong(),
                in.readInt(),
                new MemberId(in.readLong()),
                in.readLong(),
                in.readLong());
    }

    private static void write(ByteBuf out, NearEvent event) {
        out.writeLong(event.agoNanos()).writeByte(event.what().code);
        out.writeLong(event.origin().value());
        out.writeLong(event.sequence()).writeLong(event.clock());
    }

    private static NearEvent readEvent(ByteBuf in) {
        return new NearEvent(
                in.readLong(),
                NearEvent.What.of(in.readUnsignedByte()),
                new MemberId(in.readLong()),
                in.readLong(),
                in.readLong());
    }
}
