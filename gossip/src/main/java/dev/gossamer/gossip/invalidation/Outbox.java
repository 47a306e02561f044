package dev.gossamer.gossip.invalidation;

import dev.gossamer.gossip.invalidation.Section.Ask;
import dev.gossamer.gossip.invalidation.Section.Echo;
import dev.gossamer.gossip.invalidation.Section.Have;
import dev.gossamer.gossip.invalidation.Section.Lack;
import dev.gossamer.gossip.invalidation.Section.News;
import dev.gossamer.gossip.invalidation.Section.Overrun;
import dev.gossamer.gossip.invalidation.Section.Ping;
import dev.gossamer.protocol.MemberId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one peer is to be told with the next message: only what it is about, never the bytes. They
 * are read from the logs when the message is written, so a slow peer costs no more memory than a
 * fast one, and hears the latest. What the logs have lost by then, the peer will ask for.
 */
final class Outbox {
    static final long NEVER = Long.MAX_VALUE;
    static final int ITEM_BYTES = 96;
    private static final int ITEMS_MAX = 8 * 1024;

    /** News of one origin for one arc; no arc for an answer. */
    private record About(MemberId origin, @Nullable MemberId endOrNull) {}

    /** Sequences; none when the last is before the first. */
    private record Span(long first, long last) {
        static final Span NONE = new Span(1, 0);

        boolean isEmpty() {
            return last < first;
        }

        Span and(Span more) {
            if (isEmpty() || more.isEmpty()) {
                return isEmpty() ? more : this;
            }
            return new Span(Math.min(first, more.first), Math.max(last, more.last));
        }
    }

    /**
     * A message that is ready.
     *
     * @param entries how many invalidations it carries
     * @param answers how many of them were asked for
     */
    record Ready(byte[] payload, int entries, int answers) {}

    final MemberId peer;
    long dueNanos = NEVER;

    /** When a message was sent last, or long ago. */
    long sentNanos = Long.MIN_VALUE / 2;

    private final Map<About, Span> news = new LinkedHashMap<>(2);
    private final Map<MemberId, Boolean> haves = new LinkedHashMap<>(2);
    private final Set<MemberId> asks = new LinkedHashSet<>(2);
    private final Map<MemberId, Lack> lacks = new LinkedHashMap<>(0);
    private long overrunAfter = NEVER;
    private boolean ping;
    private @Nullable Ping toEcho;

    Outbox(MemberId peer) {
        this.peer = peer;
    }

    boolean isEmpty() {
        return items() == 0;
    }

    int items() {
        return news.size()
                + haves.size()
                + asks.size()
                + lacks.size()
                + (overrunAfter == NEVER ? 0 : 1)
                + (ping ? 1 : 0)
                + (toEcho == null ? 0 : 1);
    }

    /** At most this many origins wait; what is dropped the peer will find missing, and ask for. */
    private boolean isFull() {
        return items() >= ITEMS_MAX;
    }

    /** {@code first} to {@code last} of {@code origin}, or only its claim, to be passed on. */
    void news(MemberId origin, MemberId end, long first, long last) {
        put(new About(origin, end), new Span(first, last));
    }

    void claim(MemberId origin, MemberId end) {
        put(new About(origin, end), Span.NONE);
    }

    /** As much as fits from {@code first} on. */
    void answer(MemberId origin, long first, long last) {
        news.put(new About(origin, null), new Span(first, last));
    }

    private void put(About about, Span span) {
        if (!isFull() || news.containsKey(about)) {
            news.merge(about, span, Span::and);
        }
    }

    void have(MemberId origin, boolean tellMe) {
        if (!isFull()) {
            haves.merge(origin, tellMe, Boolean::logicalOr);
        }
    }

    void ask(MemberId origin) {
        if (!isFull()) {
            asks.add(origin);
        }
    }

    void lack(Lack lack) {
        if (!isFull()) {
            lacks.put(lack.origin(), lack);
        }
    }

    void overrun(long after) {
        overrunAfter = after;
    }

    void ping() {
        ping = true;
    }

    void echo(Ping heard) {
        toEcho = heard;
    }

    /** Writes the next message. What does not fit stays. */
    Ready write(long nowNanos, Origins origins, int bytesMax) {
        ByteSink out = Wire.begin(bytesMax);
        writeTimes(nowNanos, origins.position(origins.own.origin()).incarnation(), out);
        writeAsks(origins, out);
        writeLacks(out);
        writeOverrun(origins, out);
        int[] entries = writeNews(origins, out);
        writeHaves(origins, out);
        return new Ready(out.toBytes(), entries[0], entries[1]);
    }

