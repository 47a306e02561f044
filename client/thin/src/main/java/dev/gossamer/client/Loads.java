package dev.gossamer.client;

import dev.gossamer.protocol.Bytes;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The loads that run now, by the whole key: at most one each. Bounded by the number of threads and
 * stages that load.
 */
final class Loads {
    private final Map<Bytes, Load> running = new ConcurrentHashMap<>();

    /** The load that runs already; empty when {@code mine} now is that load. */
    Optional<Load> join(Bytes key, Load mine) {
        return Optional.ofNullable(running.putIfAbsent(key, mine));
    }

    void end(Bytes key, Load load) {
        running.remove(key, load);
    }

    /**
     * To be called before every write or removal: what was loaded before must not be stored after
     * it.
     *
     * @return what to wait for before the write is sent
     */
    Optional<CompletableFuture<Void>> overtake(byte[] key) {
        if (running.isEmpty()) {
            return Optional.empty();
        }
        Bytes wrapped = Bytes.wrap(key);
        Load load = running.get(wrapped);
        if (load == null) {
            return Optional.empty();
        }
        Optional<CompletableFuture<Void>> storing = load.overtake();
        if (storing.isEmpty()) {
            end(wrapped, load);
        }
        return storing;
    }
}
