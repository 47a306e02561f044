package dev.gossamer.node.store.disk;

import dev.gossamer.node.net.EventLoops;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Reads so many keys at a time, as a node does it: asked on one event loop, and answered there. */
final class AtOnce {
    private final EventLoop loop;
    private final DiskTier disk;
    private final Function<SplittableRandom, Bytes> choice;
    private final long endNanos;
    private final CountDownLatch ended;
    private final AtomicInteger missing = new AtomicInteger();

    private AtOnce(
            EventLoop loop,
            DiskTier disk,
            Function<SplittableRandom, Bytes> choice,
            long endNanos,
            int depth) {
        this.loop = loop;
        this.disk = disk;
        this.choice = choice;
        this.endNanos = endNanos;
        this.ended = new CountDownLatch(depth);
    }

    /** Reads until the time is over. */
    static void read(
            EventLoops loops,
            DiskTier disk,
            int depth,
            SplittableRandom seeds,
            Function<SplittableRandom, Bytes> choice,
            long endNanos,
            Histogram latencies)
            throws InterruptedException {
        AtOnce run = new AtOnce(loops.group().next(), disk, choice, endNanos, depth);
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            readers.add(run.new Reader(seeds.split()));
        }
        run.loop.execute(() -> readers.forEach(Reader::next));
        run.ended.await();
        readers.forEach(reader -> latencies.add(reader.latencies));
        if (run.missing.get() > 0) {
            throw new IllegalStateException(run.missing + " reads found nothing");
        }
    }

    private final class Reader {
        private final SplittableRandom random;
        private final Histogram latencies = new Histogram(3);
        private long startNanos;

        Reader(SplittableRandom random) {
            this.random = random;
        }

        void next() {
            startNanos = System.nanoTime();
            Bytes key = choice.apply(random);
            disk.load(key.slotIndex(), key, this::answered);
        }

        private void answered(@Nullable Entry entry) {
            // Never inside the call that asked: reads that are answered at once would not end.
            loop.execute(() -> answer(entry));
        }

        private void answer(@Nullable Entry entry) {
            long now = System.nanoTime();
            latencies.recordValue(now - startNanos);
            if (entry == null) {
                missing.incrementAndGet();
            }
            if (now < endNanos) {
                next();
            } else {
                ended.countDown();
            }
        }
    }
}
