package dev.gossamer.node.store.disk.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file through a {@link FileChannel}. */
final class PortableFile extends TrackedFile {
    private static final Logger LOG = LoggerFactory.getLogger(PortableFile.class);

    private final FileChannel channel;
    private final @Nullable CachedReads cachedOrNull;
    private final Crew crew;

    /**
     * @param cachedOrNull by a descriptor of its own, where the machine has such reads
     */
    PortableFile(
            Path path,
            long length,
            boolean writable,
            FileChannel channel,
            @Nullable CachedReads cachedOrNull,
            Crew crew,
            Traffic traffic) {
        super(path, length, writable, traffic);
        this.channel = channel;
        this.cachedOrNull = cachedOrNull;
        this.crew = crew;
    }

    @Override
    public int alignment() {
        return 1;
    }

    @Override
    void start(Request request) {
        crew.take(request);
    }

    /** Blocks; on a thread of the crew. */
    void run(Request request) {
        try {
            switch (request.operation) {
                case READ -> move(request, channel::read);
                case WRITE -> move(request, channel::write);
                case SYNC -> channel.force(false);
            }
        } catch (IOException | RuntimeException e) {
            request.failed(translated(request, e));
            return;
        }
        request.done();
    }

    /** A positional read or write of the channel. */
    private interface Mover {
        int move(ByteBuffer rest, long offset) throws IOException;
    }

    private static void move(Request request, Mover mover) throws IOException {
        ByteBuffer rest = Objects.requireNonNull(request.buffer).duplicate();
        Request.Next next = rest.hasRemaining() ? Request.Next.CONTINUE : Request.Next.COMPLETE;
        while (next == Request.Next.CONTINUE) {
            int moved = mover.move(rest, request.offset + request.moved());
            // The channel says -1 at the end of the file, where the kernel says 0.
            next = request.step(Math.max(moved, 0));
        }
        if (next == Request.Next.FAIL) {
            throw request.failure();
        }
    }

    private DiskException translated(Request request, Exception e) {
        if (e instanceof DiskException known) {
            return known;
        }
        return Fullness.isToldBy(e)
                ? new DiskException.Full(request.operation, path(), String.valueOf(e.getMessage()))
                : new DiskException.Failed(
                        request.operation, path(), request.offset + request.moved(), e);
    }

    @Override
    boolean copyCached(long offset, ByteBuffer direct) {
        return cachedOrNull != null && cachedOrNull.copy(offset, direct);
    }

    @Override
    long extraBytes(Operation operation, long offset, ByteBuffer direct) {
        return 0;
    }

    @Override
    void release() {
        if (cachedOrNull != null) {
            cachedOrNull.close();
        }
        try {
            channel.close();
        } catch (IOException e) {
            LOG.warn("{} was closed with an error", path(), e);
        }
    }
}
