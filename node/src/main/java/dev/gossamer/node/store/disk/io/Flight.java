package dev.gossamer.node.store.disk.io;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A place on a ring, and the request that has it: where its bytes go in memory, by which
 * descriptor, and what the kernel's answers mean. Confined to the ring's event loop.
 *
 * <p>A cold read goes past the page cache. If its range is not aligned, the aligned range around it
 * is read to a buffer of ours and copied. Where that comes out short, which at the end of a file it
 * may, or the file system wants none of it, the page cache does the rest.
 */
final class Flight {
    /** Longer reads that are not aligned take the way through the page cache. */
    private static final int WIDENED_BYTES_MAX = 4 << 20;

    /** What to tell the kernel. */
    record Step(int descriptor, long offset, long address, int length) {}

    private final ByteBufAllocator allocator;
    private @Nullable Request request;
    private @Nullable ByteBuf widened;
    private boolean direct;

    Flight(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    void begin(Request begun) {
        request = begun;
        direct =
                begun.operation == Operation.READ
                        && begun.length > 0
                        && file().isDirect()
                        && makeReady(begun);
    }

    private boolean makeReady(Request begun) {
        if (file().isAligned(begun.offset, buffer())) {
            return true;
        }
        if (widenedBytes() > WIDENED_BYTES_MAX) {
            return false;
        }
        widened = allocator.directBuffer((int) (widenedBytes() + file().mask()));
        return true;
    }

    Request request() {
        return Objects.requireNonNull(request);
    }

    private UringFile file() {
        return (UringFile) request().file;
    }

    private ByteBuffer buffer() {
        return Objects.requireNonNull(request().buffer);
    }

    private long widenedOffset() {
        return request().offset & ~file().mask();
    }

    private long widenedBytes() {
        long mask = file().mask();
        long end = (request().offset + request().length + mask) & ~mask;
        return end - widenedOffset();
    }

    private long alignedAddress(ByteBuf buffer) {
        long mask = file().mask();
        return (buffer.memoryAddress() + mask) & ~mask;
    }

    /** What the kernel is to do now. */
    Step step() {
        Request now = request();
        if (now.operation == Operation.SYNC) {
            return new Step(file().descriptor(), 0, 0, 0);
        }
        if (widened != null) {
            return new Step(
                    file().directDescriptor(),
                    widenedOffset(),
                    alignedAddress(widened),
                    (int) widenedBytes());
        }
        return new Step(
                direct ? file().directDescriptor() : file().descriptor(),
                now.offset + now.moved(),
                Addresses.of(buffer()) + now.moved(),
                now.length - now.moved());
    }

    /** What its answer means. */
    Request.Next answered(int result) {
        if (direct && result == -Linux.EINVAL) {
            file().refusesDirect();
            return throughThePageCache();
        }
        if (widened != null && result >= 0) {
            return copied(result);
        }
        Request.Next next = request().step(result);
        if (result > 0) {
            // The rest of a read that came short is not aligned any more.
            direct = false;
        }
        return next;
    }

    private Request.Next copied(int result) {
        ByteBuf from = Objects.requireNonNull(widened);
        int before = (int) (request().offset - widenedOffset());
        if (result < before + request().length) {
            return throughThePageCache();
        }
        int start = (int) (alignedAddress(from) - from.memoryAddress());
        from.getBytes(start + before, buffer().duplicate());
        return request().step(request().length);
    }

    private Request.Next throughThePageCache() {
        releaseWidened();
        direct = false;
        return Request.Next.CONTINUE;
    }

    /** Gives the place free; what had it. */
    Request end() {
        Request ended = request();
        releaseWidened();
        request = null;
        return ended;
    }

    private void releaseWidened() {
        if (widened != null) {
            widened.release();
            widened = null;
        }
    }
}
