package dev.gossamer.node.store.disk.io;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One operation from the call to its completion, and how far it has come. Confined to one thread at
 * a time: who hands it on does so through a queue.
 */
final class Request {
    /** Of one step alone: a signal and a busy device pass; a disk that says this forever is ill. */
    private static final int TRIES_MAX = 64;

    /** What to do after the kernel has answered. */
    enum Next {
        /** All bytes are moved. */
        COMPLETE,
        /** Ask again, for the rest. */
        CONTINUE,
        /** {@link #failure} says why. */
        FAIL
    }

    final Operation operation;
    final TrackedFile file;
    final long offset;
    final @Nullable ByteBuffer buffer;
    final int length;
    final Completion completion;
    final long charge;
    final long startNanos;

    private int moved;
    private int tries;
    private @Nullable DiskException failure;

    Request(
            Operation operation,
            TrackedFile file,
            long offset,
            @Nullable ByteBuffer buffer,
            Completion completion,
            long charge,
            long startNanos) {
        this.operation = operation;
        this.file = file;
        this.offset = offset;
        this.buffer = buffer;
        this.length = buffer == null ? 0 : buffer.remaining();
        this.completion = completion;
        this.charge = charge;
        this.startNanos = startNanos;
    }

    /** Bytes moved so far. */
    int moved() {
        return moved;
    }

    /** Why it failed, after {@link Next#FAIL}. */
    DiskException failure() {
        if (failure == null) {
            throw new IllegalStateException("did not fail");
        }
        return failure;
    }

    /**
     * What the kernel's answer means.
     *
     * @param result bytes moved in this step, or minus an errno
     */
    Next step(int result) {
        if (result < 0) {
            return refused(-result);
        }
        if (operation == Operation.SYNC) {
            return Next.COMPLETE;
        }
        if (result == 0 && moved < length) {
            return fail(nothingMoved());
        }
        moved += result;
        tries = 0;
        return moved >= length ? Next.COMPLETE : Next.CONTINUE;
    }

    private DiskException nothingMoved() {
        return operation == Operation.READ
                ? new DiskException.PastEnd(operation, file.path(), offset, length, offset + moved)
                : new DiskException.Failed(
                        operation, file.path(), offset + moved, "no byte was written");
    }

    private Next refused(int errno) {
        if ((errno == Linux.EINTR || errno == Linux.EAGAIN) && tries < TRIES_MAX) {
            tries++;
            return Next.CONTINUE;
        }
        return fail(
                Linux.isFull(errno)
                        ? new DiskException.Full(operation, file.path(), Linux.describe(errno))
                        : new DiskException.Failed(
                                operation, file.path(), offset + moved, Linux.describe(errno)));
    }

    private Next fail(DiskException why) {
        failure = why;
        return Next.FAIL;
    }

    /** Ends it as worked. */
    void done() {
        file.ended(this, null);
    }

    /** Ends it as not worked. */
    void failed(DiskException why) {
        file.ended(this, why);
    }
}
