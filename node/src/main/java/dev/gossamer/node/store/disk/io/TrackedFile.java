package dev.gossamer.node.store.disk.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * What the files of all backends have in common: the range is checked, the bytes are charged, the
 * time is taken, and the file is closed when the last operation has ended.
 */
abstract class TrackedFile implements DiskFile {
    private final Path path;
    private final long length;
    private final boolean writable;
    private final Traffic traffic;
    private final Uses uses = new Uses();

    TrackedFile(Path path, long length, boolean writable, Traffic traffic) {
        this.path = path;
        this.length = length;
        this.writable = writable;
        this.traffic = traffic;
    }

    /** Begins an operation that was admitted; it ends with {@link Request#done} or failed. */
    abstract void start(Request request);

    /** {@link #readNow} with a range that was checked, on a file that stays open meanwhile. */
    abstract boolean copyCached(long offset, ByteBuffer direct);

    /** Gives the descriptors back; called once, when nothing uses them any more. */
    abstract void release();

    /** What an operation is charged for memory beside its buffer. */
    abstract long extraBytes(Operation operation, long offset, ByteBuffer direct);

    final Path path() {
        return path;
    }

    @Override
    public final long length() {
        return length;
    }

    @Override
    public final boolean readNow(long offset, ByteBuffer direct) {
        check(offset, direct);
        if (isOutside(offset, direct) || !uses.begin()) {
            return false;
        }
        try {
            boolean hit = copyCached(offset, direct);
            traffic.meters().readNow(hit);
            return hit;
        } finally {
            endUse();
        }
    }

    @Override
    public final void copy(long offset, ByteBuffer direct) throws IOException {
        check(offset, direct);
        if (!uses.begin()) {
            throw new DiskException.Closed(Operation.READ, path);
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long at = offset;
            int read = 0;
            while (read >= 0 && direct.hasRemaining()) {
                read = channel.read(direct, at);
                at += read;
            }
        } finally {
            endUse();
        }
    }

    @Override
    public final void read(long offset, ByteBuffer direct, Completion completion) {
        check(offset, direct);
        accept(Operation.READ, offset, direct, completion);
    }

    @Override
    public final void write(long offset, ByteBuffer direct, Completion completion) {
        check(offset, direct);
        if (!writable) {
            throw new IllegalStateException(path + " is open for reading only");
        }
        accept(Operation.WRITE, offset, direct, completion);
    }

    @Override
    public final void sync(Completion completion) {
        accept(Operation.SYNC, 0, null, completion);
    }

    private static void check(long offset, ByteBuffer direct) {
        if (offset < 0) {
            throw new IllegalArgumentException("offset " + offset + " is negative");
        }
        if (!direct.isDirect()) {
            throw new IllegalArgumentException("the buffer is not direct");
        }
    }

    private boolean isOutside(long offset, ByteBuffer direct) {
        return offset > length - direct.remaining();
    }

    private void accept(
            Operation operation, long offset, @Nullable ByteBuffer direct, Completion completion) {
        if (direct != null && isOutside(offset, direct)) {
            traffic.refuse(
                    operation,
                    completion,
                    new DiskException.PastEnd(operation, path, offset, direct.remaining(), length));
            return;
        }
        if (!uses.begin()) {
            traffic.refuse(operation, completion, new DiskException.Closed(operation, path));
            return;
        }
        Request request = admittedOrNull(operation, offset, direct, completion);
        if (request == null) {
            endUse();
        } else {
            start(request);
        }
    }

    private @Nullable Request admittedOrNull(
            Operation operation, long offset, @Nullable ByteBuffer direct, Completion completion) {
        long bytes =
                direct == null ? 0 : direct.remaining() + extraBytes(operation, offset, direct);
        long charge = traffic.chargeOrRefuse(operation, path, bytes, completion);
        return charge == 0
                ? null
                : new Request(
                        operation, this, offset, direct, completion, charge, traffic.nowNanos());
    }

    /** An operation has ended: everything is given back before its completion hears of it. */
    final void ended(Request request, @Nullable DiskException whyNotOrNull) {
        endUse();
        traffic.ended(request, whyNotOrNull);
    }

    private void endUse() {
        if (uses.end()) {
            traffic.aside(this::release);
        }
    }

    @Override
    public final void close() {
        if (uses.close()) {
            release();
        }
    }
}
