package dev.gossamer.gossip.invalidation;

import dev.gossamer.gossip.invalidation.Section.Ask;
import dev.gossamer.gossip.invalidation.Section.Claim;
import dev.gossamer.gossip.invalidation.Section.Echo;
import dev.gossamer.gossip.invalidation.Section.Have;
import dev.gossamer.gossip.invalidation.Section.Lack;
import dev.gossamer.gossip.invalidation.Section.News;
import dev.gossamer.gossip.invalidation.Section.Overrun;
import dev.gossamer.gossip.invalidation.Section.Ping;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a message, big-endian; {@code var} is seven bits a byte with the lowest first, and
 * {@code zig} a signed number whose sign is in the lowest bit of a {@code var}:
 *
 * <pre>
 * message  version u8 = 1, sections to the end
 * news     1 u8, flags u8 (1 timed, 2 to be passed on), origin u64, end u64 if to be passed on,
 *          incarnation var, sequence var, time i64 if timed, epoch var,
 *          count u16, first var if count &gt; 0, count × entry
 * entry    kind u8 (plus 4 when the version's member is the origin), slot u16, hash u64,
 *          zig clock minus that of the entry before, zig epoch minus that of the entry before (of
 *          the first: minus 0, minus the news's epoch), member u64 if not the origin
 * have     2 u8, tell me u8 (0 or 1), origin u64, incarnation var, sequence var
 * ask      3 u8, origin u64, incarnation var, after var
 * lack     4 u8, origin u64, incarnation var, after var
 * overrun  5 u8, incarnation var, after var, upTo var, form u8,
 *          form 0: 2,048 bytes, slot 0 the lowest bit of the first; form 1: count u16, slot u16 each
 * ping     6 u8, incarnation var, time i64
 * echo     7 u8, asker's incarnation var, asker's time i64, incarnation var, time i64
 * </pre>
 *
 * Nothing is allocated by a count that was read, only by bytes that are there: a message of n bytes
 * decodes into O(n) memory however it lies.
 */
final class Wire {
    /** Incarnations, sequences, epochs and clocks are natural numbers up to here. */
    static final long NUMBER_MAX = Long.MAX_VALUE / 4;

    static final int HEADER_BYTES = 1;
    static final int NEWS_BYTES_MAX = 2 + 8 + 8 + 10 + 10 + 8 + 10 + 2 + 10;
    static final int ENTRY_BYTES_MAX = 1 + 2 + 8 + 10 + 10 + 8;
    static final int SMALL_BYTES_MAX = 2 + 4 * 10;
    static final int OVERRUN_BYTES_MAX = 1 + 3 * 10 + 1 + Slot.COUNT / 8;

    private static final int ENTRY_BYTES_MIN = 1 + 2 + 8 + 1 + 1;
    private static final int VERSION = 1;
    private static final int NEWS = 1;
    private static final int HAVE = 2;
    private static final int ASK = 3;
    private static final int LACK = 4;
    private static final int OVERRUN = 5;
    private static final int PING = 6;
    private static final int ECHO = 7;
    private static final int TIMED = 1;
    private static final int TO_BE_PASSED_ON = 2;
    private static final int BY_ORIGIN = 4;
    private static final int LISTED_MAX = Slot.COUNT / 8 / 2 - 1;

    private Wire() {}

    static ByteSink begin(int bytesMax) {
        return new ByteSink(bytesMax).u8(VERSION);
    }

    /** All of it, however long. */
    static byte[] encode(List<Section> sections) {
        ByteSink out = begin(Integer.MAX_VALUE);
        for (Section section : sections) {
            write(section, out);
        }
        return out.toBytes();
    }

    /**
     * Writes it, of news only as many entries as there is room for. There must be room for the
     * rest.
     *
     * @return how many entries were written
     */
    static int write(Section section, ByteSink out) {
        switch (section) {
            case News news -> {
                return writeNews(news, out);
            }
            case Have(var origin, var life, var sequence, var tellMe) ->
                    out.u8(HAVE)
                            .u8(tellMe ? 1 : 0)
                            .i64(origin.value())
                            .varint(life)
                            .varint(sequence);
            case Ask(var origin, var life, var after) ->
                    out.u8(ASK).i64(origin.value()).varint(life).varint(after);
            case Lack(var origin, var life, var after) ->
                    out.u8(LACK).i64(origin.value()).varint(life).varint(after);
            case Overrun overrun -> writeOverrun(overrun, out);
            case Ping(var life, var asked) -> out.u8(PING).varint(life).i64(asked);
            case Echo(var askers, var asked, var life, var nanos) ->
                    out.u8(ECHO).varint(askers).i64(asked).varint(life).i64(nanos);
        }
        return 0;
    }

    private static int writeNews(News news, ByteSink out) {
        Claim claim = news.claim();
        MemberId end = news.endOrNull();
        out.u8(NEWS).u8((claim.timed() ? TIMED : 0) | (end == null ? 0 : TO_BE_PASSED_ON));
        out.i64(news.origin().value());
        if (end != null) {
            out.i64(end.value());
        }
        out.varint(news.incarnation()).varint(claim.sequence());
        if (claim.timed()) {
            out.i64(claim.timeNanos());
        }
        out.varint(claim.epoch());
        int countAt = out.length();
        out.u16(0);
        Invalidations entries = news.entriesOrNull();
        return entries == null ? 0 : writeEntries(news, entries, countAt, out);
    }

    private static int writeEntries(News news, Invalidations entries, int countAt, ByteSink out) {
        if (out.left() < 10 + ENTRY_BYTES_MAX) {
            return 0;
        }
        out.varint(entries.first());
        long clock = 0;
        long epoch = news.claim().epoch();
        int count = 0;
        while (count < entries.count() && count < 0xffff && out.left() >= ENTRY_BYTES_MAX) {
            long head = entries.head(count);
            boolean byOrigin = entries.member(count) == news.origin().value();
            out.u8((int) (head >>> 14) | (byOrigin ? BY_ORIGIN : 0)).u16((int) head & 0x3fff);
            out.i64(entries.hash(count));
            out.zigzag(entries.clock(count) - clock).zigzag(entries.epoch(count) - epoch);
            if (!byOrigin) {
                out.i64(entries.member(count));
            }
            clock = entries.clock(count);
            epoch = entries.epoch(count);
            count++;
        }
        out.patchU16(countAt, count);
        return count;
    }

    private static void writeOverrun(Overrun overrun, ByteSink out) {
        out.u8(OVERRUN).varint(overrun.incarnation());
        out.varint(overrun.after()).varint(overrun.upTo());
        char[] slots = overrun.slots().indexes();
        if (slots.length > LISTED_MAX) {
            out.u8(0).raw(overrun.slots().bits());
            return;
        }
        out.u8(1).u16(slots.length);
        for (char slot : slots) {
            out.u16(slot);
        }
    }

    /**
     * @throws MalformedException for anything that {@link #write} cannot have written
     */
    static List<Section> decode(byte[] bytes) throws MalformedException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int bytesMax = DisseminationSettings.MESSAGE_BYTES_LIMIT;
        check(in, bytes.length <= bytesMax, bytes.length + " bytes are over " + bytesMax);
        try {
            check(in, in.get() == VERSION, "unknown version");
            List<Section> sections = new ArrayList<>();
            while (in.hasRemaining()) {
                sections.add(decodeSection(in));
            }
            return sections;
        } catch (BufferUnderflowException e) {
            throw new MalformedException(in.position(), "ends too early");
        }
    }

    private static Section decodeSection(ByteBuffer in) throws MalformedException {
        int what = in.get();
        return switch (what) {
            case NEWS -> decodeNews(in);
            case HAVE -> {
                boolean tellMe = flags(in, 1) == 1;
                yield new Have(member(in), natural(in), natural(in), tellMe);
            }
            case ASK -> new Ask(member(in), natural(in), natural(in));
            case LACK -> new Lack(member(in), natural(in), natural(in));
            case OVERRUN -> decodeOverrun(in);
            case PING -> new Ping(natural(in), in.getLong());
            case ECHO -> new Echo(natural(in), in.getLong(), natural(in), in.getLong());
            default -> throw new MalformedException(in.position(), "unknown section " + what);
        };
    }

    private static News decodeNews(ByteBuffer in) throws MalformedException {
        int flags = flags(in, TIMED | TO_BE_PASSED_ON);
        MemberId origin = member(in);
        MemberId end = (flags & TO_BE_PASSED_ON) == 0 ? null : member(in);
        long incarnation = natural(in);
        check(in, incarnation > 0, "incarnation 0");
        long sequence = natural(in);
        boolean timed = (flags & TIMED) != 0;
        Claim claim = new Claim(sequence, timed, timed ? in.getLong() : 0, natural(in));
        Invalidations entries = decodeEntriesOrNull(in, origin, claim.epoch());
        return new News(origin, end, incarnation, claim, entries);
    }

    private static @Nullable Invalidations decodeEntriesOrNull(
            ByteBuffer in, MemberId origin, long newsEpoch) throws MalformedException {
        int count = in.getShort() & 0xffff;
        if (count == 0) {
            return null;
        }
        long first = natural(in);
        check(in, first > 0, "sequence 0");
        check(in, count <= in.remaining() / ENTRY_BYTES_MIN, count + " entries");
        long[] fields = new long[count * Invalidations.FIELDS];
        long clock = 0;
        long epoch = newsEpoch;
        for (int at = 0; at < fields.length; at += Invalidations.FIELDS) {
            int kind = in.get();
            long slot = in.getShort() & 0xffff;
            long head = ((long) (kind & ~BY_ORIGIN) << 14) | slot;
            check(in, slot < Slot.COUNT && Invalidations.isHead(head), "unknown kind or slot");
            fields[at] = head;
            fields[at + 1] = in.getLong();
            clock += zigzag(in);
            epoch += zigzag(in);
            check(in, clock >= 0 && epoch >= 0, "negative version");
            fields[at + 2] = epoch;
            fields[at + 3] = clock;
            fields[at + 4] = (kind & BY_ORIGIN) == 0 ? in.getLong() : origin.value();
        }
        return new Invalidations(first, fields);
    }

    private static Overrun decodeOverrun(ByteBuffer in) throws MalformedException {
        long incarnation = natural(in);
        long after = natural(in);
        long upTo = natural(in);
        check(in, after < upTo, "overrun ends before it begins");
        if (flags(in, 1) == 0) {
            byte[] bits = new byte[Slot.COUNT / 8];
            in.get(bits);
            return new Overrun(incarnation, after, upTo, SlotSet.ofBits(bits));
        }
        int count = in.getShort() & 0xffff;
        check(in, count <= LISTED_MAX, count + " slots listed");
        char[] slots = new char[count];
        for (int i = 0; i < count; i++) {
            slots[i] = in.getChar();
            check(in, slots[i] < Slot.COUNT, "slot " + (int) slots[i]);
        }
        return new Overrun(incarnation, after, upTo, SlotSet.of(slots));
    }

    private static MemberId member(ByteBuffer in) {
        return new MemberId(in.getLong());
    }

    private static int flags(ByteBuffer in, int known) throws MalformedException {
        int flags = in.get();
        check(in, (flags & ~known) == 0, "unknown flags " + flags);
        return flags;
    }

    private static long natural(ByteBuffer in) throws MalformedException {
        long value = varint(in);
        check(in, value >= 0 && value <= NUMBER_MAX, "number " + value + " is out of range");
        return value;
    }

    private static long zigzag(ByteBuffer in) throws MalformedException {
        long value = varint(in);
        return (value >>> 1) ^ -(value & 1);
    }

    private static long varint(ByteBuffer in) throws MalformedException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new MalformedException(in.position(), "number of more than 10 bytes");
    }

    private static void check(ByteBuffer in, boolean right, String found)
            throws MalformedException {
        if (!right) {
            throw new MalformedException(in.position(), found);
        }
    }
}
