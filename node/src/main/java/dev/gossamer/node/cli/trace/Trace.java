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

    /** Empty when the trace does not tell times. */
    private final long[] micros;

    private Trace(int[] accesses, BitSet writes, byte[][] keys, long[] micros) {
        this.accesses = accesses;
        this.writes = writes;
        this.keys = keys;
        this.micros = micros;
    }

    /** Whether each access has a time. */
    public boolean timed() {
        return micros.length == accesses.length;
    }

    /** When the access at a position was recorded, in microseconds from an arbitrary moment. */
    public long micros(int at) {
        return micros[at];
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

    /** Collects accesses; for one thread. */
    public static final class Builder {
        private final Map<String, Integer> numbers = new HashMap<>();
        private final BitSet writes = new BitSet();
        private int[] accesses = new int[1024];
        private long[] micros = {};
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

        /** Gives the access that was added last its time. */
        Builder at(long time) {
            if (micros.length < count) {
                micros = Arrays.copyOf(micros, accesses.length);
            }
            micros[count - 1] = time;
            return this;
        }

        public int count() {
            return count;
        }

        public Trace build() {
            byte[][] keys = new byte[numbers.size()][];
            numbers.forEach((key, number) -> keys[number] = key.getBytes(StandardCharsets.UTF_8));
            long[] times = micros.length == 0 ? micros : Arrays.copyOf(micros, count);
            return new Trace(Arrays.copyOf(accesses, count), (BitSet) writes.clone(), keys, times);
        }
    }
}
