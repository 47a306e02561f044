package dev.gossamer.node.cli.chaos.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The rounds of faults of a campaign, one after the other, as its seed says.
 *
 * <p><b>Limits.</b> In no round more than {@code downMax} members are out at once: killed, paused,
 * restarting, or cut off. Of a partition the smaller group counts; of a broken link one end.
 *
 * <p>For one thread.
 */
public final class FaultPlan {
    private static final double SECOND_FAULT_PART = 0.3;
    private static final double SHORT_PART = 0.25;
    private static final int LOSS_PERCENT_MIN = 5;
    private static final int LOSS_PERCENT_MAX = 40;
    private static final int SLOW_KILOBITS_MIN = 256;
    private static final int SLOW_KILOBITS_MAX = 8_192;

    private final int members;
    private final int downMax;
    private final List<FaultKind> kinds;
    private final SplittableRandom random;

    /**
     * @param members that the mesh has; their numbers are 0 to {@code members} − 1
     * @param kinds that may be chosen; all must be possible within {@code downMax}
     */
    public FaultPlan(int members, int downMax, Set<FaultKind> kinds, SplittableRandom random) {
        if (downMax < 1 || downMax >= members) {
            throw new IllegalArgumentException(
                    "members down at once " + downMax + " is outside [1, " + (members - 1) + "]");
        }
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("no fault may be chosen");
        }
        this.members = members;
        this.downMax = downMax;
        this.kinds = kinds.stream().sorted().toList();
        this.random = random;
    }

    /** The next round. */
    public Round next() {
        Fault first =
                fault(kinds.get(random.nextInt(kinds.size())), Set.of(), downMax, Duration.ZERO);
        List<Fault> faults = new ArrayList<>(List.of(first));
        int left = downMax - first.victims().size();
        boolean alone = first.kind() == FaultKind.ROLLING || first.kind() == FaultKind.RESTART;
        List<FaultKind> others = kinds.stream().filter(FaultKind::joinsOthers).toList();
        if (left > 0 && !alone && !others.isEmpty() && random.nextDouble() < SECOND_FAULT_PART) {
            Duration delay = Duration.ofMillis(random.nextLong(3_000));
            FaultKind second = others.get(random.nextInt(others.size()));
            faults.add(fault(second, first.victims(), left, delay));
        }
        return new Round(faults);
    }

    private Fault fault(FaultKind kind, Set<Integer> taken, int most, Duration delay) {
        Set<Integer> victims = victims(kind, taken, most);
        return new Fault(kind, victims, links(kind, victims), delay, length(kind));
    }

    private Set<Integer> victims(FaultKind kind, Set<Integer> taken, int most) {
        int count =
                switch (kind) {
                    case KILL, PAUSE -> 1 + random.nextInt(most);
                    case PARTITION -> 1 + random.nextInt(Math.min(most, members / 2));
                    case RESTART, ISOLATE, ONE_WAY, CUT, LOSS, SLOW, ROLLING -> 1;
                    case JOIN_LEAVE -> 0;
                };
        List<Integer> free =
                new ArrayList<>(
                        IntStream.range(0, members)
                                .filter(member -> !taken.contains(member))
                                .boxed()
                                .toList());
        Set<Integer> victims = new TreeSet<>();
        while (victims.size() < count) {
            int place = random.nextInt(free.size());
            victims.add(free.get(place));
            free.subList(place, place + 1).clear();
        }
        return victims;
    }

    private List<LinkRule> links(FaultKind kind, Set<Integer> victims) {
        return switch (kind) {
            case KILL, PAUSE, RESTART, ROLLING, JOIN_LEAVE -> List.of();
            case PARTITION, ISOLATE -> between(victims);
            case ONE_WAY -> oneWay(only(victims));
            case CUT -> bothWays(only(victims), peerOf(only(victims)));
            case LOSS -> losses(only(victims));
            case SLOW ->
                    List.of(
                            new LinkRule.Slow(
                                    only(victims),
                                    random.nextInt(SLOW_KILOBITS_MIN, SLOW_KILOBITS_MAX + 1)));
        };
    }

    private static int only(Set<Integer> victims) {
        return victims.iterator().next();
    }

    private int peerOf(int member) {
        int peer = random.nextInt(members - 1);
        return peer < member ? peer : peer + 1;
    }

    private List<LinkRule> between(Set<Integer> side) {
        List<LinkRule> rules = new ArrayList<>();
        for (int left : side) {
            for (int right = 0; right < members; right++) {
                if (!side.contains(right)) {
                    rules.addAll(bothWays(left, right));
                }
            }
        }
        return rules;
    }

    private static List<LinkRule> bothWays(int left, int right) {
        return List.of(new LinkRule.Drop(left, right), new LinkRule.Drop(right, left));
    }

    /** From the member to one other, or to all, or from all. */
    private List<LinkRule> oneWay(int member) {
        int shape = random.nextInt(3);
        if (shape == 0) {
            return List.of(new LinkRule.Drop(member, peerOf(member)));
        }
        List<LinkRule> rules = new ArrayList<>();
        for (int other = 0; other < members; other++) {
            if (other != member) {
                rules.add(
                        shape == 1
                                ? new LinkRule.Drop(member, other)
                                : new LinkRule.Drop(other, member));
            }
        }
        return rules;
    }

    private List<LinkRule> losses(int member) {
        int percent = random.nextInt(LOSS_PERCENT_MIN, LOSS_PERCENT_MAX + 1);
        List<LinkRule> rules = new ArrayList<>();
        for (int other = 0; other < members; other++) {
            if (other != member) {
                rules.add(new LinkRule.Lose(member, other, percent));
                rules.add(new LinkRule.Lose(other, member, percent));
            }
        }
        return rules;
    }

    /** Some end before anybody can have noticed, most after all timeouts of the mesh. */
    private Duration length(FaultKind kind) {
        if (kind == FaultKind.ROLLING) {
            return Duration.ofMillis(random.nextLong(500, 2_000));
        }
        return random.nextDouble() < SHORT_PART
                ? Duration.ofMillis(random.nextLong(200, 3_000))
                : Duration.ofMillis(random.nextLong(3_000, 20_000));
    }
}
