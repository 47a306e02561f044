package dev.gossamer.client;

import dev.gossamer.client.codec.Codec;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads or writes per second through the client, by hand: {@code ClientBenchmark <uri>
 * <blocking|async|async-direct> <callers or depth> <seconds> <get|put>}. Start a mesh, or a
 * redis-server, first.
 */
final class ClientBenchmark {
    private static final byte[] VALUE = new byte[100];

    private ClientBenchmark() {}

    /** What is measured. */
    private enum Work {
        GET,
        PUT;

        void block(Cache<String, byte[]> cache, String key) {
            switch (this) {
                case GET -> cache.get(key);
                case PUT -> cache.put(key, VALUE);
            }
        }

        CompletableFuture<?> begin(AsyncCache<String, byte[]> cache, String key) {
            return switch (this) {
                case GET -> cache.get(key);
                case PUT -> cache.put(key, VALUE);
            };
        }
    }

    public static void main(String[] args) throws InterruptedException {
        int width = Integer.parseInt(args[2]);
        long nanos = Long.parseLong(args[3]) * 1_000_000_000L;
        Work work = Work.valueOf(args[4].toUpperCase(Locale.ROOT));
        boolean async = args[1].startsWith("async");
        Executor direct = Runnable::run;
        ClientBuilder builder = Gossamer.builder().uri(args[0]);
        if (args[1].equals("async-direct")) {
            builder.completionExecutor(direct);
        }
        try (Gossamer gossamer = builder.connect()) {
            Cache<String, byte[]> cache = gossamer.cache("default", Codec.utf8(), Codec.bytes());
            for (int i = 0; i < 1_000; i++) {
                cache.put("bench" + i, VALUE);
            }
            for (int round = 0; round < 3; round++) {
                long begin = System.nanoTime();
                long cpu = cpuNanos();
                long count =
                        async
                                ? asynchronously(work, cache.async(), width, begin + nanos)
                                : blocking(work, cache, width, begin + nanos);
                long took = System.nanoTime() - begin;
                System.out.printf(
                        "%s %s %d: %,d/s, %.2f µs CPU each here%n",
                        args[1],
                        work,
                        width,
                        count * 1_000_000_000L / took,
                        (cpuNanos() - cpu) / 1e3 / count);
            }
        }
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static long blocking(Work work, Cache<String, byte[]> cache, int callers, long until)
            throws InterruptedException {
        AtomicLong count = new AtomicLong();
        Thread[] threads = new Thread[callers];
        for (int i = 0; i < callers; i++) {
            int first = i * 37;
            threads[i] =
                    new Thread(() -> {
                        long done = 0;
                        while (System.nanoTime() - until < 0) {
                            work.block(cache, "bench" + (first + done) % 1_000);
                            done++;
                        }
                        count.addAndGet(done);
                    });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return count.get();
    }

    private static long asynchronously(
            Work work, AsyncCache<String, byte[]> cache, int depth, long until)
            throws InterruptedException {
        AtomicLong count = new AtomicLong();
        CountDownLatch ended = new CountDownLatch(depth);
        for (int i = 0; i < depth; i++) {
            next(work, cache, i * 37L, until, count, ended);
        }
        ended.await();
        return count.get();
    }

    private static void next(
            Work work,
            AsyncCache<String, byte[]> cache,
            long key,
            long until,
            AtomicLong count,
            CountDownLatch ended) {
        if (System.nanoTime() - until >= 0) {
            ended.countDown();
            return;
        }
        var unused =
                work.begin(cache, "bench" + key % 1_000)
                        .whenComplete((value, failure) -> {
                            count.incrementAndGet();
                            next(work, cache, key + 1, until, count, ended);
                        });
    }
}
