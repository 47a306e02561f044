package dev.gossamer.membership.agreement;

import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * A mesh of agreements in one thread: a network that loses, doubles, delays and overtakes, a
 * failure detector that is late and sometimes wrong, clocks of different speed, processes that
 * stop, die and come back. All of it follows from the seed.
 */
final class World {
    static final AgreementSettings SETTINGS = AgreementSettings.of(2);
    private static final long MS = 1_000_000;
    private static final Topology NONE = Topology.none(2);

    private record Due(long at, long order, Runnable action) {}

    private final SplittableRandom random;
    private final Parts parts;
    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
    private final ChangePlan.Placing placing = new LastPlacing(Parts::place);
    private final List<Node> nodes = new ArrayList<>();
    private final List<Judge.Actor> actors = new ArrayList<>();
    final Judge judge = new Judge(actors);

    final Weather weather;
    private long now;
    private long scheduled;
    private long viewIds;
    private final List<String> trace = new ArrayList<>();

    World(long seed, int size, Parts parts) {
        this.random = new SplittableRandom(seed);
        this.parts = parts;
        this.weather = new Weather(random, size);
        for (int i = 0; i < size; i++) {
            Node node = new Node(i, new MemberId(random.nextLong()));
            nodes.add(node);
            at(random.nextLong(500 * MS), node::start);
        }
    }

    private void at(long when, Runnable action) {
        queue.add(new Due(when, scheduled++, action));
    }

    private void after(long delay, Runnable action) {
        at(now + delay, action);
    }

    void run(long untilNanos) {
        while (!queue.isEmpty() && queue.peek().at() <= untilNanos && isFair()) {
            Due due = queue.poll();
            now = due.at();
            due.action().run();
        }
        now = Math.max(now, untilNanos);
    }

    boolean isFair() {
        return judge.violations().isEmpty();
    }

    long now() {
        return now;
    }

    String trace() {
        return String.join("\n", trace.subList(Math.max(0, trace.size() - 60), trace.size()));
    }

    private void note(String what) {
        if (trace.size() > 10_000) {
            trace.subList(0, 5_000).clear();
        }
        trace.add(now / MS + " ms: " + what);
    }

    /** Something bad, for a while. */
    void disturb() {
        int kind = random.nextInt(12);
        Node victim = nodes.get(random.nextInt(nodes.size()));
        long time = 200 * MS + random.nextLong(6_000 * MS);
        switch (kind) {
            case 0 -> mendLater(time, weather.split(true));
            case 1 -> mendLater(time, weather.split(false));
            case 2, 3 -> mendLater(time, weather.cutPair(random.nextBoolean()));
            case 4, 5 -> victim.pause(time);
            case 6, 7 -> {
                victim.crash();
                after(time, victim::start);
            }
            case 8 -> cutData(time + 4_000 * MS);
            default -> {
                boolean restarts = kind >= 10;
                Event drain = new Event.DrainRequested();
                victim.leave(restarts ? new Event.RestartRequested(SETTINGS.returnWait()) : drain);
                after(time, victim::crash);
                after(time + 500 * MS, victim::start);
            }
        }
    }

    private void mendLater(long time, String what) {
        note(what);
        after(
                time,
                () -> {
                    note("links mended");
                    weather.mend();
                });
    }

    /** Entries do not get through, while everybody sees everybody. */
    private void cutData(long time) {
        int a = random.nextInt(nodes.size());
        int b = random.nextInt(nodes.size());
        if (a != b) {
            note("data cut between " + a + " and " + b);
            link(a, b, true);
            after(time, () -> link(a, b, false));
        }
    }

    private void link(int a, int b, boolean isCut) {
        nodes.get(a).linkChanged(nodes.get(b), isCut);
        nodes.get(b).linkChanged(nodes.get(a), isCut);
    }

    /** Everything works again, and everybody is back. */
    void heal() {
        note("healed");
        weather.calm();
        for (int a = 0; a < nodes.size(); a++) {
            for (int b = 0; b < a; b++) {
                link(a, b, false);
            }
        }
        for (Node node : nodes) {
            node.pausedUntil = now;
            if (node.up && node.draining) {
                node.crash();
            }
            if (!node.up) {
                node.start();
            }
        }
    }

