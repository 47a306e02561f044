package dev.gossamer.membership.agreement;

import dev.gossamer.membership.Membership;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * A decree in bytes: its members, then the owners and others of every slot, deflated. With nine
 * members and three copies that is 18 KiB, with a hundred members about 60 KiB.
 *
 * <p><b>Failure.</b> Whatever the bytes, reading them takes no more memory than the greatest
 * topology does, and ends in a decree or an {@link IllegalArgumentException}.
 */
final class DecreeCodec {
    private static final int FORMAT = 1;

    /** Leaves room for what a message says beside the decree. */
    static final int BYTES_MAX = Membership.PAYLOAD_BYTES_MAX - 1024;

    /** All slots with the most owners and others that a byte counts would not fit in a message. */
    private static final int INFLATED_BYTES_MAX = 16 << 20;

    /** The (de)compressor is asked for so much at once: a call for each number would cost most. */
    private static final int CHUNK_BYTES = 8 << 10;

    private DecreeCodec() {}

    static byte[] encode(Decree decree) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(32 << 10);
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try (DataOutputStream out =
                new DataOutputStream(
                        new BufferedOutputStream(
                                new DeflaterOutputStream(bytes, deflater, CHUNK_BYTES),
                                CHUNK_BYTES))) {
            out.writeByte(FORMAT);
            write(out, decree);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        } finally {
            deflater.end();
        }
        if (bytes.size() > BYTES_MAX) {
            throw new IllegalStateException(
                    decree + " takes " + bytes.size() + " bytes, more than " + BYTES_MAX);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, Decree decree) throws IOException {
        Topology topology = decree.topology();
        out.writeLong(decree.genesis().foundedMillis());
        out.writeLong(decree.genesis().founder().value());
        out.writeLong(decree.after());
        out.writeLong(topology.epoch());
        out.writeInt(topology.replication());
        out.writeByte(number(topology.phase()));
        out.writeShort(topology.members().size());
        for (Member member : topology.members()) {
            writeMember(out, member);
        }
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            out.writeByte(topology.ownerCount(slot));
            for (int rank = 0; rank < topology.ownerCount(slot); rank++) {
                out.writeShort(topology.ownerIndex(slot, rank));
            }
        }
        if (topology.phase() != Topology.Phase.STEADY) {
            writeOthers(out, topology);
        }
    }

    private static void writeOthers(DataOutputStream out, Topology topology) throws IOException {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            out.writeByte(topology.otherCount(slot));
            for (int at = 0; at < topology.otherCount(slot); at++) {
                out.writeShort(topology.otherIndex(slot, at));
            }
        }
    }

    private static void writeMember(DataOutputStream out, Member member) throws IOException {
        out.writeLong(member.id().value());
        out.writeUTF(member.name());
        out.writeUTF(member.zone());
        out.writeShort(member.weight());
        out.writeUTF(member.host());
        Member.Ports ports = member.ports();
        out.writeShort(ports.redis());
        out.writeShort(ports.clustered());
        out.writeShort(ports.admin());
        out.writeShort(ports.jgroups());
        out.writeShort(ports.data());
        out.writeLong(member.incarnation());
    }

    static Decree decode(byte[] bytes) {
        Inflater inflater = new Inflater();
        InputStream inflated =
                new InflaterInputStream(new ByteArrayInputStream(bytes), inflater, CHUNK_BYTES);
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(new Bounded(inflated), CHUNK_BYTES))) {
            int format = in.readUnsignedByte();
            if (format != FORMAT) {
                throw new IllegalArgumentException("a topology of format " + format);
            }
            return read(in);
        } catch (IOException | BufferUnderflowException e) {
            throw new IllegalArgumentException("not a whole topology: " + e, e);
        } finally {
            inflater.end();
        }
    }

    private static Decree read(DataInputStream in) throws IOException {
        Genesis genesis = new Genesis(in.readLong(), new MemberId(in.readLong()));
        long after = in.readLong();
        long epoch = in.readLong();
        int replication = in.readInt();
        Topology.Phase phase = phase(in.readUnsignedByte());
        List<Member> members = new ArrayList<>();
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            members.add(readMember(in));
        }
        // Tens of thousands of small numbers follow: a stream would take most of the time.
        ByteBuffer slots = ByteBuffer.wrap(in.readAllBytes());
        short[][] owners = readSlots(slots);
        short[][] others = phase == Topology.Phase.STEADY ? new short[0][] : readSlots(slots);
        if (slots.hasRemaining()) {
            throw new IllegalArgumentException("a topology with something after its end");
        }
        return new Decree(
                genesis, after, new Topology(epoch, replication, members, phase, owners, others));
    }

    private static int number(Topology.Phase phase) {
        return switch (phase) {
            case STEADY -> 0;
            case COPYING -> 1;
            case HANDING_OVER -> 2;
        };
    }

    private static Topology.Phase phase(int number) {
        return switch (number) {
            case 0 -> Topology.Phase.STEADY;
            case 1 -> Topology.Phase.COPYING;
            case 2 -> Topology.Phase.HANDING_OVER;
            default -> throw new IllegalArgumentException("a topology in phase " + number);
        };
    }

    private static short[][] readSlots(ByteBuffer in) {
        short[][] slots = new short[Slot.COUNT][];
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            short[] members = new short[Byte.toUnsignedInt(in.get())];
            for (int i = 0; i < members.length; i++) {
                members[i] = in.getShort();
            }
            slots[slot] = members;
        }
        return slots;
    }

    private static Member readMember(DataInputStream in) throws IOException {
        MemberId id = new MemberId(in.readLong());
        String name = in.readUTF();
        String zone = in.readUTF();
        int weight = in.readUnsignedShort();
        String host = in.readUTF();
        Member.Ports ports =
                new Member.Ports(
                        in.readUnsignedShort(),
                        in.readUnsignedShort(),
                        in.readUnsignedShort(),
                        in.readUnsignedShort(),
                        in.readUnsignedShort());
        return new Member(id, name, zone, weight, host, ports, in.readLong());
    }

    /** A few bytes inflate to many: this ends where no topology goes on. */
    private static final class Bounded extends java.io.FilterInputStream {
        private int left = INFLATED_BYTES_MAX;

        Bounded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left <= 0) {
                throw new IOException("more than " + INFLATED_BYTES_MAX + " bytes");
            }
            int read = super.read(into, offset, Math.min(length, left));
            left -= Math.max(read, 0);
            return read;
        }
    }
}
