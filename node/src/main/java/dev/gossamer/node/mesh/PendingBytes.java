package dev.gossamer.node.mesh;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many bytes of requests wait on this node for others: writes that are not on all their owners
 * yet, and requests that cannot go on. Over the limit what would wait is refused at once (C12).
 *
 * <p>What waits for one member takes at most half of it, so that one that stalls leaves room for
 * what waits for others. A single request may take more than that when nothing else waits for the
 * member, or large values could not be written at all.
 *
 * <p><b>Threads.</b> Any.
 */
final class PendingBytes {
    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();
    private final ConcurrentHashMap<MemberId, AtomicLong> byMember = new ConcurrentHashMap<>();
    private final LongAdder refused = new LongAdder();

    PendingBytes(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /**
     * @param waitsFor the members without which it cannot go on; given back with the same
     * @return false when there is no room, and nothing was taken
     */
    boolean tryTake(int weight, List<Member> waitsFor) {
        take(weight, waitsFor);
        if (bytes.get() <= bytesMax && haveRoom(weight, waitsFor)) {
            return true;
        }
        give(weight, waitsFor);
        refused.increment();
        return false;
    }

    private boolean haveRoom(int weight, List<Member> waitsFor) {
        for (int i = 0; i < waitsFor.size(); i++) {
            long waiting = bytesFor(waitsFor.get(i).id());
            if (waiting > bytesMax / 2 && waiting > weight) {
                return false;
            }
        }
        return true;
    }

    /** Takes for what cannot be refused any more, beyond the limit if it must be. */
    void take(int weight, List<Member> waitsFor) {
        add(weight, waitsFor);
    }

    void give(int weight, List<Member> waitsFor) {
        add(-weight, waitsFor);
    }

    private void add(int weight, List<Member> waitsFor) {
        bytes.addAndGet(weight);
        for (int i = 0; i < waitsFor.size(); i++) {
            shareOf(waitsFor.get(i).id()).addAndGet(weight);
        }
    }

    private AtomicLong shareOf(MemberId member) {
        AtomicLong share = byMember.get(member);
        return share != null ? share : byMember.computeIfAbsent(member, _ -> new AtomicLong());
    }

    long bytes() {
        return bytes.get();
    }

    /** Of these, what waits for one member. */
    long bytesFor(MemberId member) {
        AtomicLong share = byMember.get(member);
        return share == null ? 0 : share.get();
    }

    /** The most that waits for any one member. */
    long largestShareBytes() {
        return byMember.values().stream().mapToLong(AtomicLong::get).max().orElse(0);
    }

    long bytesMax() {
        return bytesMax;
    }

    /** Requests refused since the start. */
    long refused() {
        return refused.sum();
    }

    /** For the message of a refusal. */
    String fullText() {
        return bytesMax
                + " bytes wait for other members here, or half as many for one: see"
                + " mesh.pending-bytes-max";
    }
}
