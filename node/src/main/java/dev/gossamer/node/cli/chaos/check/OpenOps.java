package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.check.Register.Op;
import java.util.ArrayList;
import java.util.List;

/**
 * The operations of a register without an end. Those whose value no read met do the same as the
 * others of their class, so a count says which were used: the earliest ones.
 */
final class OpenOps {
    static final int CLASSES = 3;

    private static final int REMOVE = 0;
    private static final int WRITE = 1;
    private static final int WRITE_IF_EMPTY = 2;

    private final List<List<Op>> classes =
            List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

    /** Those that store a value which was read, by start. */
    private final List<Op> named = new ArrayList<>();

    /** An open operation that may be next: the state after it, and its class. */
    record Step(int state, int openClass) {}

    OpenOps(Register register) {
        for (Op op : register.open()) {
            (op.value() > Register.UNSEEN ? named : classes.get(classOf(op))).add(op);
        }
    }

    private static int classOf(Op op) {
        return switch (op.kind()) {
            case REMOVE -> REMOVE;
            case WRITE -> WRITE;
            case WRITE_IF_EMPTY -> WRITE_IF_EMPTY;
            case READ, WRITE_EMPTY, MEET_ANY, REMOVE_ANY ->
                    throw new IllegalArgumentException(op + " is never open");
        };
    }

    /** What the nameless ones can make of a state, one step for each class. */
    List<Step> from(int state, int[] used, long nowNanos) {
        List<Step> steps = new ArrayList<>();
        for (int each = 0; each < CLASSES; each++) {
            List<Op> alike = classes.get(each);
            if (used[each] < alike.size() && alike.get(used[each]).startNanos() <= nowNanos) {
                int after = alike.get(used[each]).next(state);
                if (after != state) {
                    steps.add(new Step(after, each));
                }
            }
        }
        return steps;
    }

    /** The read values that an open write could store now; some may have been stored before. */
    List<Integer> namedValues(int state, long nowNanos) {
        List<Integer> values = new ArrayList<>();
        for (Op op : named) {
            if (op.startNanos() > nowNanos) {
                break;
            }
            if (op.next(state) != state) {
                values.add(op.value());
            }
        }
        return values;
    }
}
