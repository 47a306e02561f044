package dev.gossamer.gossip.invalidation;

import dev.gossamer.gossip.invalidation.Dissemination.Effect;
import dev.gossamer.gossip.invalidation.Dissemination.Event;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A whole mesh of the real machines in one thread and in virtual time: a seed is a complete
 * description of a run. Each life has a clock of its own, which starts anywhere and runs a little
 * fast or slow. Everything that a machine tells is checked at once against what really happened.
 */
final class Mesh {
    static final long MS = 1_000_000;
    static final double DRIFT = 0.0002;

    /** What the network does to messages. */
    record Network(double loss, double duplication, long delayMinNanos, long delayMaxNanos) {}

    /** How much each member may keep. */
    record Sizes(int logBytes, DisseminationSettings settings) {}

    private record Happening(
            long nanos, long order, Life life, @Nullable Event event, @Nullable Runnable action) {}

    private static final Kind[] KINDS = Kind.values();

    private final long seed;
    private final SplittableRandom random;
    private final Sizes sizes;
    private final List<MemberId> ids = new ArrayList<>();
    private final Map<MemberId, Life> lives = new HashMap<>();
    private final Map<MemberId, Map<Long, Life>> allLives = new HashMap<>();
    private final Map<MemberId, Integer> side = new HashMap<>();
    private final PriorityQueue<Happening> happenings =
            new PriorityQueue<>((a, b) ->
                    a.nanos() != b.nanos()
                            ? Long.compare(a.nanos(), b.nanos())
                            : Long.compare(a.order(), b.order()));
    private Network network;
    private long nanos;
    private long order;
    private boolean checked = true;
    private Consumer<Sent> onSend = _ -> {};
    private Consumer<Told> onTold = _ -> {};

    /** A message as it leaves. */
    record Sent(Life from, byte[] payload) {}

    /** An effect as it is told. */
    record Told(Life to, Effect effect, long nanos) {}

