package dev.gossamer.node.cli.chaos.mesh;

import dev.gossamer.node.cli.chaos.mesh.SideWriter.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * What the clients of one side of a partition do and see. Those of both sides write the same keys
 * of the cache {@code available}, each key once; of the cache {@code consistent} each key belongs
 * to one client, and some are read by all.
 */
final class SideTraffic {
    private static final int THREADS_PER_MEMBER = 4;

    private final String name;
    private final List<Integer> members;
    private final int port;
    private final Counters counters;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> running = new ArrayList<>();
    private final AtomicBoolean enough = new AtomicBoolean();
    private final AtomicInteger nextContested = new AtomicInteger();
    private final AtomicInteger nextOwn = new AtomicInteger();
    private final AtomicInteger streak = new AtomicInteger();

    /** Writes to {@code available}, by key. */
    final Map<String, Result> contested = new ConcurrentHashMap<>();

    /** Writes to {@code consistent}, by key. */
    final Map<String, Result> own = new ConcurrentHashMap<>();

    /** Reads of {@link Counters}. */
    final Queue<Reading> readings = new ConcurrentLinkedQueue<>();

    /**
     * A read of a counter.
     *
     * @param expected what had been acknowledged before it began
     */
    record Reading(String key, long expected, Result result) {
        boolean stale() {
            return result instanceof Result.Done(var value, _, _, _)
                    && value.map(Long::parseLong).orElse(0L) < expected;
        }
    }

    /** Keys of the cache {@code consistent} that are written ever anew. */
    static final class Counters {
        static final int COUNT = 64;
        private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();

        static String key(int number) {
            return "consistent:counter-" + Math.floorMod(number, COUNT);
        }

        long acknowledged(String key) {
            return acknowledged.getOrDefault(key, 0L);
        }

        void write(SideWriter writer, int number) {
            if (writer.write(key(number), Integer.toString(number)) instanceof Result.Done) {
                acknowledged.put(key(number), (long) number);
            }
        }
    }

    SideTraffic(String name, List<Integer> members, int port, Counters counters) {
        this.name = name;
        this.members = members;
        this.port = port;
        this.counters = counters;
    }

    /** Starts all clients. */
    void start() {
        for (int member : members) {
            for (int i = 0; i < THREADS_PER_MEMBER; i++) {
                start(member, this::contest);
                start(member, this::writeOwn);
            }
            start(member, this::read);
        }
    }

    /** Starts the one client that writes the counters; only one side may have it. */
    void startCounting() {
        var number = new AtomicInteger();
        start(members.getFirst(), writer -> counters.write(writer, number.incrementAndGet()));
    }

    /** What a client does again and again. */
    interface Work {
        void once(SideWriter writer);
    }

    private void start(int member, Work work) {
        running.add(
                threads.submit(() -> {
                    try (SideWriter writer = new SideWriter(member, port)) {
                        while (!enough.get()) {
                            work.once(writer);
                            LockSupport.parkNanos(Duration.ofMillis(30).toNanos());
                        }
                    }
                }));
    }

    private void contest(SideWriter writer) {
        String key = "available:" + nextContested.incrementAndGet();
        contested.put(key, writer.write(key, name));
    }

    private void writeOwn(SideWriter writer) {
        String key = "consistent:" + name + "-" + nextOwn.incrementAndGet();
        Result result = writer.write(key, name);
        own.put(key, result);
        if (result instanceof Result.Done) {
            streak.incrementAndGet();
        } else {
            streak.set(0);
        }
    }

    private void read(SideWriter writer) {
        String key = Counters.key(readings.size());
        long expected = counters.acknowledged(key);
        readings.add(new Reading(key, expected, writer.read(key)));
    }

    /** How many writes to {@code consistent} were acknowledged since the last that was not. */
    int streak() {
        return streak.get();
    }

    /** Ends all clients and waits for their last calls. */
    void end() throws InterruptedException, ExecutionException {
        enough.set(true);
        threads.shutdown();
        for (Future<?> one : running) {
            one.get();
        }
    }
}
