package dev.gossamer.client;

import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A value, and what the mesh knows about it.
 *
 * @param version what its slot's primary gave the write: for {@code putIf} and {@code removeIf}
 * @param tier where it was found: {@code L0} in this client, {@code L1} in the memory of the member
 *     that was asked, {@code L3} elsewhere in the mesh
 * @param origin the member that answered, now or when the near copy was made
 * @param expiresAt empty when it does not expire
 * @param age how long before it was found it was certainly current still (C4); zero when its owner
 *     was asked, empty when nothing proves it, as for some that {@code ANY} finds
 */
public record CacheEntry<V>(
        V value,
        Version version,
        String tier,
        String origin,
        Optional<Instant> expiresAt,
        Optional<Duration> age) {}
