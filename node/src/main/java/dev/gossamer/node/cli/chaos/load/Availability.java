package dev.gossamer.node.cli.chaos.load;

import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Slot;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * For how much of the time a cache answered: time is cut into windows of {@value #WINDOW_MILLIS} ms
 * and slots into {@value #GROUPS} groups; a window of a group in which somebody waited counts as
 * served when at least one call was answered in it. Reads within a bound are left out, for copies
 * answer them.
 */
public final class Availability {
    /** Length of a window. */
    public static final int WINDOW_MILLIS = 100;

    /** How many groups of slots there are. */
    public static final int GROUPS = 16;

    private static final long WINDOW_NANOS = WINDOW_MILLIS * 1_000_000L;

    private final long originNanos;
    private final BitSet[] asked = new BitSet[GROUPS];
    private final BitSet[] served = new BitSet[GROUPS];

    private Availability(long originNanos) {
        this.originNanos = originNanos;
        for (int group = 0; group < GROUPS; group++) {
            asked[group] = new BitSet();
            served[group] = new BitSet();
        }
    }

    /** By cache: which part of the windows was served, within [0, 1]. */
    public static Map<String, Double> byCache(Collection<Call> calls) {
        long origin = calls.stream().mapToLong(Call::startNanos).min().orElse(0);
        Map<String, Availability> caches = new HashMap<>();
        for (Call call : calls) {
            if (!call.forPrimary()) {
                continue;
            }
            caches.computeIfAbsent(call.cache(), _ -> new Availability(origin)).add(call);
        }
        Map<String, Double> parts = new TreeMap<>();
        caches.forEach((cache, availability) -> parts.put(cache, availability.part()));
        return parts;
    }

    private void add(Call call) {
        int group = new Slot(Bytes.utf8(call.key()).slotIndex()).index() * GROUPS / Slot.COUNT;
        int last = window(call.endNanos());
        boolean quick = call.answered() && call.endNanos() - call.startNanos() <= WINDOW_NANOS;
        asked[group].set(quick ? last : window(call.startNanos()), last + 1);
        if (call.answered()) {
            served[group].set(last);
        }
    }

    private int window(long nanos) {
        return Math.toIntExact((nanos - originNanos) / WINDOW_NANOS);
    }

    private double part() {
        long all = 0;
        long good = 0;
        for (int group = 0; group < GROUPS; group++) {
            all += asked[group].cardinality();
            good += served[group].cardinality();
        }
        return all == 0 ? 1 : (double) good / all;
    }
}
