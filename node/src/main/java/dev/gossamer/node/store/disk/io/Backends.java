package dev.gossamer.node.store.disk.io;

import dev.gossamer.node.net.EventLoops;
import java.io.IOException;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/** Chooses the way to the disk. */
public final class Backends {
    private Backends() {}

    /**
     * The best backend that works here, or the one that is asked for. Blocks for what a read takes,
     * and two seconds at most where the kernel says nothing.
     *
     * @param loops outlive the backend, which is closed first
     * @param virtualThreads starts a virtual thread for every task
     * @throws IllegalStateException when the one that is asked for does not work here
     */
    public static Backend choose(
            Optional<Backend.Kind> forced,
            EventLoops loops,
            IoSettings settings,
            Executor virtualThreads,
            LongSupplier nanoClock) {
        Backend backend = chosen(forced, loops, settings, virtualThreads, nanoClock);
        for (BackendWrap wrap : ServiceLoader.load(BackendWrap.class)) {
            backend = wrap.around(backend);
        }
        return backend;
    }

    private static Backend chosen(
            Optional<Backend.Kind> forced,
            EventLoops loops,
            IoSettings settings,
            Executor virtualThreads,
            LongSupplier nanoClock) {
        if (forced.isPresent()) {
            return switch (forced.get()) {
                case URING -> forcedUring(loops, settings, virtualThreads, nanoClock);
                case PORTABLE ->
                        portable("forced by configuration", settings, virtualThreads, nanoClock);
            };
        }
        try {
            return uring("the kernel allows it", loops, settings, virtualThreads, nanoClock);
        } catch (IOException e) {
            return portable("io_uring: " + e.getMessage(), settings, virtualThreads, nanoClock);
        }
    }

    private static Backend forcedUring(
            EventLoops loops,
            IoSettings settings,
            Executor virtualThreads,
            LongSupplier nanoClock) {
        try {
            return uring("forced by configuration", loops, settings, virtualThreads, nanoClock);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "disk backend URING does not work on this machine: " + e.getMessage(), e);
        }
    }

    private static Backend uring(
            String why,
            EventLoops loops,
            IoSettings settings,
            Executor virtualThreads,
            LongSupplier nanoClock)
            throws IOException {
        if (loops.kind() != EventLoops.Kind.IO_URING) {
            throw new IOException(
                    "the event loops run on " + loops.kind() + " (" + loops.why() + ")");
        }
        if (!Linux.available()) {
            throw new IOException("the JVM allows no native calls (--enable-native-access)");
        }
        return UringBackend.start(why, settings, loops.group(), virtualThreads, nanoClock);
    }

    private static Backend portable(
            String why, IoSettings settings, Executor virtualThreads, LongSupplier nanoClock) {
        return new PortableBackend(why, settings, virtualThreads, nanoClock, Linux.available());
    }
}
