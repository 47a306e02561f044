package dev.gossamer.client.near;

/**
 * A read whose answer is to be kept, as it was when it was asked.
 *
 * @param key as the mesh knows it
 * @param turn how many answers had been taken note of
 * @param nanos by the client's clock
 * @param keepsDecoded whether the decoded value will be remembered, and counts
 */
public record Asked(byte[] key, int slot, long turn, long nanos, boolean keepsDecoded) {}
