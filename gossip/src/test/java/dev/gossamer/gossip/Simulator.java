package dev.gossamer.gossip;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A whole mesh of gossiping members in one thread: a seed is a complete description of a run. Time
 * goes by in ticks, {@value #TICKS_PER_ROUND} to a round; each member's rounds begin at a tick of
 * its own. A message takes 1 to {@code delayTicksMax} ticks, so that later ones overtake earlier
 * ones, and may be lost or arrive twice.
 */
final class Simulator {
    static final int TICKS_PER_ROUND = 20;

    /** What the network does to messages. */
    record Network(double loss, double duplication, int delayTicksMax) {
        static final Network PERFECT = new Network(0, 0, 1);
    }

    private record Flying(long arrives, long order, MemberId from, MemberId to, byte[] payload) {}

    private final SplittableRandom random;
    private final GossipSettings settings;
    private final Network network;
    private final List<MemberId> ids = new ArrayList<>();
    private final Map<MemberId, Gossip> nodes = new HashMap<>();
    private final Map<MemberId, Map<String, Bytes>> truth = new HashMap<>();

    /** What each node's effects alone have told its driver; must always equal its snapshot. */
    private final Map<MemberId, Map<MemberId, Map<String, Bytes>>> learned = new HashMap<>();

    private final Map<MemberId, Integer> side = new HashMap<>();
    private final PriorityQueue<Flying> flying =
            new PriorityQueue<>((a, b) ->
                    a.arrives() != b.arrives()
                            ? Long.compare(a.arrives(), b.arrives())
                            : Long.compare(a.order(), b.order()));
    private long tick;
    private long sent;
    private long sentBytes;
    private int largestBytes;
    private int rejected;

    Simulator(long seed, int size, GossipSettings settings, Network network) {
        this.random = new SplittableRandom(seed);
        this.settings = settings;
        this.network = network;
        for (int i = 0; i < size; i++) {
            ids.add(new MemberId(random.nextLong()));
        }
        ids.forEach(id -> start(id, 1));
    }

    List<MemberId> ids() {
        return ids;
    }

    Gossip node(MemberId id) {
        return nodes.get(id);
    }

    long sentBytes() {
        return sentBytes;
    }

    int largestBytes() {
        return largestBytes;
    }

    int rejected() {
        return rejected;
    }

    SplittableRandom random() {
        return random;
    }

    /** A new life of a member, which has yet to say anything. */
    void start(MemberId id, long incarnation) {
        nodes.put(id, new Gossip(id, incarnation, settings, random.split()));
        truth.put(id, new HashMap<>());
        learned.put(id, new HashMap<>());
        view(id, Set.copyOf(ids));
    }

    /** What one member's view has from now on. */
    void view(MemberId id, Set<MemberId> members) {
        perform(id, new Gossip.Event.MembersChanged(members));
    }

    void say(MemberId id, String key, String value) {
        say(id, key, Bytes.utf8(value));
    }

    void say(MemberId id, String key, Bytes value) {
        truth.get(id).put(key, value);
        perform(id, new Gossip.Event.FactChanged(key, value));
    }

    /** Members of different sides hear nothing of each other; their views stay. */
    void split() {
        ids.forEach(id -> side.put(id, random.nextInt(2)));
    }

    void heal() {
        side.clear();
    }

    void rounds(int count) {
        for (long end = tick + (long) count * TICKS_PER_ROUND; tick < end; ) {
            tick();
        }
    }

    /**
     * @return how many rounds it took until everyone knew everything; {@code roundsMax + 1} when it
     *     took longer
     */
    int roundsUntilAllKnow(int roundsMax) {
        int rounds = 0;
        while (!allKnow() && rounds <= roundsMax) {
            rounds(1);
            rounds++;
        }
        return rounds;
    }

    boolean allKnow() {
        for (Gossip node : nodes.values()) {
            Facts facts = node.facts();
            for (MemberId id : ids) {
                Facts.OfMember known = facts.members().get(id);
                if (known == null || !known.values().equals(truth.get(id))) {
                    return false;
                }
            }
        }
        return true;
    }

    private void tick() {
        tick++;
        while (!flying.isEmpty() && flying.peek().arrives() <= tick) {
            Flying arrived = flying.poll();
            perform(arrived.to(), new Gossip.Event.Received(arrived.from(), arrived.payload()));
        }
        for (int i = 0; i < ids.size(); i++) {
            if ((tick + i * 7L) % TICKS_PER_ROUND == 0) {
                perform(ids.get(i), new Gossip.Event.RoundStarted());
            }
        }
    }

    private void perform(MemberId id, Gossip.Event event) {
        Set<MemberId> told = new HashSet<>();
        for (Gossip.Effect effect : nodes.get(id).on(event)) {
            switch (effect) {
                case Gossip.Effect.Send(var to, var payload) -> {
                    if (!told.add(to) || to.equals(id)) {
                        throw new AssertionError(id + " tells " + to + " twice, or itself");
                    }
                    send(id, to, payload);
                }
                case Gossip.Effect.Learned(var member, var key, var value) -> {
                    if (member.equals(id)) {
                        throw new AssertionError(id + " learned " + key + " of itself: " + value);
                    }
                    learned.get(id).computeIfAbsent(member, _ -> new HashMap<>()).put(key, value);
                }
                case Gossip.Effect.Forgot(var member) -> {
                    if (member.equals(id)) {
                        throw new AssertionError(id + " forgot itself");
                    }
                    learned.get(id).remove(member);
                }
                case Gossip.Effect.Rejected _ -> rejected++;
            }
        }
        checkEffectsTellTheSnapshot(id);
    }

    private void checkEffectsTellTheSnapshot(MemberId id) {
        Map<MemberId, Map<String, Bytes>> snapshot = new HashMap<>();
        nodes.get(id)
                .facts()
                .members()
                .forEach((member, facts) -> {
                    if (!member.equals(id) && !facts.values().isEmpty()) {
                        snapshot.put(member, facts.values());
                    }
                });
        if (!snapshot.equals(learned.get(id))) {
            throw new AssertionError(id + " knows " + snapshot + " but told " + learned.get(id));
        }
    }

    private void send(MemberId from, MemberId to, byte[] payload) {
        sent++;
        sentBytes += payload.length;
        largestBytes = Math.max(largestBytes, payload.length);
        if (!side.getOrDefault(from, 0).equals(side.getOrDefault(to, 0))) {
            return;
        }
        int copies = random.nextDouble() < network.duplication() ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            if (random.nextDouble() >= network.loss()) {
                long arrives = tick + random.nextInt(1, network.delayTicksMax() + 1);
                flying.add(new Flying(arrives, sent, from, to, payload));
            }
        }
    }
}
