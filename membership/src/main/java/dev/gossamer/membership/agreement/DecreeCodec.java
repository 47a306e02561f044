package dev.gossamer.membership.agreement;

import dev.gossamer.membership.Membership;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;

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

    /** Three owners of each slot, and some members. */
    private static final int INFLATED_BYTES_USUAL = 128 << 10;

    /** The compressor is asked for so much at once. */
    private static final int CHUNK_BYTES = 8 << 10;

    private static final short[] NONE = {};

    private DecreeCodec() {}

    static byte[] encode(Decree decree) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(32 << 10);
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, deflater, CHUNK_BYTES)) {
            out.write(head(decree));
            out.write(owners(decree.topology()));
            if (decree.topology().phase() != Topology.Phase.STEADY) {
                out.write(others(decree.topology()));
            }
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

    private static byte[] head(Decree decree) throws IOException {
        Topology topology = decree.topology();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(FORMAT);
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
        return bytes.toByteArray();
    }

    private static byte[] owners(Topology topology) {
        int most = Math.min(topology.replication(), topology.members().size());
        ByteBuffer out = ByteBuffer.allocate(Slot.COUNT * (1 + Short.BYTES * most));
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            int count = topology.ownerCount(slot);
            out.put((byte) count);
            for (int rank = 0; rank < count; rank++) {
                out.putShort((short) topology.ownerIndex(slot, rank));
            }
        }
        return written(out);
    }

    private static byte[] others(Topology topology) {
        int all = 0;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            all += topology.otherCount(slot);
        }
        ByteBuffer out = ByteBuffer.allocate(Slot.COUNT + Short.BYTES * all);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            int count = topology.otherCount(slot);
            out.put((byte) count);
            for (int at = 0; at < count; at++) {
                out.putShort((short) topology.otherIndex(slot, at));
            }
        }
        return written(out);
    }

    private static byte[] written(ByteBuffer out) {
        return Arrays.copyOf(out.array(), out.position());
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

    /**
     * @param bytes not to be changed any more
     */
    static Decree decode(byte[] bytes) {
        ByteArrayInputStream inflated = new ByteArrayInputStream(inflated(bytes));
        try {
            return read(new DataInputStream(inflated), bytes);
        } catch (IOException | BufferUnderflowException e) {
            throw new IllegalArgumentException("not a whole topology: " + e, e);
        }
    }

    private static byte[] inflated(byte[] bytes) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(bytes);
            byte[] inflated = new byte[INFLATED_BYTES_USUAL];
            int length = 0;
            while (!inflater.finished()) {
                if (length == inflated.length) {
                    inflated = Arrays.copyOf(inflated, larger(length));
                }
                int more = inflater.inflate(inflated, length, inflated.length - length);
                if (more == 0 && !inflater.finished()) {
                    throw new IllegalArgumentException("not a whole topology: it was cut short");
                }
                length += more;
            }
            if (inflater.getRemaining() > 0) {
                throw new IllegalArgumentException("a topology with something after its end");
            }
            return Arrays.copyOf(inflated, length);
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("not a topology: " + e, e);
        } finally {
            inflater.end();
        }
    }

    /** A few bytes inflate to many: this ends where no topology goes on. */
    private static int larger(int bytes) {
        if (bytes >= INFLATED_BYTES_MAX) {
            throw new IllegalArgumentException("more than " + INFLATED_BYTES_MAX + " bytes");
        }
        return Math.min(2 * bytes, INFLATED_BYTES_MAX);
    }

    private static Decree read(DataInputStream in, byte[] encoded) throws IOException {
        int format = in.readUnsignedByte();
        if (format != FORMAT) {
            throw new IllegalArgumentException("a topology of format " + format);
        }
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
        Topology topology = new Topology(epoch, replication, members, phase, owners, others);
        return new Decree(genesis, after, topology, encoded);
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
            int count = Byte.toUnsignedInt(in.get());
            short[] members = count == 0 ? NONE : new short[count];
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
}
