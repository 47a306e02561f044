package dev.gossamer.node.store;

import dev.gossamer.protocol.KeyHash;

/**
 * What one entry or tombstone adds to the digest of its slot, or of a range of it: 64 bits of where
 * it stands and of its version. It takes neither the key nor the value, so that whoever knows an
 * entry by its place alone, as the index of a disk does, can compute it; two keys at one place
 * still differ, for no two of their versions are the same (C1).
 *
 * <p>Two finalizers of MurmurHash3 ({@link KeyHash#mix}). Stateless; some nanoseconds; allocates
 * nothing.
 */
public final class EntryMix {
    private static final long EPOCHS = 0x9e3779b97f4a7c15L;
    private static final long MEMBERS = 0xd6e8feb86659fd93L;

    private EntryMix() {}

    /**
     * @param position see {@link MemoryTier#positionOf}
     * @param epoch of the version, as are clock and member
     */
    public static long of(int slot, long position, long epoch, long clock, long member) {
        long version =
                Long.rotateLeft(epoch * EPOCHS, 32) ^ clock ^ Long.rotateLeft(member * MEMBERS, 17);
        return KeyHash.mix(version ^ KeyHash.mix(((long) slot << 32) | position));
    }

    static long of(int slot, long position, Entry entry) {
        return of(slot, position, entry.epoch(), entry.clock(), entry.member());
    }
}
