package dev.gossamer.node.store.disk;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Whether, and why, the disk is to be given up. {@link DiskLife} does it. Thread-safe. */
final class Breaker {
    private final AtomicReference<@Nullable String> reason = new AtomicReference<>();

    /** The disk is to be given up; the first reason stays. */
    void breaks(String why) {
        reason.compareAndSet(null, why);
    }

    @Nullable String reasonOrNull() {
        return reason.get();
    }

    boolean isBroken() {
        return reason.get() != null;
    }

    /** The disk works again. */
    void mend() {
        reason.set(null);
    }
}