    /** What is missing for the mesh to be one, steady, with everybody in it. */
    Optional<String> trouble() {
        Topology first = nodes.get(0).agreementTopology();
        if (first.phase() != Topology.Phase.STEADY || first.isProvisional()) {
            return Optional.of(first + " in phase " + first.phase());
        }
        List<Member> selves = nodes.stream().map(node -> node.self).sorted().toList();
        if (!first.members().equals(selves)) {
            return Optional.of("members " + first.members() + ", not " + selves);
        }
        for (Node node : nodes) {
            if (!node.agreementTopology().equals(first)) {
                return Optional.of(node + " has " + node.agreementTopology() + ", not " + first);
            }
            if (!node.hasLease()) {
                return Optional.of(node + " has no lease");
            }
        }
        return Optional.empty();
    }

    String statuses() {
        StringBuilder text = new StringBuilder();
        for (Node node : nodes) {
            text.append(node)
                    .append(": ")
                    .append(node.agreementTopology())
                    .append(' ')
                    .append(node.agreementTopology().phase())
                    .append(", up ")
                    .append(node.up)
                    .append(", view ")
                    .append(node.view)
                    .append(", ")
                    .append(node.agreement == null ? "" : node.agreement.status())
                    .append('\n');
        }
        return text.toString();
    }

    /** One member, over all of its runs. */
    private final class Node implements Judge.Actor {
        private final int index;
        private final MemberId id;
        private final long clockOffset = random.nextLong(1_000_000 * MS);
        private final double clockSpeed = 0.96 + random.nextDouble() * 0.08;
        private final ArrayDeque<Event> missed = new ArrayDeque<>();
        private AcceptorState disk = AcceptorState.none();
        private @org.jspecify.annotations.Nullable Agreement agreement;
        private Member self;
        private Topology acting = NONE;
        private boolean up;
        private boolean draining;
        private long pausedUntil;
        private int run;
        private Set<Integer> view = Set.of();
        private long lastInstalled;

        Node(int index, MemberId id) {
            this.index = index;
            this.id = id;
            this.self = member(0);
            actors.add(this);
        }

        private Member member(long incarnation) {
            return new Member(
                    id,
                    "node-" + index,
                    "z",
                    100,
                    "h",
                    new Member.Ports(1, 2, 3, 4, 5),
                    incarnation);
        }

        void start() {
            if (up) {
                return;
            }
            up = true;
            draining = false;
            run++;
            missed.clear();
            self = member(now / MS * 100 + run);
            acting = NONE;
            view = Set.of();
            lastInstalled = 0;
            agreement =
                    new Agreement(
                            self,
                            SETTINGS,
                            parts.acceptor().apply(disk),
                            parts.proposer().apply(id, random.split()),
                            placing);
            note(this + " starts");
            int thisRun = run;
            see(Set.of(index));
            tick(thisRun);
            detect(thisRun);
        }

        void crash() {
            if (up) {
                note(this + " dies");
                up = false;
                run++;
                agreement = null;
                acting = NONE;
            }
        }

        void pause(long time) {
            note(this + " stops for " + time / MS + " ms");
            pausedUntil = now + time;
            int thisRun = run;
            after(time, () -> wake(thisRun));
        }

        private void wake(int ofRun) {
            while (isRunning(ofRun) && !missed.isEmpty()) {
                feed(missed.poll());
            }
        }

        void leave(Event event) {
            if (up && !draining) {
                note(this + " wants to leave: " + event);
                draining = true;
                feed(event);
            }
        }

        private boolean isRunning(int ofRun) {
            return up && run == ofRun && now >= pausedUntil;
        }

        private void tick(int ofRun) {
            if (up && run == ofRun) {
                if (now >= pausedUntil) {
                    feed(new Event.Ticked());
                }
                long every = SETTINGS.tick().toNanos();
                after(every * 9 / 10 + random.nextLong(every / 5), () -> tick(ofRun));
            }
        }

        /** Looks around now and then; believes what it sees a little later. */
        private void detect(int ofRun) {
            if (!up || run != ofRun) {
                return;
            }
            Set<Integer> seen = new HashSet<>(Set.of(index));
            for (Node other : nodes) {
                boolean reachable =
                        !weather.isCut(index, other.index) && !weather.isCut(other.index, index);
                if (other.up && now >= other.pausedUntil && reachable) {
                    seen.add(other.index);
                }
            }
            if (weather.liesNow()) {
                seen.removeIf(each -> each != index && random.nextInt(3) == 0);
            }
            after(
                    random.nextLong(300 * MS),
                    () -> {
                        if (isRunning(ofRun)) {
                            see(seen);
                        }
                    });
            after(200 * MS + random.nextLong(400 * MS), () -> detect(ofRun));
        }