    private void writeTimes(long nowNanos, long incarnation, ByteSink out) {
        if (ping) {
            Wire.write(new Ping(incarnation, nowNanos), out);
            ping = false;
        }
        Ping heard = toEcho;
        if (heard != null) {
            Wire.write(
                    new Echo(heard.incarnation(), heard.askedNanos(), incarnation, nowNanos), out);
            toEcho = null;
        }
    }

    private void writeAsks(Origins origins, ByteSink out) {
        Iterator<MemberId> each = asks.iterator();
        while (each.hasNext() && out.left() >= Wire.SMALL_BYTES_MAX) {
            MemberId origin = each.next();
            Position position = origins.position(origin);
            Wire.write(new Ask(origin, position.incarnation(), position.sequence()), out);
            each.remove();
        }
    }

    private void writeLacks(ByteSink out) {
        Iterator<Lack> each = lacks.values().iterator();
        while (each.hasNext() && out.left() >= Wire.SMALL_BYTES_MAX) {
            Wire.write(each.next(), out);
            each.remove();
        }
    }

    private void writeOverrun(Origins origins, ByteSink out) {
        if (overrunAfter == NEVER || out.left() < Wire.OVERRUN_BYTES_MAX) {
            return;
        }
        InvalidationLog.Changes changes = origins.own.changesSince(overrunAfter);
        Position upTo = changes.upTo();
        if (upTo.sequence() > overrunAfter) {
            Wire.write(
                    new Overrun(upTo.incarnation(), overrunAfter, upTo.sequence(), changes.slots()),
                    out);
        }
        overrunAfter = NEVER;
    }

    private void writeHaves(Origins origins, ByteSink out) {
        Iterator<Map.Entry<MemberId, Boolean>> each = haves.entrySet().iterator();
        while (each.hasNext() && out.left() >= Wire.SMALL_BYTES_MAX) {
            Map.Entry<MemberId, Boolean> have = each.next();
            Position position = origins.position(have.getKey());
            Wire.write(
                    new Have(
                            have.getKey(),
                            position.incarnation(),
                            position.sequence(),
                            have.getValue()),
                    out);
            each.remove();
        }
    }

    /** Entries written, and those of them that were asked for. */
    private int[] writeNews(Origins origins, ByteSink out) {
        int[] written = new int[2];
        Iterator<Map.Entry<About, Span>> each = news.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<About, Span> next = each.next();
            boolean isAnswer = next.getKey().endOrNull() == null;
            Span left = writeSpan(next.getKey(), next.getValue(), origins, out, written);
            if (left.isEmpty() || isAnswer) {
                each.remove(); // who has asked asks again for the rest, at its own pace
            } else {
                next.setValue(left);
            }
        }
        return written;
    }

    /** Writes the runs of a span that are held, and returns what did not fit. */
    private static Span writeSpan(
            About about, Span span, Origins origins, ByteSink out, int[] written) {
        MemberId origin = about.origin();
        if (span.isEmpty()) {
            return write(about, null, origins, out) < 0 ? span : Span.NONE;
        }
        long next = origins.nextHeld(origin, span.first(), span.last());
        while (next <= span.last()) {
            Invalidations run = origins.runOrNull(origin, next, span.last());
            if (run == null) {
                break;
            }
            int count = write(about, run, origins, out);
            written[0] += Math.max(0, count);
            written[1] += about.endOrNull() == null ? Math.max(0, count) : 0;
            if (count < run.count()) {
                return new Span(next + Math.max(0, count), span.last());
            }
            next = origins.nextHeld(origin, next + count, span.last());
        }
        return Span.NONE;
    }

    /** How many entries were written; -1 when there was no room. */
    private static int write(
            About about, @Nullable Invalidations run, Origins origins, ByteSink out) {
        if (out.left() < Wire.NEWS_BYTES_MAX + Wire.ENTRY_BYTES_MAX) {
            return -1;
        }
        MemberId origin = about.origin();
        long incarnation = origins.position(origin).incarnation();
        if (incarnation == 0) {
            return run == null ? 0 : run.count(); // forgotten meanwhile
        }
        return Wire.write(
                new News(origin, about.endOrNull(), incarnation, origins.claim(origin), run), out);
    }
}
