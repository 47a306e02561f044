package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.History;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Every check over a whole history, key by key. For {@code consistent} caches, and for all when
 * there was no partition, that is linearizability and the rest; for {@code available} ones under
 * partitions the rest alone. Reads within a bound take no part in the order.
 */
public final class Checks {
    /** Each configuration takes about 300 bytes; one search is under way at a time. */
    private static final long CONFIGURATIONS_MAX = 2_000_000;

    private static final long SHRINKING_CONFIGURATIONS_MAX = 300_000;
    private static final int SHRINKING_CHECKS_MAX = 4_000;

    /** More of the same would only take time to shrink. */
    private static final int SHRUNK_MAX = 5;

    private final List<Violation> violations = new ArrayList<>();
    private final List<String> undecided = new ArrayList<>();
    private final BoundTally bounds = new BoundTally();
    private int linearizable;
    private int shrunk;

    private Checks() {}

    /**
     * @param progress hears how many keys are done
     */
    public static Findings of(History history, LongConsumer progress) {
        Checks checks = new Checks();
        long[] done = {0};
        history.byKey()
                .forEach((key, calls) -> {
                    checks.check(new KeyHistory(key, calls, history.circumstances()));
                    progress.accept(++done[0]);
                });
        return new Findings(
                (int) done[0],
                checks.linearizable,
                checks.violations,
                checks.undecided,
                checks.bounds.figures());
    }

    private void check(KeyHistory key) {
        if (key.isLinearizable()) {
            checkOrder(key);
        }
        Provenance.check(key).forEach(violations::add);
        FinalReads.check(key).forEach(violations::add);
        Sessions.check(key).forEach(violations::add);
        BoundedReads.check(key, bounds).forEach(violations::add);
        Resurrections.check(key).forEach(violations::add);
    }

    private void checkOrder(KeyHistory key) {
        linearizable++;
        switch (Linearizability.of(key.callsOfPrimary(), true, CONFIGURATIONS_MAX)) {
            case YES -> {}
            case UNDECIDED -> undecided.add(key.key());
            case NO ->
                    violations.add(
                            new Violation(
                                    Promise.C5,
                                    key.key(),
                                    "no order of these calls explains their answers",
                                    evidence(key.callsOfPrimary())));
        }
    }

    private List<Call> evidence(List<Call> calls) {
        if (shrunk++ >= SHRUNK_MAX) {
            return calls;
        }
        return Shrinking.smallest(calls, SHRINKING_CONFIGURATIONS_MAX, SHRINKING_CHECKS_MAX);
    }
}
