package dev.gossamer.client.near;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.protocol.Version;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A copy that this client keeps: what its origin had when its log was at a certain place. Immutable
 * but for being voided once, and for the decoded value that it remembers.
 */
public final class NearEntry {
    private final byte[] key;
    private final int slot;
    private final Copy copy;
    private final Life life;
    private final long expiresNanos;
    private final boolean keepsDecoded;
    private volatile boolean voided;

    /** Racy on purpose: whoever misses it decodes once more. */
    private @Nullable Decoded<?> decodedOrNull;

    private record Decoded<V>(Codec<V> codec, V value) {}

    NearEntry(byte[] key, int slot, Copy copy, Life life, long expiresNanos, boolean keepsDecoded) {
        this.key = key;
        this.slot = slot;
        this.copy = copy;
        this.life = life;
        this.expiresNanos = expiresNanos;
        this.keepsDecoded = keepsDecoded;
    }

    /** The value, decoded; once for all callers where the codec says that they may share it. */
    public <V> V value(Codec<V> codec) {
        Decoded<?> decoded = decodedOrNull;
        if (decoded != null && decoded.codec().equals(codec)) {
            // The codec that made it is the one that asks.
            @SuppressWarnings("unchecked")
            V value = (V) decoded.value();
            return value;
        }
        V value = codec.decode(copy.value());
        if (keepsDecoded && codec.isShareable()) {
            decodedOrNull = new Decoded<>(codec, value);
        }
        return value;
    }

    /** What came with the value. */
    public Copy copy() {
        return copy;
    }

    boolean isOf(byte[] wanted) {
        return Arrays.equals(key, wanted);
    }

    Life life() {
        return life;
    }

    long sequence() {
        return copy.sequence();
    }

    /** From now on no reader takes it, not even one that has it in its hands. */
    void markVoid() {
        voided = true;
    }

    boolean isVoid() {
        return voided || life.isVoid(slot, copy.sequence());
    }

    boolean isExpired(long nowNanos) {
        return nowNanos - expiresNanos >= 0;
    }

    /** Whether it is what an invalidation with this version leaves standing, or later. */
    boolean isAtLeast(Version version) {
        Version mine = copy.version();
        return Version.EPOCH_FIRST.compare(mine, version) >= 0
                && Version.CLOCK_FIRST.compare(mine, version) >= 0;
    }

    /** What it holds, in bytes; the decoded value counts as much as the encoded one. */
    int payloadBytes() {
        return key.length + copy.value().length * (keepsDecoded ? 2 : 1);
    }
}
