package dev.gossamer.gossip;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gossamer.gossip.Message.Delta;
import dev.gossamer.gossip.Message.Fact;
import dev.gossamer.gossip.Message.Known;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a {@link Message}, big-endian:
 *
 * <pre>
 * message  version u8 = 1, kind u8, count u16 × known, count u16 × delta
 * known    member u64, incarnation u64, sequence u64
 * delta    member u64, incarnation u64, after u64, upTo u64, count u16 × fact
 * fact     sequence u64, key length u8, key UTF-8, value length u16, value
 * </pre>
 *
 * Nothing is allocated by a count that was read, only by bytes that are there: a message of n bytes
 * decodes into O(n) memory however it lies.
 */
final class Wire {
    static final int KEY_BYTES_MAX = 255;
    static final int VALUE_BYTES_MAX = 4 * 1024;
    static final int FACTS_MAX = 64;
    static final int COUNT_MAX = 0xffff;

    static final int HEADER_BYTES = 6;
    static final int KNOWN_BYTES = 24;
    static final int DELTA_BYTES = 34;
    private static final int FACT_BYTES = 11;
    private static final byte VERSION = 1;

    private Wire() {}

    static int sizeOf(Fact fact) {
        return FACT_BYTES + fact.key().getBytes(UTF_8).length + fact.value().length();
    }

    static int sizeOf(Delta delta) {
        int bytes = DELTA_BYTES;
        for (Fact fact : delta.facts()) {
            bytes += sizeOf(fact);
        }
        return bytes;
    }

    static byte[] encode(Message message) {
        int bytes = HEADER_BYTES + KNOWN_BYTES * message.known().size();
        for (Delta delta : message.deltas()) {
            bytes += sizeOf(delta);
        }
        ByteBuffer out = ByteBuffer.allocate(bytes);
        out.put(VERSION).put(message.kind().code());
        out.putShort((short) message.known().size());
        for (Known known : message.known()) {
            out.putLong(known.member().value());
            out.putLong(known.incarnation()).putLong(known.sequence());
        }
        out.putShort((short) message.deltas().size());
        for (Delta delta : message.deltas()) {
            encode(delta, out);
        }
        return out.array();
    }

    private static void encode(Delta delta, ByteBuffer out) {
        out.putLong(delta.member().value()).putLong(delta.incarnation());
        out.putLong(delta.after()).putLong(delta.upTo());
        out.putShort((short) delta.facts().size());
        for (Fact fact : delta.facts()) {
            byte[] key = fact.key().getBytes(UTF_8);
            out.putLong(fact.sequence());
            out.put((byte) key.length).put(key);
            out.putShort((short) fact.value().length()).put(fact.value().array());
        }
    }

    /**
     * @throws MalformedMessageException for anything that {@link #encode} cannot have written
     */
    static Message decode(byte[] bytes) throws MalformedMessageException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            check(in, in.get() == VERSION, "unknown version");
            Message.Kind kind = kind(in);
            List<Known> known = new ArrayList<>();
            for (int left = count(in); left > 0; left--) {
                known.add(new Known(new MemberId(in.getLong()), natural(in), natural(in)));
            }
            List<Delta> deltas = new ArrayList<>();
            for (int left = count(in); left > 0; left--) {
                deltas.add(decodeDelta(in));
            }
            check(in, !in.hasRemaining(), in.remaining() + " bytes too many");
            return new Message(kind, known, deltas);
        } catch (BufferUnderflowException e) {
            throw new MalformedMessageException(in.position(), "ends too early");
        }
    }

    private static Message.Kind kind(ByteBuffer in) throws MalformedMessageException {
        byte code = in.get();
        for (Message.Kind kind : Message.Kind.values()) {
            if (kind.code() == code) {
                return kind;
            }
        }
        throw new MalformedMessageException(in.position(), "unknown kind");
    }

    private static Delta decodeDelta(ByteBuffer in) throws MalformedMessageException {
        MemberId member = new MemberId(in.getLong());
        long incarnation = natural(in);
        long after = natural(in);
        long upTo = natural(in);
        check(in, after <= upTo, "delta ends before it begins");
        int count = count(in);
        check(in, count <= FACTS_MAX, count + " facts of one member");
        List<Fact> facts = new ArrayList<>();
        long before = after;
        for (int left = count; left > 0; left--) {
            Fact fact = decodeFact(in);
            check(in, fact.sequence() > before && fact.sequence() <= upTo, "fact out of order");
            before = fact.sequence();
            facts.add(fact);
        }
        return new Delta(member, incarnation, after, upTo, facts);
    }

    private static Fact decodeFact(ByteBuffer in) throws MalformedMessageException {
        long sequence = natural(in);
        byte[] key = take(in, in.get() & 0xff);
        int valueLength = count(in);
        check(in, valueLength <= VALUE_BYTES_MAX, "value of " + valueLength + " bytes");
        return new Fact(new String(key, UTF_8), Bytes.wrap(take(in, valueLength)), sequence);
    }

    private static byte[] take(ByteBuffer in, int length) {
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] taken = new byte[length];
        in.get(taken);
        return taken;
    }

    private static int count(ByteBuffer in) {
        return in.getShort() & 0xffff;
    }

    private static long natural(ByteBuffer in) throws MalformedMessageException {
        long value = in.getLong();
        check(in, value >= 0 && value < Long.MAX_VALUE, "number " + value + " is out of range");
        return value;
    }

    private static void check(ByteBuffer in, boolean right, String found)
            throws MalformedMessageException {
        if (!right) {
            throw new MalformedMessageException(in.position(), found);
        }
    }
}
