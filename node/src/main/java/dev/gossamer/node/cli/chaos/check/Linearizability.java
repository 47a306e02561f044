package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.check.Register.Op;
import dev.gossamer.node.cli.chaos.history.Call;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Whether the calls of one key could have happened one after the other, each at some instant
 * between its start and its end (C5). Keys are independent of each other (P-compositionality), so
 * each is searched alone.
 *
 * <p><b>The search</b> is that of Wing and Gong with Lowe's memory: from a set of operations that
 * have happened and the state they left, any operation may be next that started before all others
 * ended; a set and state that was met before is not searched again. Source: Lowe, "Testing for
 * linearizability" (2017); Horn and Kroening, "Faster linearizability checking via
 * P-compositionality" (2015).
 *
 * <p><b>1. Sets are small.</b> The operations that have happened are all below a frontier, except a
 * few gaps: as many as there were clients at once. A configuration keeps frontier, gaps and state.
 *
 * <p><b>2. What changes nothing goes first.</b> A read that fits the state now, and may be next, is
 * taken at once and nothing else is tried: any order that takes it later also works with it now.
 *
 * <p><b>3. A value does not come back.</b> Every value is written once, so a state is not left
 * while reads of it are to come.
 *
 * <p><b>4. Open operations</b> have no end: they may be next at any time from their start, or never
 * happen. Those that do the same are alike, so only the earliest of them is tried, and counting the
 * ones used tells which they were. Whatever works after some of them have happened also works after
 * fewer: a configuration that was met with fewer is not searched with more. One that stores a value
 * which was read has happened exactly when that value is in the register or all its reads are done.
 *
 * <p><b>Cost.</b> About linear in the calls where the history is linearizable; exponential only in
 * the calls at once where it is not, and bounded by {@code configurationsMax}.
 */
public final class Linearizability {
    /** What the search found. */
    public enum Verdict {
        YES,
        NO,
        /** The bound on configurations was reached. */
        UNDECIDED
    }

    private final Register register;
    private final List<Op> closed;
    private final OpenOps open;
    private final long configurationsMax;
    private final Deque<Configuration> stack = new ArrayDeque<>();

    /** By configuration without its open operations: the fewest of these it was met with. */
    private final Map<Configuration, List<int[]>> met = new HashMap<>();

    private long configurations;

    private Linearizability(Register register, long configurationsMax) {
        this.register = register;
        this.closed = register.closed();
        this.open = new OpenOps(register);
        this.configurationsMax = configurationsMax;
    }

    /**
     * @param calls of one key
     * @param strict whether what conditional writes said about the value before them counts
     * @param configurationsMax bound on the search; each takes about 300 bytes
     */
    public static Verdict of(List<Call> calls, boolean strict, long configurationsMax) {
        return new Linearizability(new Register(calls, strict), configurationsMax).search();
    }

    /** What has happened: all closed operations below the frontier but the gaps; some open ones. */
    private record Configuration(int frontier, int[] gaps, int state, int[] openUsed) {
        private static final int[] NONE = new int[0];

        @Override
        public boolean equals(Object other) {
            return other instanceof Configuration that
                    && frontier == that.frontier
                    && state == that.state
                    && Arrays.equals(gaps, that.gaps)
                    && Arrays.equals(openUsed, that.openUsed);
        }

        @Override
        public int hashCode() {
            int hash = frontier * 31 + state;
            return (hash * 31 + Arrays.hashCode(gaps)) * 31 + Arrays.hashCode(openUsed);
        }

        Configuration withoutOpen() {
            return new Configuration(frontier, gaps, state, NONE);
        }

        Configuration with(int newState) {
            return new Configuration(frontier, gaps, newState, openUsed);
        }

        Configuration with(int newState, int openClass) {
            int[] used = openUsed.clone();
            used[openClass]++;
            return new Configuration(frontier, gaps, newState, used);
        }

