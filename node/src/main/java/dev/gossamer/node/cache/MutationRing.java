package dev.gossamer.node.cache;

import dev.gossamer.node.cache.Mutation.What;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The last mutations of some keys, in primitive arrays: the oldest leaves when there is no room for
 * the next. The arrays grow as they are needed, up to three quarters of the budget; who did it may
 * take the rest, each caller counted once however many mutations name it.
 *
 * <p><b>Threads.</b> Any; one lock, held for the time of an addition or of a look through the ring.
 *
 * <p><b>Cost.</b> An addition is O(1) and allocates nothing, but when the arrays grow and when a
 * caller comes that the ring does not know. Asking for a key looks at all that is kept.
 */
final class MutationRing {
    /** What one mutation takes, without its caller. */
    static final int RECORD_BYTES = LongFields.COUNT * Long.BYTES + 1 + 2 * 4;

    private static final int RECORDS_AT_FIRST = 16;
    private static final int ASKED = 1;
    private static final int REMOVAL = 2;

    /** Where what stands of a mutation. */
    private static final class LongFields {
        static final int AT = 0;
        static final int HASH = 1;
        static final int EPOCH = 2;
        static final int CLOCK = 3;
        static final int MEMBER = 4;
        static final int TAG = 5;
        static final int COUNT = 6;

        private LongFields() {}
    }

    private final int recordsMax;
    private final long callersBytesMax;

    /** Guarded by this, as all below. */
    private long[] longs = {};

    private byte[] flags = {};
    private @Nullable What[] whats = {};
    private @Nullable Held[] callers = {};
    private int first;
    private int count;
    private final Map<Caller, Held> known = new HashMap<>();
    private long callersBytes;
    private @Nullable Held lastOrNull;

    /** A caller, and in how many mutations it stands. */
    private static final class Held {
        private final Caller caller;
        private int mutations;

        Held(Caller caller) {
            this.caller = caller;
        }
    }

    /**
     * @param bytesMax room for one mutation at least, or it keeps nothing
     */
    MutationRing(long bytesMax) {
        this.recordsMax = (int) Math.min(bytesMax / 4 * 3 / RECORD_BYTES, Integer.MAX_VALUE / 8);
        this.callersBytesMax = bytesMax / 4;
    }

    synchronized void add(
            long atMillis,
            long hash,
            What what,
            boolean asked,
            boolean removal,
            Version version,
            long tag,
            Caller caller) {
        if (recordsMax == 0) {
            return;
        }
        makeRoom();
        int at = (first + count) % flags.length;
        int base = at * LongFields.COUNT;
        longs[base + LongFields.AT] = atMillis;
        longs[base + LongFields.HASH] = hash;
        longs[base + LongFields.EPOCH] = version.epoch();
        longs[base + LongFields.CLOCK] = version.clock();
        longs[base + LongFields.MEMBER] = version.member().value();
        longs[base + LongFields.TAG] = tag;
        flags[at] = (byte) ((asked ? ASKED : 0) | (removal ? REMOVAL : 0));
        whats[at] = what;
        Held held = heldOf(caller);
        held.mutations++;
        callers[at] = held;
        count++;
        while (callersBytes > callersBytesMax && count > 1) {
            dropOldest();
        }
    }

    private void makeRoom() {
        if (count < flags.length) {
            return;
        }
        if (flags.length < recordsMax) {
            grow(Math.min(recordsMax, Math.max(RECORDS_AT_FIRST, 2 * flags.length)));
        } else {
            dropOldest();
        }
    }

    private void grow(int records) {
        long[] grownLongs = new long[records * LongFields.COUNT];
        byte[] grownFlags = new byte[records];
        @Nullable What[] grownWhats = new What[records];
        @Nullable Held[] grownCallers = new Held[records];
        for (int i = 0; i < count; i++) {
            int from = (first + i) % flags.length;
            System.arraycopy(
                    longs,
                    from * LongFields.COUNT,
                    grownLongs,
                    i * LongFields.COUNT,
                    LongFields.COUNT);
            grownFlags[i] = flags[from];
            grownWhats[i] = whats[from];
            grownCallers[i] = callers[from];
        }
        longs = grownLongs;
        flags = grownFlags;
        whats = grownWhats;
        callers = grownCallers;
        first = 0;
    }

    private Held heldOf(Caller caller) {
        Held last = lastOrNull;
        if (last != null && last.caller.equals(caller)) {
            return last;
        }
        Held held = known.get(caller);
        if (held == null) {
            held = new Held(caller);
            known.put(caller, held);
            callersBytes += caller.weightBytes();
        }
        lastOrNull = held;
        return held;
    }

    private void dropOldest() {
        Held held = callers[first];
        callers[first] = null;
        first = (first + 1) % flags.length;
        count--;
        if (held != null && --held.mutations == 0) {
            known.remove(held.caller);
            callersBytes -= held.caller.weightBytes();
            lastOrNull = lastOrNull == held ? null : lastOrNull;
        }
    }

    /** What is kept of one hash, the newest first, is added; at most so many. */
    synchronized void collect(long hash, int max, List<Mutation> into) {
        int found = 0;
        for (int i = count - 1; i >= 0 && found < max; i--) {
            int at = (first + i) % flags.length;
            if (longs[at * LongFields.COUNT + LongFields.HASH] == hash) {
                into.add(mutation(at));
                found++;
            }
        }
    }

    private Mutation mutation(int at) {
        int base = at * LongFields.COUNT;
        Held held = callers[at];
        return new Mutation(
                longs[base + LongFields.AT],
                Objects.requireNonNull(whats[at]),
                (flags[at] & ASKED) != 0,
                (flags[at] & REMOVAL) != 0,
                new Version(
                        longs[base + LongFields.EPOCH],
                        longs[base + LongFields.CLOCK],
                        new MemberId(longs[base + LongFields.MEMBER])),
                held == null ? Caller.UNKNOWN : held.caller,
                longs[base + LongFields.TAG],
                "");
    }

    synchronized int count() {
        return count;
    }

    /** What its arrays and the callers take. */
    synchronized long bytes() {
        return (long) flags.length * RECORD_BYTES + callersBytes;
    }
}
