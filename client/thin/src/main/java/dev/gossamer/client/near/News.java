package dev.gossamer.client.near;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import dev.gossamer.protocol.resp.Reply;
import dev.gossamer.protocol.resp.RequestEncoder;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;

/** What GSM.FOLLOW and GSM.WATERMARK say and answer, and what comes between. */
final class News {
    private static final String INVALIDATIONS = "gsm.invalidations";
    private static final String OVERRUN = "gsm.overrun";
    private static final byte[] FOLLOW = "GSM.FOLLOW".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SLOTS = "SLOTS".getBytes(StandardCharsets.US_ASCII);
    static final byte[] WATERMARK =
            RequestEncoder.encode("GSM.WATERMARK".getBytes(StandardCharsets.US_ASCII));

    private News() {}

    /** Where an origin begins to tell. */
    record Followed(MemberId origin, long incarnation, long sequence) {}

    /** How far it has told everything, and whether that proves something. */
    record Watermark(long incarnation, long sequence, boolean proven) {}

    static byte[] followFromNow() {
        return RequestEncoder.encode(FOLLOW);
    }

    static byte[] followFrom(long incarnation, long sequence, byte[] slots) {
        return RequestEncoder.encode(
                FOLLOW,
                RequestEncoder.number(incarnation),
                RequestEncoder.number(sequence),
                SLOTS,
                slots);
    }

    static Followed followed(Reply reply) {
        List<Reply> items = items(reply, 3);
        return new Followed(member(text(items.get(0))), number(items.get(1)), number(items.get(2)));
    }

    private static MemberId member(String text) {
        try {
            return MemberId.parse(text);
        } catch (IllegalArgumentException e) {
            throw malformed("no member id: " + e.getMessage());
        }
    }

    static Watermark watermark(Reply reply) {
        List<Reply> items = items(reply, 4);
        if (!(items.get(3) instanceof Reply.Flag proven)) {
            throw malformed("a watermark that proves nothing nor denies it");
        }
        return new Watermark(number(items.get(0)), number(items.get(1)), proven.value());
    }

    /**
     * Tells the stream what was pushed.
     *
     * @return of how many slots nothing is known any more but that they changed; 0 as a rule
     * @throws GossamerException with INTERNAL when it is nothing that a member says
     */
    static int tell(Reply.Push push, OriginStream stream, long nowNanos) {
        if (push.items().isEmpty()) {
            throw malformed("a push of nothing");
        }
        String kind = text(push.items().get(0));
        boolean overrun = kind.equals(OVERRUN);
        if (!overrun && !kind.equals(INVALIDATIONS)) {
            return 0;
        }
        if (push.items().size() != 4) {
            throw malformed(kind + " of " + push.items().size() + " parts");
        }
        long incarnation = number(push.items().get(1));
        long upTo = number(push.items().get(2));
        if (overrun) {
            BitSet slots = slots(push.items().get(3));
            stream.overrun(incarnation, upTo, slots, nowNanos);
            return slots.cardinality();
        }
        for (Reply entry : list(push.items().get(3))) {
            tellOne(items(entry, 5), incarnation, stream, nowNanos);
        }
        stream.heardUpTo(incarnation, upTo, nowNanos);
        return 0;
    }

    private static void tellOne(
            List<Reply> entry, long incarnation, OriginStream stream, long nowNanos) {
        long sequence = number(entry.get(0));
        int slot = slot(number(entry.get(2)));
        switch (text(entry.get(1))) {
            case "key" ->
                    stream.invalidatedKey(
                            incarnation,
                            sequence,
                            number(entry.get(3)),
                            version(text(entry.get(4))),
                            nowNanos);
            case "slot" -> stream.invalidatedSlot(incarnation, sequence, slot, nowNanos);
            default -> throw malformed("an invalidation of a " + text(entry.get(1)));
        }
    }

    private static BitSet slots(Reply reply) {
        if (reply instanceof Reply.Blob blob && blob.bytes().length == OriginStream.BITMAP_BYTES) {
            return BitSet.valueOf(blob.bytes());
        }
        throw malformed("no bitmap of slots");
    }

    private static int slot(long number) {
        if (number < 0 || number >= Slot.COUNT) {
            throw malformed("slot " + number);
        }
        return (int) number;
    }

    private static Version version(String text) {
        try {
            return Version.parse(text);
        } catch (IllegalArgumentException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
    }

    private static List<Reply> list(Reply reply) {
        if (reply instanceof Reply.Array array) {
            return array.items();
        }
        throw malformed(reply.getClass().getSimpleName() + " where a list should be");
    }

    private static List<Reply> items(Reply reply, int count) {
        List<Reply> items = list(reply);
        if (items.size() != count) {
            throw malformed(items.size() + " parts where " + count + " should be");
        }
        return items;
    }

    private static long number(Reply reply) {
        if (reply instanceof Reply.Whole whole) {
            return whole.value();
        }
        throw malformed(reply.getClass().getSimpleName() + " where a number should be");
    }

    private static String text(Reply reply) {
        if (reply instanceof Reply.Blob blob) {
            return blob.toUtf8();
        }
        throw malformed(reply.getClass().getSimpleName() + " where text should be");
    }

    private static GossamerException malformed(String what) {
        return new GossamerException(ErrorCode.INTERNAL, "the server sent " + what);
    }
}