        /** After the closed operation {@code index} as well. */
        Configuration after(int index, int newState) {
            int[] open;
            if (index < frontier) {
                open = Arrays.stream(gaps).filter(gap -> gap != index).toArray();
                return new Configuration(frontier, open, newState, openUsed);
            }
            open = Arrays.copyOf(gaps, gaps.length + index - frontier);
            for (int gap = frontier; gap < index; gap++) {
                open[gaps.length + gap - frontier] = gap;
            }
            return new Configuration(index + 1, open, newState, openUsed);
        }
    }

    private Verdict search() {
        visit(new Configuration(0, new int[0], Register.EMPTY, new int[OpenOps.CLASSES]));
        while (!stack.isEmpty()) {
            Configuration next = stack.pop();
            if (next.frontier() == closed.size() && next.gaps().length == 0) {
                return Verdict.YES;
            }
            if (configurations > configurationsMax) {
                return Verdict.UNDECIDED;
            }
            expand(next);
        }
        return Verdict.NO;
    }

    private void visit(Configuration configuration) {
        List<int[]> before =
                met.computeIfAbsent(configuration.withoutOpen(), _ -> new ArrayList<>(1));
        int[] used = configuration.openUsed();
        if (before.stream().noneMatch(fewer -> isNowhereMore(fewer, used))) {
            before.removeIf(more -> isNowhereMore(used, more));
            before.add(used);
            stack.push(configuration);
            configurations++;
        }
    }

    private static boolean isNowhereMore(int[] left, int[] right) {
        for (int i = 0; i < left.length; i++) {
            if (left[i] > right[i]) {
                return false;
            }
        }
        return true;
    }

    private void expand(Configuration from) {
        List<Integer> candidates = candidates(from);
        for (int index : candidates) {
            Op op = closed.get(index);
            if (op.onlyLooks() && op.next(from.state()) == from.state()) {
                visit(from.after(index, from.state()));
                return;
            }
        }
        if (isAwaited(from)) {
            return;
        }
        long nowNanos = earliestEnd(from);
        open.from(from.state(), from.openUsed(), nowNanos)
                .forEach(step -> visit(after(step, from)));
        for (int value : open.namedValues(from.state(), nowNanos)) {
            if (isAwaited(from.with(value))) {
                visit(from.with(value));
            }
        }
        for (int index : candidates) {
            int state = closed.get(index).next(from.state());
            if (state != Register.IMPOSSIBLE) {
                visit(from.after(index, state));
            }
        }
    }

    private static Configuration after(OpenOps.Step step, Configuration from) {
        return from.with(step.state(), step.openClass());
    }

    /** Whether reads of the value in the register are still to come. */
    private boolean isAwaited(Configuration configuration) {
        int state = configuration.state();
        if (register.lastReadOf(state) >= configuration.frontier()) {
            return true;
        }
        for (int gap : configuration.gaps()) {
            Op op = closed.get(gap);
            if (state != Register.EMPTY && op.kind() == Register.Kind.READ && op.value() == state) {
                return true;
            }
        }
        return false;
    }

    /** The closed operations that may be next; those that end last come first. */
    private List<Integer> candidates(Configuration from) {
        long end = earliestEnd(from);
        TreeSet<Integer> byEnd =
                new TreeSet<>((left, right) -> {
                    int order =
                            Long.compare(closed.get(right).endNanos(), closed.get(left).endNanos());
                    return order != 0 ? order : Integer.compare(left, right);
                });
        for (int gap : from.gaps()) {
            if (closed.get(gap).startNanos() <= end) {
                byEnd.add(gap);
            }
        }
        for (int i = from.frontier(); i < closed.size() && closed.get(i).startNanos() <= end; i++) {
            byEnd.add(i);
        }
        return List.copyOf(byEnd);
    }

    /** The earliest end of all that has not happened: what starts after it cannot be next. */
    private long earliestEnd(Configuration from) {
        long end = Long.MAX_VALUE;
        for (int gap : from.gaps()) {
            end = Math.min(end, closed.get(gap).endNanos());
        }
        for (int i = from.frontier(); i < closed.size() && closed.get(i).startNanos() <= end; i++) {
            end = Math.min(end, closed.get(i).endNanos());
        }
        return end;
    }
}
