package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.WriteId;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A real register under random clients: every call happens at one instant between its start and its
 * end, those of unknown outcome perhaps long after it or never. Its histories are right.
 */
final class SimulatedRegister {
    private static final long SPAN = 1_000;
    private static final List<Action> ACTIONS = List.copyOf(EnumSet.allOf(Action.class));

    private final SplittableRandom random;
    private final int clients;
    private final double unknownPart;
    private final String key;
    private final List<Call> calls = new ArrayList<>();
    private final PriorityQueue<Plan> happenings =
            new PriorityQueue<>(Comparator.comparingLong(Plan::happensAt));
    private Optional<WriteId> value = Optional.empty();
    private long clock = 1;
    private long versionOfValue;

    private record Plan(
            int client,
            int sequence,
            Action action,
            long start,
            long happensAt,
            long end,
            Fate fate) {}

    private enum Fate {
        ANSWERED,
        REFUSED,
        LATE,
        LOST
    }

    SimulatedRegister(SplittableRandom random, int clients, double unknownPart, String key) {
        this.random = random;
        this.clients = clients;
        this.unknownPart = unknownPart;
        this.key = key;
    }

    List<Call> run(int callsEach) {
        for (int client = 0; client < clients; client++) {
            long now = random.nextLong(SPAN);
            for (int sequence = 0; sequence < callsEach; sequence++) {
                Plan plan = plan(client, sequence, now + random.nextLong(SPAN));
                happenings.add(plan);
                now = plan.end() + 1;
            }
        }
        while (!happenings.isEmpty()) {
            happen(happenings.poll());
        }
        return calls;
    }

    private Plan plan(int client, int sequence, long start) {
        Action action = ACTIONS.get(random.nextInt(ACTIONS.size()));
        long end = start + 1 + random.nextLong(SPAN);
        double draw = random.nextDouble();
        Fate fate =
                draw < unknownPart / 3
                        ? Fate.LATE
                        : draw < unknownPart * 2 / 3
                                ? Fate.LOST
                                : draw < unknownPart ? Fate.REFUSED : Fate.ANSWERED;
        long latest = fate == Fate.LATE ? end + 5 * SPAN : end;
        return new Plan(
                client, sequence, action, start, random.nextLong(start, latest + 1), end, fate);
    }

    private void happen(Plan plan) {
        boolean happens = plan.fate() == Fate.ANSWERED || plan.fate() == Fate.LATE;
        Answer real = happens ? apply(plan) : Answer.ABSENT;
        Answer told =
                switch (plan.fate()) {
                    case ANSWERED -> real;
                    case REFUSED -> new Answer.Refused(ErrorCode.CLUSTERDOWN);
                    case LATE, LOST -> new Answer.Unknown(ErrorCode.TIMEOUT);
                };
        calls.add(
                new Call(
                        plan.client(),
                        plan.sequence(),
                        key,
                        plan.action(),
                        told,
                        plan.start(),
                        plan.end()));
    }

    private Answer apply(Plan plan) {
        boolean present = value.isPresent();
        return switch (plan.action()) {
            case GET ->
                    present ? new Answer.Found(value.get(), Optional.of(version())) : Answer.ABSENT;
            case PUT -> store(plan);
            case PUT_IF_ABSENT -> present ? Answer.DECLINED : store(plan);
            case REMOVE -> {
                value = Optional.empty();
                yield present ? Answer.DONE : Answer.DECLINED;
            }
        };
    }

    private Version version() {
        return new Version(1, versionOfValue, new MemberId(1));
    }

    private Answer store(Plan plan) {
        value = Optional.of(new WriteId(plan.client(), plan.sequence()));
        versionOfValue = clock++;
        return Answer.DONE;
    }
}
