package dev.gossamer.client.near;

import dev.gossamer.client.codec.Codec;
import org.jspecify.annotations.Nullable;

/**
 * A read whose answer is to be kept, as it was when it was asked.
 *
 * @param key as the mesh knows it
 * @param turn how many answers had been taken note of
 * @param nanos by the client's clock
 * @param sharedOrNull the codec whose decoded value will be remembered, and counts; null for none
 */
public record Asked(byte[] key, int slot, long turn, long nanos, @Nullable Codec<?> sharedOrNull) {}
