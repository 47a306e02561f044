package dev.gossamer.node;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One client that writes and reads through one node for as long as it is open, and looks at every
 * reply: none may be an error, and what is read is what was written last, or nothing.
 */
final class DiskTraffic implements AutoCloseable {
    private static final int AT_ONCE = 50;

    private final LocalMesh mesh;
    private final int keys;
    private final String filler;
    private final int[] written;
    private final SplittableRandom random = new SplittableRandom(7);
    private final AtomicInteger rounds = new AtomicInteger();
    private final List<String> wrong = new ArrayList<>();
    private final Thread thread;
    private volatile boolean stops;

    DiskTraffic(LocalMesh mesh, int keys, int valueBytes) {
        this.mesh = mesh;
        this.keys = keys;
        this.written = new int[keys];
        this.filler =
                random.ints(valueBytes, ' ' + 1, '~')
                        .collect(
                                StringBuilder::new,
                                StringBuilder::appendCodePoint,
                                StringBuilder::append)
                        .toString();
        this.thread = Thread.ofPlatform().name("disk-traffic").start(this::run);
    }

    private void run() {
        try {
            while (!stops) {
                round();
                rounds.incrementAndGet();
            }
        } catch (RuntimeException e) {
            complain("the connection failed: " + e);
        }
    }

    private void round() {
        List<byte[]> commands = new ArrayList<>();
        int[] chosen = random.ints(AT_ONCE, 0, keys).distinct().toArray();
        int generation = rounds.get() + 1;
        for (int key : chosen) {
            commands.add(RespAsk.command("SET", "key-" + key, generation + "/" + key + filler));
        }
        int[] asked = random.ints(AT_ONCE, 0, keys).toArray();
        for (int key : asked) {
            commands.add(RespAsk.command("GSM.GET", "key-" + key, "FRESH", "LATEST"));
        }
        List<Object> replies = RespAsk.ask(mesh.redisPort(0), commands.toArray(byte[][]::new));
        for (int i = 0; i < chosen.length; i++) {
            if (!"OK".equals(replies.get(i))) {
                complain("SET was answered by " + replies.get(i));
            }
            written[chosen[i]] = generation;
        }
        for (int i = 0; i < asked.length; i++) {
            check(asked[i], replies.get(chosen.length + i));
        }
    }

    private void check(int key, @Nullable Object reply) {
        if (reply != null && !reply.equals(written[key] + "/" + key + filler)) {
            String start = reply.toString();
            complain(
                    "key-%d is %s after round %d"
                            .formatted(
                                    key,
                                    start.substring(0, Math.min(60, start.length())),
                                    written[key]));
        }
    }

    private void complain(String what) {
        synchronized (wrong) {
            wrong.add(what);
        }
    }

    /** Replies that should not have been. */
    List<String> wrong() {
        synchronized (wrong) {
            return List.copyOf(wrong);
        }
    }

    /** Rounds of a hundred commands that were answered. */
    int rounds() {
        return rounds.get();
    }

    @Override
    public void close() {
        stops = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
