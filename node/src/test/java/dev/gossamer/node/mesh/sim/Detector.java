package dev.gossamer.node.mesh.sim;

import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A failure detector as JGroups is one (lab.md says what was seen): views come late, at another
 * time at each member, and may overlap; a cut between two members may show in no view, or make the
 * third go back and forth between them; whoever starts again may be alone for a while; a paused
 * process acts on its old view when it wakes. It never promises a quorum. When nothing fails any
 * more, everybody gets the view of all.
 */
final class Detector {
    private static final long MILLI = 1_000_000;
    private static final long CRASH_MIN = 50 * MILLI;
    private static final long CRASH_MAX = 1_200 * MILLI;
    private static final long SILENCE_MIN = 800 * MILLI;
    private static final long SILENCE_MAX = 3_000 * MILLI;
    private static final long MERGE_MIN = 300 * MILLI;
    private static final long MERGE_MAX = 3_000 * MILLI;
    private static final long DELIVERY_MAX = 30 * MILLI;
    private static final long LATE_DELIVERY_MAX = 1_500 * MILLI;
    private static final long UNSETTLED_MAX = 2_500 * MILLI;

    private final World world;
    private final Network network;

    /** Whether a cut between two members none of whom coordinates stays unseen in this run. */
    private final boolean blind;

    /** All that have joined and not left, crashed ones too until that is noticed. */
    private final Map<Integer, SimProcess> joined = new LinkedHashMap<>();

    /** Whether one is thought to hear the other; by (smaller × 1000 + larger). */
    private final Map<Integer, Boolean> suspected = new LinkedHashMap<>();

    private final Map<SimProcess, List<Member>> told = new LinkedHashMap<>();
    private long viewId;
    private boolean evaluationDue;

    Detector(World world, Network network, boolean blind) {
        this.world = world;
        this.network = network;
        this.blind = blind;
    }

    void joined(SimProcess process) {
        boolean again = joined.put(process.number(), process) != null;
        if (again && world.chance(0.4)) {
            // Started again on the same address before anyone missed it: a mesh of its own first.
            process.membership().view(new MeshView(++viewId, List.of(process.member())));
            world.after(world.between(MERGE_MIN, MERGE_MAX), this::evaluate);
        } else {
            world.after(world.between(10 * MILLI, 400 * MILLI), this::evaluate);
        }
    }

    void left(SimProcess process) {
        if (joined.remove(process.number(), process)) {
            world.after(world.between(MILLI, 30 * MILLI), this::evaluate);
        }
    }

    /** The process is gone; its sockets are closed. */
    void crashed(SimProcess process) {
        world.after(
                world.between(CRASH_MIN, CRASH_MAX),
                () -> {
                    joined.remove(process.number(), process);
                    evaluate();
                });
    }

    /** Something between these two, or in one of them, has changed. */
    void changed(int one, int other) {
        boolean worse = !hear(one, other);
        long delay =
                worse
                        ? world.between(SILENCE_MIN, SILENCE_MAX)
                        : world.between(MERGE_MIN, MERGE_MAX);
        world.after(delay, () -> perceive(one, other));
    }

    private void perceive(int one, int other) {
        suspected.put(pair(one, other), !hear(one, other));
        if (!evaluationDue) {
            evaluationDue = true;
            world.after(world.between(MILLI, 200 * MILLI), this::evaluate);
        }
    }

    private static int pair(int one, int other) {
        return Math.min(one, other) * 1000 + Math.max(one, other);
    }

    /**
     * Whether some member takes another for dead: any may be left out of a view any time, also
     * while the topology is whole.
     */
    boolean isTorn() {
        return suspected.containsValue(true);
    }

    private boolean hear(int one, int other) {
        return network.isOpenBothWays(one, other) && !isPaused(one) && !isPaused(other);
    }

    private boolean isPaused(int number) {
        SimProcess process = joined.get(number);
        return process != null && process.life().isPaused();
    }

    private boolean trust(int one, int other) {
        return !suspected.getOrDefault(pair(one, other), false);
    }

    private void evaluate() {
        evaluationDue = false;
        List<List<SimProcess>> groups = new ArrayList<>();
        for (SimProcess each : inSomeOrder()) {
            groupFor(each, groups).add(each);
        }
        viewId++;
        for (List<SimProcess> group : groups) {
            if (world.chance(0.5)) {
                viewId++;
            }
            tell(group);
        }
        if (isUnsettled(groups)) {
            evaluationDue = true;
            world.after(world.between(UNSETTLED_MAX / 5, UNSETTLED_MAX), this::evaluate);
        }
    }

    /** Mostly by age, as JGroups finds its coordinators. */
    private List<SimProcess> inSomeOrder() {
        List<SimProcess> all = new ArrayList<>(joined.values());
        if (world.chance(0.3)) {
            for (int i = all.size() - 1; i > 0; i--) {
                int other = world.random().nextInt(i + 1);
                all.set(i, all.set(other, all.get(i)));
            }
        }
        return all;
    }

    private List<SimProcess> groupFor(SimProcess each, List<List<SimProcess>> groups) {
        for (List<SimProcess> group : groups) {
            boolean fits =
                    blind
                            ? trust(each.number(), group.getFirst().number())
                            : group.stream().allMatch(one -> trust(each.number(), one.number()));
            if (fits) {
                return group;
            }
        }
        List<SimProcess> alone = new ArrayList<>();
        groups.add(alone);
        return alone;
    }

    /** Whether some members of different groups hear each other, or some of one group do not. */
    private boolean isUnsettled(List<List<SimProcess>> groups) {
        for (List<SimProcess> group : groups) {
            for (SimProcess one : group) {
                for (SimProcess other : joined.values()) {
                    if (one != other
                            && trust(one.number(), other.number()) != group.contains(other)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private void tell(List<SimProcess> group) {
        List<Member> members = group.stream().map(SimProcess::member).sorted().toList();
        MeshView view = new MeshView(viewId, members);
        boolean torn = isTorn();
        for (SimProcess each : group) {
            List<Member> before = told.get(each);
            boolean shrinks = before != null && before.size() > members.size();
            if (members.equals(before) || (torn && shrinks && world.chance(0.3))) {
                continue;
            }
            told.put(each, members);
            boolean late = torn && world.chance(0.1);
            long delay = world.between(0, late ? LATE_DELIVERY_MAX : DELIVERY_MAX);
            world.after(delay, () -> each.membership().view(view));
        }
    }
}
