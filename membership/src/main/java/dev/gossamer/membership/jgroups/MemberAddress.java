package dev.gossamer.membership.jgroups;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jgroups.Address;
import org.jgroups.util.ExtendedUUID;

/**
 * A member written into its JGroups address, so that whoever has a view has its members' names,
 * zones and ports too, and the same ones as everyone else with that view.
 *
 * <p>The upper half of the address is the member's id, the lower half a number drawn at every
 * start: two runs of one member are two addresses. The rest of the member travels in the address's
 * map, whose values hold 255 bytes each, in as many pieces as it takes.
 *
 * <p><b>Cost.</b> Every message names its sender and receiver: with usual names about 70 bytes
 * each.
 */
final class MemberAddress {
    private static final int FORMAT = 1;
    private static final int PIECE_BYTES_MAX = 255;

    /** Three texts of 255 characters with at most 3 bytes each, and the numbers. */
    private static final int PIECES_MAX = 10;

    private MemberAddress() {}

    /**
     * @param run tells this run of the member's process from its earlier ones
     */
    static ExtendedUUID of(Member member, long run) {
        ExtendedUUID address = new ExtendedUUID(member.id().value(), run);
        byte[] bytes = encode(member);
        for (int piece = 0; piece * PIECE_BYTES_MAX < bytes.length; piece++) {
            int from = piece * PIECE_BYTES_MAX;
            int to = Math.min(bytes.length, from + PIECE_BYTES_MAX);
            address.put(key(piece), Arrays.copyOfRange(bytes, from, to));
        }
        return address;
    }

    /** Logs show the member's name instead of the map. */
    static void printPlainly() {
        ExtendedUUID.setPrintFunction(address ->
                memberOf(address)
                        .map(Member::name)
                        .orElseGet(() -> Long.toHexString(address.getMostSignificantBits())));
    }

    /** The member's id, when the address is of ours. */
    static Optional<MemberId> idOf(Address address) {
        return address instanceof ExtendedUUID own
                ? Optional.of(new MemberId(own.getMostSignificantBits()))
                : Optional.empty();
    }

    /** The member, unless the address comes from something else than Gossamer. */
    static Optional<Member> memberOf(Address address) {
        if (!(address instanceof ExtendedUUID own)) {
            return Optional.empty();
        }
        try {
            return Optional.of(decode(own));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static byte[] encode(Member member) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            out.writeShort(member.weight());
            out.writeLong(member.incarnation());
            Member.Ports ports = member.ports();
            out.writeShort(ports.redis());
            out.writeShort(ports.clustered());
            out.writeShort(ports.admin());
            out.writeShort(ports.jgroups());
            out.writeShort(ports.data());
            writeText(out, member.name());
            writeText(out, member.zone());
            writeText(out, member.host());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return bytes.toByteArray();
    }

    private static Member decode(ExtendedUUID address) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(joined(address)));
        int format = in.readUnsignedByte();
        if (format != FORMAT) {
            throw new IOException("member address of format " + format);
        }
        int weight = in.readUnsignedShort();
        long incarnation = in.readLong();
        Member.Ports ports =
                new Member.Ports(
                        in.readUnsignedShort(),
                        in.readUnsignedShort(),
                        in.readUnsignedShort(),
                        in.readUnsignedShort(),
                        in.readUnsignedShort());
        String name = readText(in);
        String zone = readText(in);
        String host = readText(in);
        MemberId id = new MemberId(address.getMostSignificantBits());
        return new Member(id, name, zone, weight, host, ports, incarnation);
    }

    private static byte[] joined(ExtendedUUID address) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        for (int piece = 0; piece < PIECES_MAX; piece++) {
            byte[] value = address.get(key(piece));
            if (value == null) {
                break;
            }
            bytes.writeBytes(value);
        }
        return bytes.toByteArray();
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    private static String readText(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readUnsignedShort()];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] key(int piece) {
        return new byte[] {(byte) piece};
    }
}
