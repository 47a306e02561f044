package dev.gossamer.client;

import dev.gossamer.client.near.NearCache;
import dev.gossamer.client.near.NearEntry;
import dev.gossamer.client.routing.Dispatcher;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.GossamerException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** What all caches of one client share. */
record Engine(
        Dispatcher dispatcher,
        CacheCommands commands,
        Loads loads,
        Bulk bulk,
        Executor completions,
        ScheduledExecutorService timer,
        Duration loadTimeout,
        @Nullable NearCache nearOrNull) {

    /**
     * The near copy of a key, if the client keeps any and it is proved fresh enough.
     *
     * @param key as the mesh knows it
     * @param boundNanos as {@link NearCache#boundNanos} says
     */
    @Nullable NearEntry nearOrNull(byte[] key, long boundNanos) {
        NearCache near = nearOrNull;
        return near == null ? null : near.findOrNull(key, boundNanos);
    }

    @Nullable NearEntry nearOrNull(byte[] key, Freshness freshness) {
        return nearOrNull(key, NearCache.boundNanos(freshness));
    }

    /** The same, with its age. */
    NearCache.@Nullable Aged agedOrNull(byte[] key, Freshness freshness) {
        NearCache near = nearOrNull;
        return near == null ? null : near.findAgedOrNull(key, NearCache.boundNanos(freshness));
    }

    /** Waits for a future that ends by itself, by its requests' deadlines. */
    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw failure(e);
        }
    }

    /** What a waiting caller is told; an interruption stays visible in its thread's status. */
    static RuntimeException failure(Exception e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return new GossamerException(ErrorCode.INTERRUPTED, "interrupted while waiting", e);
        }
        return unwrapped(e.getCause() == null ? e : e.getCause());
    }

    /** What the program threw, or the mesh, as it was. */
    private static RuntimeException unwrapped(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null
                        ? thrown.getCause()
                        : thrown;
        if (cause instanceof GossamerException known) {
            return new GossamerException(known.code(), String.valueOf(known.getMessage()), known);
        }
        if (cause instanceof RuntimeException unchecked) {
            return unchecked;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return new CompletionException(cause);
    }
}
