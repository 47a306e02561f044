package dev.gossamer.node.store.disk;

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

/**
 * Reads so many keys at a time, as a node does it: asked on an event loop, and answered there. Each
 * loop has its share of the readers.
 */
final class AtOnce {
    private final EventLoop loop;
    private final DiskTier disk;
    private final Function<SplittableRandom, Bytes> choice;
    private final long endNanos;
    private final CountDownLatch ended;
    private final AtomicInteger missing = new AtomicInteger();

    private final List<Reader> readers = new ArrayList<>();

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

    /**
     * Reads until the time is over.
     *
     * @param depth reads at a time, on all loops together
     */
    static void read(
            List<EventLoop> loops,
            DiskTier disk,
            int depth,
            SplittableRandom seeds,
            Function<SplittableRandom, Bytes> choice,
            long endNanos,
            Histogram latencies)
            throws InterruptedException {
        List<AtOnce> runs = new ArrayList<>();
        for (int i = 0; i < loops.size(); i++) {
            int share = (depth + i) / loops.size();
            AtOnce run = new AtOnce(loops.get(i), disk, choice, endNanos, share);
            for (int reader = 0; reader < share; reader++) {
                run.readers.add(run.new Reader(seeds.split()));
            }
            runs.add(run);
        }
        for (AtOnce run : runs) {
            run.loop.execute(() -> run.readers.forEach(Reader::next));
        }
        for (AtOnce run : runs) {
            run.ended.await();
            run.readers.forEach(reader -> latencies.add(reader.latencies));
            if (run.missing.get() > 0) {
                throw new IllegalStateException(run.missing + " reads found nothing");
            }
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
