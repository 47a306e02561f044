package dev.gossamer.gossip;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gossamer.gossip.Message.Delta;
import dev.gossamer.gossip.Message.Kind;
import dev.gossamer.gossip.Message.Known;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * What members tell one another about themselves, by anti-entropy: a machine without thread, clock
 * or socket. Whoever drives it feeds it events and carries out the effects.
 *
 * <p>Each member owns a small map of facts, and gives every change of it, and every round, the next
 * number of one sequence. What anyone knows of a member is therefore described by two numbers: the
 * member's incarnation and the sequence up to which all is known (1). A round compares such digests
 * with a few members drawn at random; each side then sends what the other lacks, in the order of
 * the sequence, so that a message that had to be cut short still leaves the receiver complete up to
 * some sequence, and nothing is sent that the other has. A change of an own fact is also pushed at
 * once to a few members (2), which shortens the way in small meshes to one message.
 *
 * <p>Merging is idempotent, commutative and refuses gaps, so that messages may be lost, doubled,
 * late or overtaken. A member that starts again says so by a greater incarnation, which voids what
 * its earlier life said. Should it start with one that is not greater (its clock was set back), it
 * hears its own past from the others, and takes an incarnation past it.
 *
 * <p><b>Threads.</b> {@link #on} by one thread at a time; {@link #facts} by any.
 *
 * <p><b>Cost.</b> A round is O(members) per peer. Memory is at most 64 facts of 255 + 4,096 bytes
 * per member; no message exceeds {@link GossipSettings#messageBytesMax}, and one event sends at
 * most one message per fanned-out peer.
 *
 * <p><b>Durability.</b> None: facts live as long as their member is in the view.
 *
 * <p><b>Failure.</b> Whatever bytes arrive, {@link #on} answers with {@link Effect.Rejected} and
 * has changed nothing, or has merged them.
 *
 * <ol>
 *   <li>van Renesse, Dumitriu, Gough, Thomas: Efficient Reconciliation and Flow Control for
 *       Anti-Entropy Protocols. LADIS 2008. Departure: the heartbeat is the sequence itself, and a
 *       delta names the sequence that it starts after, so that a digest that was late cannot make a
 *       gap.
 *   <li>Demers, Greene, Hauser, Irish, Larson, Shenker, Sturgis, Swinehart, Terry: Epidemic
 *       Algorithms for Replicated Database Maintenance. PODC 1987. Push-pull; the push here is not
 *       relayed, anti-entropy does the rest.
 * </ol>
 */
public final class Gossip {

    /** What happens to the machine. */
    public sealed interface Event {
        /** {@link GossipSettings#interval} has passed. */
        record RoundStarted() implements Event {}

        /**
         * These members are in the view now, this one among them or not. All is forgotten of those
         * that no longer are; new ones are asked at once.
         */
        record MembersChanged(Set<MemberId> members) implements Event {
            public MembersChanged {
                members = Set.copyOf(members);
            }
        }

        /**
         * Bytes that another member's {@link Effect.Send} named. Those of members that are not in
         * the view are dropped: they will be sent again.
         */
        record Received(MemberId from, byte[] payload) implements Event {}

        /**
         * This member says something new about itself.
         *
         * @param key 1 to {@value #KEY_BYTES_MAX} bytes of UTF-8
         * @param value at most {@value #VALUE_BYTES_MAX} bytes
         */
        record FactChanged(String key, Bytes value) implements Event {
            public static final int KEY_BYTES_MAX = Wire.KEY_BYTES_MAX;
            public static final int VALUE_BYTES_MAX = Wire.VALUE_BYTES_MAX;

            public FactChanged {
                int keyBytes = key.getBytes(UTF_8).length;
                if (keyBytes < 1 || keyBytes > KEY_BYTES_MAX) {
                    throw new IllegalArgumentException(
                            "fact key of " + keyBytes + " bytes is outside [1, 255]");
                }
                if (value.length() > VALUE_BYTES_MAX) {
                    throw new IllegalArgumentException(
                            "fact '" + key + "' of " + value.length() + " bytes is over 4096");
                }
            }
        }
    }

    /** What the driver is to do. */
    public sealed interface Effect {
        /** Send these bytes, best effort. */
        record Send(MemberId to, byte[] payload) implements Effect {}

        /** A member says this now. Never emitted for this member itself. */
        record Learned(MemberId member, String key, Bytes value) implements Effect {}

        /** What was learned of a member is void: it left the view, or lives again. */
        record Forgot(MemberId member) implements Effect {}

        /** A message that no member of this version writes; to be counted. Nothing was changed. */
        record Rejected(MemberId from, String why) implements Effect {}
    }

    private final MemberId self;
    private final GossipSettings settings;
    private final RandomGenerator random;
    private final Account own;
    private final Map<MemberId, Account> accounts = new HashMap<>();

    /** The members of the view but this one; reordered by every draw. */
    private final List<MemberId> peers = new ArrayList<>();

    private int pushesLeft;
    private volatile Facts facts;

    /**
     * @param incarnation greater than in any earlier life of this member, at least 1: milliseconds
     *     since 1970 at its start will do
     * @param random draws the peers of each round
     */
    public Gossip(
            MemberId self, long incarnation, GossipSettings settings, RandomGenerator random) {
        if (incarnation < 1 || incarnation == Long.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "incarnation " + incarnation + " is outside [1, 2^63 - 2]");
        }
        this.self = self;
        this.settings = settings;
        this.random = random;
        this.own = new Account(self, incarnation);
        this.accounts.put(self, own);
        this.pushesLeft = settings.pushesPerRoundMax();
        this.facts = snapshot();
    }

    /** What is known of all members, as of the last event. Safe for any thread; never waits. */
    public Facts facts() {
        return facts;
    }

    /** This member's incarnation: the one it was made with, unless it met its own past. */
    public long incarnation() {
        return facts.members().getOrDefault(self, own.snapshot()).incarnation();
    }

    /**
     * Takes one event.
     *
     * @return what is to be done, in this order
     * @throws IllegalArgumentException when this member would say more than 64 facts
     */
    public List<Effect> on(Event event) {
        List<Effect> effects =
                switch (event) {
                    case Event.RoundStarted() -> startRound();
                    case Event.MembersChanged(var members) -> changeMembers(members);
                    case Event.Received(var from, var payload) -> receive(from, payload);
                    case Event.FactChanged(var key, var value) -> changeFact(key, value);
                };
        facts = snapshot();
        return effects;
    }

    private Facts snapshot() {
        Map<MemberId, Facts.OfMember> all = HashMap.newHashMap(accounts.size());
        accounts.forEach((id, account) -> {
            if (account.incarnation() > 0) {
                all.put(id, account.snapshot());
            }
        });
        return new Facts(all);
    }

    private List<Effect> startRound() {
        own.beat();
        pushesLeft = settings.pushesPerRoundMax();
        return askSome();
    }

    private List<Effect> askSome() {
        List<Effect> effects = new ArrayList<>();
        for (MemberId peer : draw(settings.fanout())) {
            effects.add(send(peer, new Message(Kind.ASK, digest(), List.of())));
        }
        return effects;
    }

    /** How far each member is known: all of them, or a random part when all do not fit. */
    private List<Known> digest() {
        int fitting =
                Math.min(
                        Wire.COUNT_MAX,
                        (settings.messageBytesMax() - Wire.HEADER_BYTES) / Wire.KNOWN_BYTES);
        List<Account> all = new ArrayList<>(accounts.values());
        if (all.size() > fitting) {
            shuffle(all, fitting);
        }
        return all.stream().limit(fitting).map(Account::known).toList();
    }

    private List<Effect> changeMembers(Set<MemberId> members) {
        List<Effect> effects = new ArrayList<>();
        for (MemberId gone : List.copyOf(accounts.keySet())) {
            if (!gone.equals(self) && !members.contains(gone)) {
                Account account = accounts.remove(gone);
                if (account != null && account.incarnation() > 0) {
                    effects.add(new Effect.Forgot(gone));
                }
            }
        }
        boolean someAreNew = false;
        for (MemberId member : members) {
            someAreNew |= accounts.putIfAbsent(member, new Account(member, 0)) == null;
        }
        peers.clear();
        members.stream().filter(member -> !member.equals(self)).sorted().forEach(peers::add);
        if (someAreNew) {
            effects.addAll(askSome());
        }
        return effects;
    }

    private List<Effect> changeFact(String key, Bytes value) {
        if (!own.say(key, value) || pushesLeft == 0) {
            return List.of();
        }
        pushesLeft--;
        // From the beginning: whoever gets it can take it, however far behind it is.
        return tell(draw(settings.pushFanout()), new Known(self, own.incarnation(), 0));
    }

    private List<Effect> tell(List<MemberId> to, Known from) {
        Delta delta = own.deltaOrNull(from, settings.messageBytesMax() - Wire.HEADER_BYTES);
        List<Effect> effects = new ArrayList<>();
        if (delta != null) {
            for (MemberId peer : to) {
                effects.add(send(peer, new Message(Kind.TELL, List.of(), List.of(delta))));
            }
        }
        return effects;
    }

    private List<Effect> receive(MemberId from, byte[] payload) {
        if (!accounts.containsKey(from) || from.equals(self)) {
            return List.of();
        }
        try {
            if (payload.length > GossipSettings.MESSAGE_BYTES_LIMIT) {
                throw new MalformedMessageException(payload.length, "too long");
            }
            return receive(from, Wire.decode(payload));
        } catch (MalformedMessageException e) {
            return List.of(new Effect.Rejected(from, String.valueOf(e.getMessage())));
        }
    }

    private List<Effect> receive(MemberId from, Message message) {
        List<Effect> effects = new ArrayList<>();
        for (Delta delta : message.deltas()) {
            merge(delta, effects);
        }
        message.known().forEach(this::meetOwnPast);
        switch (message.kind()) {
            case ASK -> answer(from, Kind.ANSWER, message.known(), effects);
            case ANSWER -> answer(from, Kind.TELL, message.known(), effects);
            case TELL -> {}
        }
        return effects;
    }

    private void merge(Delta delta, List<Effect> effects) {
        MemberId member = delta.member();
        if (member.equals(self)) {
            meetOwnPast(new Known(self, delta.incarnation(), delta.upTo()));
            return;
        }
        Account account = accounts.get(member);
        if (account == null) {
            return;
        }
        Account.News news = account.merge(delta);
        if (news.voided()) {
            effects.add(new Effect.Forgot(member));
        }
        news.facts()
                .forEach(fact -> effects.add(new Effect.Learned(member, fact.key(), fact.value())));
    }

    private void meetOwnPast(Known heard) {
        boolean canOutlive = heard.incarnation() < Long.MAX_VALUE - 1;
        if (heard.member().equals(self) && own.isBehind(heard) && canOutlive) {
            own.liveAgain(heard.incarnation() + 1);
        }
    }

    /** Sends what the other lacks; an ANSWER also says where this member is behind. */
    private void answer(MemberId to, Kind kind, List<Known> known, List<Effect> effects) {
        List<Known> behind = new ArrayList<>();
        List<Known> ahead = new ArrayList<>();
        for (Known other : known) {
            Account account = accounts.get(other.member());
            if (account != null && account.isAheadOf(other)) {
                ahead.add(other);
            } else if (account != null && kind == Kind.ANSWER && account.isBehind(other)) {
                behind.add(account.known());
            }
        }
        shuffle(behind, behind.size());
        int bytesLeft = settings.messageBytesMax() - Wire.HEADER_BYTES;
        int asked = Math.min(behind.size(), bytesLeft / 2 / Wire.KNOWN_BYTES);
        List<Delta> deltas = deltas(ahead, bytesLeft - asked * Wire.KNOWN_BYTES);
        if (asked > 0 || !deltas.isEmpty()) {
            effects.add(send(to, new Message(kind, behind.subList(0, asked), deltas)));
        }
    }

    private List<Delta> deltas(List<Known> ahead, int bytesMax) {
        shuffle(ahead, ahead.size()); // so that under a tight limit nobody's news always waits
        List<Delta> deltas = new ArrayList<>();
        int bytesLeft = bytesMax;
        for (Known other : ahead) {
            Account account = accounts.get(other.member());
            Delta delta = account == null ? null : account.deltaOrNull(other, bytesLeft);
            if (delta != null && deltas.size() < Wire.COUNT_MAX) {
                deltas.add(delta);
                bytesLeft -= Wire.sizeOf(delta);
            }
        }
        return deltas;
    }

    private static Effect.Send send(MemberId to, Message message) {
        return new Effect.Send(to, Wire.encode(message));
    }

    /** Some of the peers, all when there are no more, each at most once. */
    private List<MemberId> draw(int count) {
        int drawn = Math.min(count, peers.size());
        shuffle(peers, drawn);
        return List.copyOf(peers.subList(0, drawn));
    }

    /** Puts a random choice into the first {@code count} places (Fisher–Yates). */
    private void shuffle(List<?> list, int count) {
        for (int i = 0; i < count && i < list.size() - 1; i++) {
            Collections.swap(list, i, random.nextInt(i, list.size()));
        }
    }
}