    Mesh(long seed, int size, Sizes sizes, Network network) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.sizes = sizes;
        this.network = network;
        for (int i = 0; i < size; i++) {
            ids.add(new MemberId(random.nextLong()));
        }
        Members all = Members.of(ids);
        for (int i = 0; i < size; i++) {
            start(i, 1);
            view(i, all);
        }
    }

    Sizes sizes() {
        return sizes;
    }

    long seed() {
        return seed;
    }

    SplittableRandom random() {
        return random;
    }

    long nanos() {
        return nanos;
    }

    List<MemberId> ids() {
        return ids;
    }

    Life life(int index) {
        return lives.get(ids.get(index));
    }

    Life lifeOf(MemberId id) {
        return lives.get(id);
    }

    void network(Network now) {
        network = now;
    }

    /** For measuring: no checks, and what leaves and is told goes there. */
    void measure(Consumer<Sent> sent, Consumer<Told> told) {
        checked = false;
        onSend = sent;
        onTold = told;
    }

    /** Null when the member renewed itself: then what it appended has new numbers. */
    @Nullable Life lifeOrNull(MemberId id, long incarnation) {
        Life life = allLives.getOrDefault(id, Map.of()).get(incarnation);
        return life == null || life.incarnations.size() > 1 ? null : life;
    }

    /** A new life of a member, alone in its view. */
    void start(int index, long incarnation) {
        MemberId id = ids.get(index);
        Life before = lives.get(id);
        if (before != null) {
            before.alive = false;
        }
        double speed = 1 + random.nextDouble(-DRIFT, DRIFT);
        long offset = random.nextLong(1_000_000 * MS);
        Life life = new Life(index, id, incarnation, nanos, offset, speed, sizes, random.split());
        lives.put(id, life);
        allLives.computeIfAbsent(id, _ -> new HashMap<>()).put(incarnation, life);
        happen(nanos + random.nextLong(50 * MS), life, null, null);
    }

    /** What one member's view has from now on. */
    void view(int index, Members members) {
        Life life = life(index);
        life.view = members.with(life.id);
        perform(life, new Event.MembersChanged(life.local(nanos), members));
    }

    void authorize(int index, long forNanos) {
        Life life = life(index);
        long now = life.local(nanos);
        life.authorityUntil = now + forNanos;
        perform(life, new Event.Authorized(now, life.authorityUntil, 7));
    }

    /** {@code count} invalidations of a member, in few slots. */
    void append(int index, int count) {
        Life life = life(index);
        for (int i = 0; i < count; i++) {
            Kind kind = KINDS[random.nextInt(KINDS.length)];
            int slot = random.nextInt(100) * 163 % Slot.COUNT;
            MemberId writer = ids.get(random.nextInt(10) == 0 ? 0 : index);
            Version version = new Version(random.nextInt(9), (nanos << 4) + i, writer);
            life.append(kind, slot, random.nextLong(), version, nanos);
        }
        if (life.grew) {
            life.grew = false;
            perform(life, new Event.LogGrew(life.local(nanos)));
        }
    }

    void at(long when, Runnable action) {
        happen(when, life(0), null, action);
    }

    /** Members of different sides hear nothing of each other. */
    void side(int index, int which) {
        side.put(ids.get(index), which);
    }

    void heal() {
        side.clear();
    }

    void run(long forNanos) {
        long end = nanos + forNanos;
        while (!happenings.isEmpty() && happenings.peek().nanos() <= end) {
            Happening next = happenings.poll();
            nanos = next.nanos();
            if (next.action() != null) {
                next.action().run();
            } else if (next.life().alive) {
                happen(next.life(), next.event());
            }
        }
        nanos = end;
    }

    private void happen(Life life, @Nullable Event event) {
        long now = life.local(nanos);
        if (event instanceof Event.Received(_, var from, var payload)) {
            perform(life, new Event.Received(now, from, payload));
        } else if (life.wakeNanos <= now) {
            life.wakeNanos = Long.MAX_VALUE;
            perform(life, new Event.TimePassed(now));
        }
    }

    private void happen(long when, Life life, @Nullable Event event, @Nullable Runnable action) {
        happenings.add(new Happening(when, order++, life, event, action));
    }

    private void perform(Life life, Event event) {
        for (Effect effect : life.machine.on(event)) {
            if (checked) {
                life.check(effect, this, nanos);
            } else {
                onTold.accept(new Told(life, effect, nanos));
            }
            if (effect instanceof Effect.Send(var to, var payload)) {
                send(life, to, payload);
            } else if (effect instanceof Effect.WakeAt(var when)) {
                life.wakeNanos = when;
                happen(life.global(when), life, null, null);
            }
        }
    }

    private void send(Life from, MemberId to, byte[] payload) {
        onSend.accept(new Sent(from, payload));
        Life receiver = lives.get(to);
        if (receiver == null || !side.getOrDefault(from.id, 0).equals(side.getOrDefault(to, 0))) {
            return;
        }
        int copies =
                network.duplication() > 0 && random.nextDouble() < network.duplication() ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            if (network.loss() == 0 || random.nextDouble() >= network.loss()) {
                long delay = random.nextLong(network.delayMinNanos(), network.delayMaxNanos() + 1);
                happen(nanos + delay, receiver, new Event.Received(0, from.id, payload), null);
            }
        }
    }

    /** Which members are not as far as an origin that all should follow. */
    List<String> behind() {
        List<String> behind = new ArrayList<>();
        for (Life origin : lives.values()) {
            Position end = origin.log.position();
            for (Life other : lives.values()) {
                Life.Heard heard = other.heard.get(origin.id);
                boolean equal =
                        heard != null
                                && heard.incarnation() == end.incarnation()
                                && heard.delivered() == end.sequence();
                if (other != origin && end.sequence() > 0 && !equal) {
                    behind.add(other.id + " is at " + heard + " of " + origin.id + ", " + end);
                }
            }
        }
        return behind;
    }
}
