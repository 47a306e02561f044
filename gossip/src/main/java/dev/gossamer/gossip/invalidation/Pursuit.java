package dev.gossamer.gossip.invalidation;

import dev.gossamer.protocol.MemberId;
import java.util.ArrayDeque;
import java.util.Optional;

/** The search for what is missing of one origin: whom to ask next, and when. */
final class Pursuit {
    static final long NEVER = Long.MAX_VALUE;
    private static final int CANDIDATES_MAX = 4;

    /** So many questions are taken for lost; later ones for too many. */
    private static final int IMPATIENT = 3;

    private static final int DOUBLINGS_MAX = 2;

    private final ArrayDeque<MemberId> candidates = new ArrayDeque<>(0);
    private long dueNanos = NEVER;
    private int unanswered;

    long dueNanos() {
        return dueNanos;
    }

    /** {@code peer} has something that is missing here; it is asked in its turn. */
    void suggest(MemberId peer, long askNanos) {
        if (!candidates.contains(peer)) {
            if (candidates.size() == CANDIDATES_MAX) {
                candidates.removeFirst();
            }
            candidates.addLast(peer);
        }
        if (dueNanos == NEVER) {
            dueNanos = askNanos;
        }
    }

    /** {@code peer} has just answered, and has more: it is asked next, now. */
    void goOn(MemberId peer, long nowNanos) {
        unanswered = 0;
        candidates.remove(peer);
        candidates.addFirst(peer);
        while (candidates.size() > CANDIDATES_MAX) {
            candidates.removeLast();
        }
        dueNanos = nowNanos;
    }

    /** The one asked last could not help: the next is asked now. */
    void failed(long nowNanos) {
        if (dueNanos != NEVER) {
            dueNanos = nowNanos;
        }
    }

    /**
     * Whom to ask now; empty when nobody is known to have it.
     *
     * @param patienceNanos for the answers of the first few; up to four times that later
     */
    Optional<MemberId> next(long nowNanos, long patienceNanos) {
        Optional<MemberId> next = Optional.ofNullable(candidates.pollFirst());
        int doublings = Math.clamp(unanswered + 1 - IMPATIENT, 0, DOUBLINGS_MAX);
        dueNanos = nowNanos + (patienceNanos << doublings);
        unanswered++;
        return next;
    }

    /** Nothing is missing any more, or nobody is left to ask. */
    void end() {
        candidates.clear();
        dueNanos = NEVER;
        unanswered = 0;
    }
}
