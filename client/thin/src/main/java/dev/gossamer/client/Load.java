package dev.gossamer.client;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

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

    private final Thread loader = Thread.currentThread();
    private final CompletableFuture<byte[]> value = new CompletableFuture<>();
    private final CompletableFuture<Void> stored = new CompletableFuture<>();
    private State state = State.LOADING;

    /** Ends with the loaded value, or with what the loader threw. */
    CompletableFuture<byte[]> value() {
        return value;
    }

    boolean isRunBy(Thread thread) {
        return loader.equals(thread);
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
