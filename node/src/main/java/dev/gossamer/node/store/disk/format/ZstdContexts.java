package dev.gossamer.node.store.disk.format;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * Contexts of Zstandard of one kind, which cost more to make than a small value costs to pass
 * through them: 10 µs of the 24 that compressing 4 KiB took without these, and of the 15 that
 * decompressing took. They are native memory, up to some MiB each, so at most {@value #KEPT_MAX}
 * are kept; each is lent to one caller at a time.
 *
 * <p><b>Threads.</b> Any; nobody waits for a context.
 */
final class ZstdContexts<C> {
    /** For values that are to be written. */
    static final ZstdContexts<ZstdCompressCtx> COMPRESSING =
            new ZstdContexts<>(ZstdCompressCtx::new, ZstdCompressCtx::close);

    /** For values that are read. */
    static final ZstdContexts<ZstdDecompressCtx> DECOMPRESSING =
            new ZstdContexts<>(ZstdDecompressCtx::new, ZstdDecompressCtx::close);

    private static final int KEPT_MAX = 8;

    private final BlockingQueue<C> kept = new ArrayBlockingQueue<>(KEPT_MAX);
    private final Supplier<C> make;
    private final Consumer<C> close;

    private ZstdContexts(Supplier<C> make, Consumer<C> close) {
        this.make = make;
        this.close = close;
    }

    /**
     * @param work with a context that nobody else has
     * @return what the work returned, or −1 when Zstandard refused it or is not there
     */
    int lend(ToIntFunction<C> work) {
        try {
            C idle = kept.poll();
            return use(idle == null ? make.get() : idle, work);
        } catch (ZstdException | LinkageError _) {
            return -1; // no such block, or no such library on this machine
        }
    }

    private int use(C context, ToIntFunction<C> work) {
        boolean isGood = false;
        try {
            int result = work.applyAsInt(context);
            isGood = true;
            return result;
        } finally {
            if (!isGood || !kept.offer(context)) {
                close.accept(context);
            }
        }
    }
}
