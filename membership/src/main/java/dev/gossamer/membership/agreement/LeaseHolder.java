package dev.gossamer.membership.agreement;

import dev.gossamer.protocol.MemberId;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * This member's own lease: valid for its time from when a request went out that a majority granted,
 * and never further than half a lease from the last tick. So a process that stands still fences
 * itself without doing anything; one that finds after the fact that it stood still gives up what it
 * had, and waits for an answer to a new request.
 */
final class LeaseHolder {
    private static final int REQUESTS_MAX = 8;

    private final long leaseNanos;

    /** Requests without a majority yet, by their number; guards itself by {@link #REQUESTS_MAX}. */
    private final TreeMap<Long, Request> requests = new TreeMap<>();

    private long lastRequest;
    private long grantedUntil = Long.MIN_VALUE;
    private long lastTick = Long.MIN_VALUE;

    private record Request(long sentAt, Set<MemberId> grants) {}

    LeaseHolder(AgreementSettings settings) {
        this.leaseNanos = settings.lease().toNanos();
    }

    /** Before this the lease is valid. */
    long untilNanos() {
        return grantedUntil == Long.MIN_VALUE
                ? Long.MIN_VALUE
                : Math.min(grantedUntil, lastTick + leaseNanos / 2);
    }

    void tick(long nowNanos) {
        if (lastTick != Long.MIN_VALUE && nowNanos - lastTick >= leaseNanos / 2) {
            giveUp();
        }
        lastTick = nowNanos;
    }

    void giveUp() {
        grantedUntil = Long.MIN_VALUE;
        requests.clear();
    }

    /** Grants under another topology do not count for this one. */
    void forgetRequests() {
        requests.clear();
    }

    /**
     * @return the number of a new request that goes out now
     */
    long request(long nowNanos) {
        requests.put(++lastRequest, new Request(nowNanos, new HashSet<>()));
        if (requests.size() > REQUESTS_MAX) {
            requests.pollFirstEntry();
        }
        return lastRequest;
    }

    /**
     * @param quorum how many of the roster must grant it
     */
    void granted(long request, MemberId by, int quorum) {
        Request asked = requests.get(request);
        if (asked == null || !asked.grants().add(by) || asked.grants().size() < quorum) {
            return;
        }
        grantedUntil = Math.max(grantedUntil, asked.sentAt() + leaseNanos);
        Iterator<Map.Entry<Long, Request>> earlier = requests.entrySet().iterator();
        while (earlier.hasNext() && earlier.next().getKey() <= request) {
            earlier.remove();
        }
    }
}
