package dev.gossamer.client;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One run of a loader, which its key's other callers wait for. The value is kept as bytes: those
 * who wait may see the cache through another codec.
 *
 * <p><b>Why there is an order.</b> A load is LOADING until it either begins to store or is
 * overtaken by a write or removal of its key. Who comes too late to overtake waits until the value
 * is stored, so that the write goes over the value and not under it.
 */
final class Load {
    private enum State {
        LOADING,
        STORING,
        OVERTAKEN
    }

    private final @Nullable Thread loaderOrNull;
    private final CompletableFuture<Optional<byte[]>> value = new CompletableFuture<>();
    private final CompletableFuture<Void> stored = new CompletableFuture<>();
    private State state = State.LOADING;

    /**
     * @param loaderOrNull the thread that runs the loader, where it is known
     */
    Load(@Nullable Thread loaderOrNull) {
        this.loaderOrNull = loaderOrNull;
    }

    /**
     * Ends with the loaded value, empty where there is none; with what the loader threw; or with
     * OVERTAKEN, when who joined has to ask anew.
     */
    CompletableFuture<Optional<byte[]>> value() {
        return value;
    }

    boolean isRunBy(@Nullable Thread thread) {
        return loaderOrNull != null && loaderOrNull.equals(thread);
    }

    /** Whether the value may be stored; {@link #endStoring} must follow. */
    synchronized boolean beginStoring() {
        if (state != State.LOADING) {
            return false;
        }
        state = State.STORING;
        return true;
    }

    void endStoring() {
        stored.complete(null);
    }

    /**
     * Keeps the value from being stored.
     *
     * @return what to wait for when it is too late for that
     */
    synchronized Optional<CompletableFuture<Void>> overtake() {
        if (state == State.STORING) {
            return Optional.of(stored);
        }
        state = State.OVERTAKEN;
        return Optional.empty();
    }
}
