package dev.gossamer.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** A client that has nothing to do with who stalls: it writes and reads, and measures. */
final class StallProbe implements AutoCloseable {
    private static final Duration WINDOW = Duration.ofMillis(400);

    private final Jedis jedis;
    private final String key;
    final List<String> problems = new ArrayList<>();

    /**
     * @param key its slot is the probe's
     */
    StallProbe(int port, String key) {
        this.jedis = new Jedis("127.0.0.1", port, 10_000);
        this.key = key;
    }

    /** The median over windows of the 99th percentile of a call's time. */
    Duration p99During(Duration spell) {
        List<Duration> windows = new ArrayList<>();
        long end = System.nanoTime() + spell.toNanos();
        while (System.nanoTime() < end) {
            windows.add(p99());
        }
        windows.sort(null);
        return windows.get(windows.size() / 2);
    }

    private Duration p99() {
        List<Long> nanos = new ArrayList<>();
        long begin = System.nanoTime();
        long end = begin + WINDOW.toNanos();
        for (long now = begin; now < end; ) {
            call(nanos.size());
            long after = System.nanoTime();
            nanos.add(after - now);
            now = after;
        }
        long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return Duration.ofNanos(sorted[(int) (sorted.length * 0.99)]);
    }

    private void call(int number) {
        String value = Integer.toString(number);
        try {
            jedis.set(key, value);
            if (!value.equals(jedis.get(key))) {
                problems.add("another value than " + value);
            }
        } catch (JedisException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        jedis.close();
    }
}
