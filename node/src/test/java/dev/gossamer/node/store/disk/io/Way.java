package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gossamer.node.net.EventLoops;
import java.util.Optional;

/** The ways to the disk that must all keep the same promises. */
enum Way {
    URING,
    URING_THROUGH_THE_PAGE_CACHE,
    PORTABLE,
    PORTABLE_WITHOUT_NATIVE_CALLS,
    FAULTY_WITHOUT_FAULTS;

    boolean knowsThePageCache() {
        return this != PORTABLE_WITHOUT_NATIVE_CALLS;
    }

    /** A backend of this way; the test is skipped where the machine has no io_uring. */
    Backend start(EventLoops loops, IoSettings settings) {
        return switch (this) {
            case URING, FAULTY_WITHOUT_FAULTS -> {
                assumeThat(loops.kind()).isEqualTo(EventLoops.Kind.IO_URING);
                Backend uring = uring(loops, settings);
                yield this == URING ? uring : new FaultyBackend(uring, new Faults(1));
            }
            case URING_THROUGH_THE_PAGE_CACHE -> {
                assumeThat(loops.kind()).isEqualTo(EventLoops.Kind.IO_URING);
                yield uring(
                        loops, new IoSettings(settings.depth(), settings.pendingBytesMax(), false));
            }
            case PORTABLE -> portable(settings, Linux.available());
            case PORTABLE_WITHOUT_NATIVE_CALLS -> portable(settings, false);
        };
    }

    private static Backend uring(EventLoops loops, IoSettings settings) {
        return Backends.choose(
                Optional.of(Backend.Kind.URING),
                loops,
                settings,
                Thread::startVirtualThread,
                System::nanoTime);
    }

    private static Backend portable(IoSettings settings, boolean nativeCalls) {
        return new PortableBackend(
                "a test", settings, Thread::startVirtualThread, System::nanoTime, nativeCalls);
    }
}
