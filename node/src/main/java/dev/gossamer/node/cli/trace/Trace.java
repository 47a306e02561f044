package dev.gossamer.node.cli.trace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * A recorded sequence of reads and writes, with its keys numbered in the order of their first
 * appearance. Immutable once built.
 *
 * <p><b>Cost.</b> Four bytes per access and about 100 per distinct key: five million accesses fit
 * in 20 MB.
 */
public final class Trace {
    /** More accesses than this are refused rather than let memory run out. */
    public static final int ACCESSES_MAX = 500_000_000;

    private final int[] accesses;
    private final BitSet writes;
    private final byte[][] keys;

    private Trace(int[] accesses, BitSet writes, byte[][] keys) {
        this.accesses = accesses;
        this.writes = writes;
        this.keys = keys;
    }

    public int length() {
        return accesses.length;
    }

    /** The number of the key of the access at a position. */
    public int key(int at) {
        return accesses[at];
    }

    public boolean isWrite(int at) {
        return writes.get(at);
    }

    public long reads() {
        return accesses.length - (long) writes.cardinality();
    }

    public int keyCount() {
        return keys.length;
    }

    /** The text of a key by its number, in UTF-8; for reading only. */
    public byte[] keyText(int key) {
        return keys[key];
    }

    /** The mean length of the distinct keys in bytes. */
    public double keyBytesMean() {
        return Arrays.stream(keys).mapToInt(key -> key.length).average().orElse(0);
    }

    /** Collects accesses; for one thread. */
    public static final class Builder {
        private final Map<String, Integer> numbers = new HashMap<>();
        private final BitSet writes = new BitSet();
        private int[] accesses = new int[1024];
        private int count;

        public Builder read(String key) {
            return add(key, false);
        }

        public Builder write(String key) {
            return add(key, true);
        }

        Builder add(String key, boolean write) {
            if (count == ACCESSES_MAX) {
                throw new TraceException("the trace has more than " + ACCESSES_MAX + " accesses");
            }
            if (count == accesses.length) {
                accesses = Arrays.copyOf(accesses, Math.min(ACCESSES_MAX, count * 2));
            }
            Integer number = numbers.putIfAbsent(key, numbers.size());
            accesses[count] = number == null ? numbers.size() - 1 : number;
            if (write) {
                writes.set(count);
            }
            count++;
            return this;
        }

        public int count() {
            return count;
        }

        public Trace build() {
            byte[][] keys = new byte[numbers.size()][];
            numbers.forEach((key, number) -> keys[number] = key.getBytes(StandardCharsets.UTF_8));
            return new Trace(Arrays.copyOf(accesses, count), (BitSet) writes.clone(), keys);
        }
    }
}
