package dev.gossamer.node.store.disk.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A file of a {@link FaultyBackend}. */
final class FaultyFile implements DiskFile {
    private static final Executor ASIDE = Thread::startVirtualThread;

    private final Path path;
    private final DiskFile healthy;
    private final Faults faults;

    FaultyFile(Path path, DiskFile healthy, Faults faults) {
        this.path = path;
        this.healthy = healthy;
        this.faults = faults;
    }

    @Override
    public long length() {
        return healthy.length();
    }

    @Override
    public int alignment() {
        return healthy.alignment();
    }

    /** The page cache fails as the disk does: what is struck is not found there. */
    @Override
    public boolean readNow(long offset, ByteBuffer direct) {
        Optional<Fault.Effect> effect = strike(Operation.READ);
        if (effect.isEmpty()) {
            return healthy.readNow(offset, direct);
        }
        if (effect.get() instanceof Fault.Effect.Flipped && healthy.readNow(offset, direct)) {
            flipBit(direct);
            return true;
        }
        return false;
    }

    @Override
    public void copy(long offset, ByteBuffer direct) throws IOException {
        healthy.copy(offset, direct);
    }

    @Override
    public void read(long offset, ByteBuffer direct, Completion completion) {
        strike(Operation.READ)
                .ifPresentOrElse(
                        effect -> readStruck(effect, offset, direct, completion),
                        () -> healthy.read(offset, direct, completion));
    }

    private void readStruck(
            Fault.Effect effect, long offset, ByteBuffer direct, Completion completion) {
        switch (effect) {
            case Fault.Effect.Broken _, Fault.Effect.Full _, Fault.Effect.Lost _ ->
                    fail(Operation.READ, offset, completion);
            case Fault.Effect.Torn _ ->
                    healthy.read(
                            offset,
                            prefix(direct),
                            then(completion, () -> failNow(Operation.READ, offset, completion)));
            case Fault.Effect.Flipped _ ->
                    healthy.read(
                            offset,
                            direct,
                            then(
                                    completion,
                                    () -> {
                                        flipBit(direct);
                                        completion.done();
                                    }));
            case Fault.Effect.Slow(Duration delay) ->
                    later(delay, () -> healthy.read(offset, direct, completion));
            case Fault.Effect.Hung(var until) ->
                    once(until, () -> healthy.read(offset, direct, completion));
        }
    }

    @Override
    public void write(long offset, ByteBuffer direct, Completion completion) {
        strike(Operation.WRITE)
                .ifPresentOrElse(
                        effect -> writeStruck(effect, offset, direct, completion),
                        () -> healthy.write(offset, direct, completion));
    }

    private void writeStruck(
            Fault.Effect effect, long offset, ByteBuffer direct, Completion completion) {
        switch (effect) {
            case Fault.Effect.Broken _ -> fail(Operation.WRITE, offset, completion);
            case Fault.Effect.Full _ -> ASIDE.execute(() -> completion.failed(full()));
            case Fault.Effect.Torn _ ->
                    healthy.write(
                            offset,
                            prefix(direct),
                            then(completion, () -> failNow(Operation.WRITE, offset, completion)));
            case Fault.Effect.Lost _ -> healthy.write(offset, prefix(direct), completion);
            case Fault.Effect.Flipped _ -> healthy.write(offset, flipBit(copy(direct)), completion);
            case Fault.Effect.Slow(Duration delay) ->
                    later(delay, () -> healthy.write(offset, direct, completion));
            case Fault.Effect.Hung(var until) ->
                    once(until, () -> healthy.write(offset, direct, completion));
        }
    }

    @Override
    public void sync(Completion completion) {
        Optional<Fault.Effect> effect = strike(Operation.SYNC);
        if (effect.isEmpty()) {
            healthy.sync(completion);
            return;
        }
        switch (effect.get()) {
            case Fault.Effect.Broken _, Fault.Effect.Torn _, Fault.Effect.Flipped _ ->
                    fail(Operation.SYNC, 0, completion);
            case Fault.Effect.Full _ -> ASIDE.execute(() -> completion.failed(full()));
            case Fault.Effect.Lost _ -> ASIDE.execute(completion::done);
            case Fault.Effect.Slow(Duration delay) -> later(delay, () -> healthy.sync(completion));
            case Fault.Effect.Hung(var until) -> once(until, () -> healthy.sync(completion));
        }
    }

    private Optional<Fault.Effect> strike(Operation operation) {
        return faults.strike(operation, FaultyBackend.nameOf(path));
    }

    private void fail(Operation operation, long offset, Completion completion) {
        ASIDE.execute(() -> failNow(operation, offset, completion));
    }

    private void failNow(Operation operation, long offset, Completion completion) {
        completion.failed(new DiskException.Failed(operation, path, offset, "Input/output error"));
    }

    private DiskException full() {
        return new DiskException.Full(Operation.WRITE, path, "No space left on device");
    }

    private static void later(Duration delay, Runnable task) {
        CompletableFuture<@Nullable Void> _ =
                CompletableFuture.runAsync(
                        task,
                        CompletableFuture.delayedExecutor(
                                delay.toNanos(), TimeUnit.NANOSECONDS, ASIDE));
    }

    private static void once(CompletableFuture<Void> until, Runnable task) {
        CompletableFuture<@Nullable Void> _ = until.thenRunAsync(task, ASIDE);
    }

    /** A part of the range that ends before its end. */
    private ByteBuffer prefix(ByteBuffer direct) {
        ByteBuffer prefix = direct.duplicate();
        int bytes = direct.hasRemaining() ? faults.below(direct.remaining()) : 0;
        return prefix.limit(prefix.position() + bytes);
    }

    private ByteBuffer flipBit(ByteBuffer buffer) {
        if (buffer.hasRemaining()) {
            int at = buffer.position() + faults.below(buffer.remaining());
            buffer.put(at, (byte) (buffer.get(at) ^ 1 << faults.below(Byte.SIZE)));
        }
        return buffer;
    }

    private static ByteBuffer copy(ByteBuffer buffer) {
        return ByteBuffer.allocateDirect(buffer.remaining()).put(buffer.duplicate()).flip();
    }

    /** On success what is given, otherwise the completion's own. */
    private static Completion then(Completion completion, Runnable onDone) {
        return new Completion() {
            @Override
            public void done() {
                onDone.run();
            }

            @Override
            public void failed(DiskException why) {
                completion.failed(why);
            }
        };
    }

    @Override
    public void close() {
        healthy.close();
    }
}
