package dev.gossamer.client.connection;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What one connection may still take: bytes and requests, taken and given back by any thread. */
final class Room {
    private final int bytesMax;
    private final int requestsMax;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger requests = new AtomicInteger();

    Room(int bytesMax, int requestsMax) {
        this.bytesMax = bytesMax;
        this.requestsMax = requestsMax;
    }

    /** A request larger than the limit is let in when it is alone: it could never pass else. */
    boolean tryTake(int cost) {
        if (requests.incrementAndGet() > requestsMax) {
            requests.decrementAndGet();
            return false;
        }
        long after = bytes.addAndGet(cost);
        if (after > bytesMax && after != cost) {
            bytes.addAndGet(-cost);
            requests.decrementAndGet();
            return false;
        }
        return true;
    }

    void giveBack(int cost) {
        bytes.addAndGet(-cost);
        requests.decrementAndGet();
    }

    long bytes() {
        return bytes.get();
    }

    int requests() {
        return requests.get();
    }
}
