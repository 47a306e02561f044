package dev.gossamer.gossip.invalidation;

import dev.gossamer.gossip.invalidation.Dissemination.Effect;
import dev.gossamer.protocol.MemberId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The messages to come, at most one per peer and window; a first one leaves at once. */
final class Mail {
    private final Origins origins;
    private final long windowNanos;
    private final int messageBytesMax;
    private final Map<MemberId, Outbox> outboxes = new LinkedHashMap<>();
    private long dueNanos = Outbox.NEVER;

    long messages;
    long bytes;
    long payloadMessages;
    long entries;
    long answered;

    Mail(Origins origins, DisseminationSettings settings) {
        this.origins = origins;
        this.windowNanos = settings.window().toNanos();
        this.messageBytesMax = settings.messageBytesMax();
    }

    /** When {@link #send} has something to do. */
    long dueNanos() {
        return dueNanos;
    }

    /** What {@code peer} is to be told after {@code delayNanos}, or when its window ends. */
    Outbox to(MemberId peer, long nowNanos, long delayNanos) {
        Outbox outbox = outboxes.computeIfAbsent(peer, Outbox::new);
        long due = Math.max(outbox.sentNanos + windowNanos, nowNanos + delayNanos);
        outbox.dueNanos = Math.min(outbox.dueNanos, due);
        dueNanos = Math.min(dueNanos, outbox.dueNanos);
        return outbox;
    }

    /** Nothing waits any more for those who left. */
    void keepOnly(Members members) {
        outboxes.keySet().removeIf(peer -> !members.contains(peer));
    }

    void send(long nowNanos, List<Effect> effects) {
        if (nowNanos < dueNanos) {
            return;
        }
        dueNanos = Outbox.NEVER;
        Iterator<Outbox> each = outboxes.values().iterator();
        while (each.hasNext()) {
            Outbox outbox = each.next();
            if (outbox.dueNanos <= nowNanos) {
                effects.add(write(outbox, nowNanos));
            } else if (outbox.isEmpty() && outbox.sentNanos + windowNanos <= nowNanos) {
                each.remove();
            }
            dueNanos = Math.min(dueNanos, outbox.dueNanos);
        }
    }

    private Effect.Send write(Outbox outbox, long nowNanos) {
        Outbox.Ready ready = outbox.write(nowNanos, origins, messageBytesMax);
        outbox.sentNanos = nowNanos;
        outbox.dueNanos = outbox.isEmpty() ? Outbox.NEVER : nowNanos + Math.max(1, windowNanos);
        messages++;
        bytes += ready.payload().length;
        payloadMessages += ready.entries() > 0 ? 1 : 0;
        entries += ready.entries();
        answered += ready.answers();
        return new Effect.Send(outbox.peer, ready.payload());
    }

    long pendingBytes() {
        long items = 0;
        for (Outbox outbox : outboxes.values()) {
            items += 1 + outbox.items();
        }
        return items * Outbox.ITEM_BYTES;
    }
}
