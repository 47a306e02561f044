package dev.gossamer.client.near;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.protocol.Version;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A copy that this client keeps: what its origin had when its log was at a certain place. Immutable
 * but for being voided once, and for the decoded value that it remembers.
 *
 * <p>What a hit looks at is here and not in objects behind it: in a large cache each costs a wait
 * for memory.
 */
public final class NearEntry {
    private final byte[] key;
    private final int slot;
    private final long sequence;
    private final Life life;
    private final long expiresNanos;
    private final @Nullable Codec<?> sharedOrNull;
    private final Copy copy;
    private volatile boolean voided;

    /** What {@link #sharedOrNull} made. Racy on purpose: whoever misses it decodes once more. */
    private @Nullable Object decodedOrNull;

    NearEntry(Asked asked, Copy copy, Life life, long expiresNanos) {
        this.key = asked.key();
        this.slot = asked.slot();
        this.sequence = copy.sequence();
        this.life = life;
        this.expiresNanos = expiresNanos;
        this.sharedOrNull = asked.sharedOrNull();
        this.copy = copy;
    }

    /** The value, decoded; once for all callers where the codec says that they may share it. */
    public <V> V value(Codec<V> codec) {
        if (!codec.equals(sharedOrNull)) {
            return codec.decode(copy.value());
        }
        Object decoded = decodedOrNull;
        if (decoded == null) {
            V value = codec.decode(copy.value());
            decodedOrNull = value;
            return value;
        }
        // The codec that made it is the one that asks.
        @SuppressWarnings("unchecked")
        V value = (V) decoded;
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
        return sequence;
    }

    /** From now on no reader takes it, not even one that has it in its hands. */
    void markVoid() {
        voided = true;
    }

    boolean isVoid() {
        return voided || life.isVoid(slot, sequence);
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
        return key.length + copy.value().length * (sharedOrNull == null ? 1 : 2);
    }
}
