package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.WriteId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The calls of one key as operations on a register, made ready for {@link Linearizability}.
 *
 * <p>The register's state is a number: {@link #EMPTY}, or the number of the value in it. A value
 * that no read ever met is {@link #UNSEEN}, whichever write stored it: nobody can tell two of them
 * apart, and the search meets fewer different states.
 *
 * <p>Left out are refused calls and reads without an answer, for they say nothing.
 */
final class Register {
    static final int EMPTY = 0;
    static final int UNSEEN = 1;

    /** What {@link Op#next} answers when the operation could not have been answered so. */
    static final int IMPOSSIBLE = -1;

    private static final int FIRST_VALUE = 2;

    /** What an operation needs and does. */
    enum Kind {
        /** Met {@code value}, which may be {@link #EMPTY}. */
        READ,
        WRITE,
        /** Stored {@code value}, for there was none. */
        WRITE_EMPTY,
        /** Stored {@code value} if there was none; nobody knows. */
        WRITE_IF_EMPTY,
        /** Met some value, whichever. */
        MEET_ANY,
        REMOVE,
        /** Removed a value: there was one. */
        REMOVE_ANY
    }

    /** One operation; {@code endNanos} is {@link Long#MAX_VALUE} when it may happen at any time. */
    record Op(Kind kind, int value, long startNanos, long endNanos) {

        boolean isOpen() {
            return endNanos == Long.MAX_VALUE;
        }

        /** Whether it never changes anything. A write that stores what is there is not one. */
        boolean onlyLooks() {
            return kind == Kind.READ || kind == Kind.MEET_ANY;
        }

        /** The state after it, or {@link #IMPOSSIBLE}. */
        int next(int state) {
            return switch (kind) {
                case READ -> state == value ? state : IMPOSSIBLE;
                case WRITE -> value;
                case WRITE_EMPTY -> state == EMPTY ? value : IMPOSSIBLE;
                case WRITE_IF_EMPTY -> state == EMPTY ? value : state;
                case MEET_ANY -> state == EMPTY ? IMPOSSIBLE : state;
                case REMOVE -> EMPTY;
                case REMOVE_ANY -> state == EMPTY ? IMPOSSIBLE : EMPTY;
            };
        }
    }

    private final Map<WriteId, Integer> numbers = new HashMap<>();
    private final Set<WriteId> seen = new HashSet<>();
    private final boolean strict;

    /** Those with an answer, by start. */
    private final List<Op> closed = new ArrayList<>();

    /** Those without, by start: each may happen once at any time after its start, or never. */
    private final List<Op> open = new ArrayList<>();

    /** By value: the index in {@link #closed} of the last read that met it, or −1. */
    private final int[] lastRead;

    /**
     * @param strict whether it counts what conditional writes and removals said about the value
     *     before them; otherwise each is taken for one without a condition
     */
    Register(List<Call> calls, boolean strict) {
        this.strict = strict;
        calls.stream()
                .filter(call -> call.answer() instanceof Answer.Found)
                .forEach(call -> seen.add(((Answer.Found) call.answer()).value()));
        calls.stream().sorted(Comparator.comparingLong(Call::startNanos)).forEach(this::add);
        this.lastRead = new int[FIRST_VALUE + numbers.size()];
        java.util.Arrays.fill(lastRead, -1);
        for (int i = 0; i < closed.size(); i++) {
            if (closed.get(i).kind() == Kind.READ) {
                lastRead[closed.get(i).value()] = i;
            }
        }
    }

    private void add(Call call) {
        switch (call.answer()) {
            case Answer.Found(WriteId value, _, _) -> add(Kind.READ, numberOf(value), call);
            case Answer.Absent() -> add(Kind.READ, EMPTY, call);
            case Answer.Done() -> addDone(call);
            case Answer.Declined() -> addDeclined(call);
            case Answer.Refused _ -> {}
            case Answer.Unknown _ -> addUnknown(call);
        }
    }

    private void addDone(Call call) {
        switch (call.action()) {
            case PUT -> add(Kind.WRITE, numberOf(call.id()), call);
            case PUT_IF_ABSENT ->
                    add(strict ? Kind.WRITE_EMPTY : Kind.WRITE, numberOf(call.id()), call);
            case REMOVE -> add(strict ? Kind.REMOVE_ANY : Kind.REMOVE, EMPTY, call);
            case GET -> throw new IllegalArgumentException("a read is never 'done'");
        }
    }

    private void addDeclined(Call call) {
        if (strict) {
            Kind kind = call.action() == Action.REMOVE ? Kind.READ : Kind.MEET_ANY;
            add(kind, EMPTY, call);
        }
    }

    private void addUnknown(Call call) {
        switch (call.action()) {
            case GET -> {}
            case PUT -> add(Kind.WRITE, numberOf(call.id()), call);
            case PUT_IF_ABSENT ->
                    add(strict ? Kind.WRITE_IF_EMPTY : Kind.WRITE, numberOf(call.id()), call);
            case REMOVE -> add(Kind.REMOVE, EMPTY, call);
        }
    }

    private void add(Kind kind, int value, Call call) {
        Op op = new Op(kind, value, call.startNanos(), call.effectiveByNanos());
        (op.isOpen() ? open : closed).add(op);
    }

    private int numberOf(WriteId value) {
        if (!seen.contains(value)) {
            return UNSEEN;
        }
        return numbers.computeIfAbsent(value, _ -> FIRST_VALUE + numbers.size());
    }

    List<Op> closed() {
        return closed;
    }

    List<Op> open() {
        return open;
    }

    /**
     * The index in {@link #closed} of the last read that met {@code value}; −1 when there is none.
     */
    int lastReadOf(int value) {
        return value == EMPTY ? -1 : lastRead[value];
    }
}