        private void see(Set<Integer> seen) {
            List<Member> members =
                    seen.stream()
                            .map(nodes::get)
                            .filter(node -> node.up)
                            .map(node -> node.self)
                            .toList();
            viewIds += random.nextInt(2);
            view = seen;
            feed(new Event.ViewChanged(new MeshView(viewIds + 1, members)));
        }

        void linkChanged(Node other, boolean isCut) {
            feed(isCut ? new Event.LinkDown(other.id) : new Event.LinkUp(other.id));
        }

        void feed(Event event) {
            if (!up) {
                return;
            }
            if (now < pausedUntil) {
                if (missed.size() < 10_000) {
                    missed.add(event);
                }
                return;
            }
            judge.checkLease(this);
            Agreement machine = java.util.Objects.requireNonNull(agreement);
            int thisRun = run;
            for (Effect effect : machine.on(event, clock())) {
                if (run == thisRun) {
                    perform(effect);
                }
            }
            judge.checkLease(this);
        }

        private long clock() {
            return clockOffset + (long) (now * clockSpeed);
        }

        private void perform(Effect effect) {
            switch (effect) {
                case Effect.Send(var to, var message) -> send(to, message);
                case Effect.Persist(var state) -> {
                    if (random.nextInt(4_000) == 0) {
                        crash(); // before it was written
                        after(random.nextLong(2_000 * MS), this::start);
                    } else {
                        disk = state;
                        judge.written(id, state);
                    }
                }
                case Effect.Install(var topology) -> installed(topology);
                case Effect.LeaseChanged _, Effect.Estranged _, Effect.Bygone _ -> {}
                case Effect.Drained() -> {
                    note(this + " is drained");
                    feed(new Event.Resigned());
                }
            }
        }

        private void installed(Topology topology) {
            note(this + " installs " + topology + " " + topology.phase());
            if (topology.epoch() <= lastInstalled) {
                judge.violations().add(this + " goes back to " + topology);
            }
            lastInstalled = topology.epoch();
            int thisRun = run;
            after(
                    random.nextLong(20 * MS),
                    () -> {
                        if (isRunning(thisRun) && topology.epoch() > acting.epoch()) {
                            acting = topology;
                            feed(new Event.Installed(topology.epoch()));
                        }
                    });
            long work = 20 * MS + random.nextLong(random.nextInt(8) == 0 ? 2_000 * MS : 50 * MS);
            after(work, () -> synced(thisRun, topology));
        }

        private void synced(int ofRun, Topology topology) {
            if (!up || run != ofRun || acting.epoch() > topology.epoch()) {
                return;
            }
            if (isRunning(ofRun) && acting.equals(topology)) {
                feed(new Event.Synced(topology.epoch()));
            } else {
                after(100 * MS, () -> synced(ofRun, topology));
            }
        }

        private void send(MemberId to, Message message) {
            for (Node node : nodes) {
                if (node.id.equals(to) && view.contains(node.index)) {
                    int copies = random.nextInt(20) == 0 ? 2 : 1;
                    for (int copy = 0; copy < copies; copy++) {
                        post(node, message);
                    }
                }
            }
        }

        private void post(Node to, Message message) {
            if (weather.losesThis()) {
                return;
            }
            long delay = weather.delayNanos();
            Message seen = random.nextInt(500) == 0 ? Message.decode(message.encode()) : message;
            after(
                    MS / 10 + delay,
                    () -> {
                        if (!weather.isCut(index, to.index)) {
                            to.feed(new Event.Received(id, seen));
                        }
                    });
        }

        Topology agreementTopology() {
            return agreement == null ? NONE : agreement.topology();
        }

        @Override
        public Member self() {
            return self;
        }

        @Override
        public boolean hasLease() {
            return agreement != null && agreement.hasLease(clock());
        }

        @Override
        public AcceptorState known() {
            return disk;
        }

        @Override
        public Topology acting() {
            return acting;
        }

        @Override
        public String toString() {
            return "node-" + index;
        }
    }

    static long seconds(long count) {
        return count * 1_000 * MS;
    }

    boolean settles(long withinNanos, Predicate<World> done) {
        long deadline = now + withinNanos;
        while (now < deadline && isFair()) {
            run(now + 100 * MS);
            if (done.test(this)) {
                return true;
            }
        }
        return false;
    }
}
