package dev.gossamer.node.store.disk.format;

import java.util.random.RandomGenerator;

/**
 * Which log a file belongs to: 128 random bits, drawn when a folder is first used and whenever the
 * log is begun anew. What an earlier log left behind can't be taken for a part of this one, nor can
 * a client write a value that looks like a record of it.
 */
public record LogId(long high, long low) {
    static final int BYTES = 16;

    /**
     * @param random one that can't be guessed
     */
    public static LogId draw(RandomGenerator random) {
        return new LogId(random.nextLong(), random.nextLong());
    }

    /** 32 hex digits. */
    @Override
    public String toString() {
        return String.format("%016x%016x", high, low);
    }
}
