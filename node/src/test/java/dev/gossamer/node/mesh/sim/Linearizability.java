package dev.gossamer.node.mesh.sim;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether the calls for one key can be put in an order that explains every answer and keeps calls
 * apart that did not overlap: the search of Wing and Gong (1993) with Lowe's memory of what was
 * tried (2017), as Porcupine does it. A call of unknown outcome takes effect at any time after its
 * start, or never.
 */
final class Linearizability {
    private final List<Call> calls;
    private final int size;

    private record Tried(BitSet done, @Nullable String value) {}

    private record Step(int call, @Nullable String valueBefore) {}

    private Linearizability(List<Call> calls) {
        this.calls = calls;
        this.size = calls.size();
    }

    static boolean holds(List<Call> ofOneKey) {
        List<Call> relevant = new ArrayList<>();
        for (Call call : ofOneKey) {
            boolean changesNothing =
                    call.status == Call.Status.REFUSED
                            || call.kind == Call.Kind.DROP
                            || (call.isRead() && call.status != Call.Status.OK);
            if (!changesNothing) {
                relevant.add(call);
            }
        }
        relevant.sort(Comparator.comparingLong(call -> call.startNanos));
        return new Linearizability(relevant).search();
    }

    private boolean search() {
        Set<Tried> tried = new HashSet<>();
        BitSet done = new BitSet(size);
        List<Step> path = new ArrayList<>();
        String value = null;
        int certain = (int) calls.stream().filter(Linearizability::isCertain).count();
        int next = 0;
        while (certain > 0) {
            int call = nextFitting(done, value, next, tried);
            if (call >= 0) {
                path.add(new Step(call, value));
                value = after(calls.get(call), value);
                done.set(call);
                certain -= isCertain(calls.get(call)) ? 1 : 0;
                next = 0;
            } else if (path.isEmpty()) {
                return false;
            } else {
                Step last = path.removeLast();
                done.clear(last.call());
                value = last.valueBefore();
                certain += isCertain(calls.get(last.call())) ? 1 : 0;
                next = last.call() + 1;
            }
        }
        return true;
    }

    private static boolean isCertain(Call call) {
        return call.status == Call.Status.OK;
    }

    /** The first call from {@code from} on that may come next and leads where nobody has been. */
    private int nextFitting(BitSet done, @Nullable String value, int from, Set<Tried> tried) {
        long earliestEnd = Long.MAX_VALUE;
        for (int i = done.nextClearBit(0); i < size; i = done.nextClearBit(i + 1)) {
            Call call = calls.get(i);
            if (call.startNanos > earliestEnd) {
                break;
            }
            earliestEnd = Math.min(earliestEnd, end(call));
        }
        for (int i = done.nextClearBit(from); i < size; i = done.nextClearBit(i + 1)) {
            Call call = calls.get(i);
            if (call.startNanos > earliestEnd) {
                break;
            }
            if (explains(call, value)) {
                BitSet with = (BitSet) done.clone();
                with.set(i);
                if (tried.add(new Tried(with, after(call, value)))) {
                    return i;
                }
            }
        }
        return -1;
    }

    private static long end(Call call) {
        return isCertain(call) ? call.endNanos : Long.MAX_VALUE;
    }

    private static boolean explains(Call call, @Nullable String value) {
        return switch (call.kind) {
            case GET, NEAR, TAKE -> Objects.equals(value, call.found);
            case APPEND -> {
                int length = (value == null ? 0 : value.length()) + call.argument.length();
                yield !isCertain(call) || call.length == length;
            }
            case REMOVE -> !isCertain(call) || (call.version == null) == (value == null);
            case PUT, PUT_TAGGED, FILL, DROP, INVALIDATE -> true;
        };
    }

    private static @Nullable String after(Call call, @Nullable String value) {
        return switch (call.kind) {
            case GET, NEAR, TAKE, DROP -> value;
            case PUT, PUT_TAGGED, FILL -> call.argument;
            case APPEND -> (value == null ? "" : value) + call.argument;
            case REMOVE, INVALIDATE -> null;
        };
    }
}
