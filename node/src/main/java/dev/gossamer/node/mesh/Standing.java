package dev.gossamer.node.mesh;

import dev.gossamer.gossip.Gossip;
import dev.gossamer.membership.MeshView;
import dev.gossamer.membership.agreement.AgreementStatus;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.mesh.Mesh.MemberStatus;
import dev.gossamer.node.mesh.Mesh.MeshStatus;
import dev.gossamer.node.mesh.Mesh.Quorum;
import dev.gossamer.node.mesh.Mesh.Transfer;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How each member stands: what this one says of itself through gossip, and what it has heard of the
 * others.
 *
 * <p>A member that has not said that it goes by the present epoch counts as holding nothing of what
 * it owns: it may be dead, and its copies missing.
 *
 * <p><b>Threads.</b> Any; the gossip machine is guarded by this.
 */
final class Standing {
    private static final Logger log = LoggerFactory.getLogger(Standing.class);
    private static final String FACT = "mesh";

    /** How a member stands, in its own words. */
    record Fact(
            long epoch,
            State state,
            int slotsPrimary,
            int slotsBackup,
            int slotsFilling,
            long entries,
            long bytes,
            long bytesMax,
            boolean lease,
            Transfer transfer) {
        private static final int LENGTH = 8 + 1 + 3 * 4 + 3 * 8 + 1 + 2 * 4 + 4 * 8;

        boolean isSynced() {
            return slotsFilling == 0
                    && (state == State.READY || state == State.DRAINING || state == State.DRAINED);
        }

        Bytes encode() {
            ByteBuffer out = ByteBuffer.allocate(LENGTH);
            out.putLong(epoch).put(state.code);
            out.putInt(slotsPrimary).putInt(slotsBackup).putInt(slotsFilling);
            out.putLong(entries).putLong(bytes).putLong(bytesMax);
            out.put((byte) (lease ? 1 : 0));
            out.putInt(transfer.slotsDone()).putInt(transfer.slotsLeft());
            out.putLong(transfer.bytesDone()).putLong(transfer.bytesLeft());
            out.putLong(transfer.bytesPerSecond()).putLong(transfer.left().toMillis());
            return Bytes.wrap(out.array());
        }

        static Optional<Fact> decode(Bytes bytes) {
            ByteBuffer in = ByteBuffer.wrap(bytes.array());
            if (in.remaining() != LENGTH) {
                return Optional.empty();
            }
            byte code = in.get(Long.BYTES);
            return Arrays.stream(State.values())
                    .filter(state -> state.code == code)
                    .findFirst()
                    .map(state -> read(in, state));
        }

        private static Fact read(ByteBuffer in, State state) {
            return new Fact(
                    in.getLong(),
                    state,
                    in.position(Long.BYTES + 1).getInt(),
                    in.getInt(),
                    in.getInt(),
                    in.getLong(),
                    in.getLong(),
                    in.getLong(),
                    in.get() == 1,
                    new Transfer(
                            in.getInt(),
                            in.getInt(),
                            in.getLong(),
                            in.getLong(),
                            in.getLong(),
                            Duration.ofMillis(in.getLong())));
        }
    }

    enum State {
        JOINING(1),
        FILLING(2),
        READY(3),
        DRAINING(4),
        DRAINED(5);

        private final byte code;

        State(int code) {
            this.code = (byte) code;
        }

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Member self;
    private final Epochs epochs;
    private final Keyspace keyspace;
    private final Mailbox mailbox;
    private final Gossip gossip;
    private final Supplier<Transfer> transfer;
    private final BooleanSupplier lease;
    private final Supplier<AgreementStatus> agreement;
    private final LongAdder rejected = new LongAdder();
    private volatile Optional<State> leaving = Optional.empty();

    /**
     * @param transfer how far this node has come with what it copies
     * @param lease whether this node may answer as a primary now
     * @param agreement how it stands
     */
    Standing(
            Member self,
            Epochs epochs,
            Keyspace keyspace,
            Mailbox mailbox,
            Gossip gossip,
            Supplier<Transfer> transfer,
            BooleanSupplier lease,
            Supplier<AgreementStatus> agreement) {
        this.self = self;
        this.epochs = epochs;
        this.keyspace = keyspace;
        this.mailbox = mailbox;
        this.gossip = gossip;
        this.transfer = transfer;
        this.lease = lease;
        this.agreement = agreement;
    }

    void viewChanged(MeshView view) {
        tell(
                new Gossip.Event.MembersChanged(
                        view.members().stream().map(Member::id).collect(Collectors.toSet())));
    }

    void heard(MemberId from, byte[] payload) {
        tell(new Gossip.Event.Received(from, payload));
    }

    void round() {
        publish();
        tell(new Gossip.Event.RoundStarted());
    }

    /** This node is leaving. */
    void drain() {
        if (leaving.isEmpty()) {
            leaving = Optional.of(State.DRAINING);
            publish();
        }
    }

    /** This node has handed everything over. */
    void drained() {
        leaving = Optional.of(State.DRAINED);
        publish();
    }

    /** Says how this node stands, if that has changed. */
    void publish() {
        tell(new Gossip.Event.FactChanged(FACT, own().encode()));
    }

    private synchronized void tell(Gossip.Event event) {
        for (Gossip.Effect effect : gossip.on(event)) {
            switch (effect) {
                case Gossip.Effect.Send(var to, var payload) ->
                        mailbox.send(Mailbox.Kind.GOSSIP, to, payload);
                case Gossip.Effect.Rejected(var from, var why) -> {
                    rejected.increment();
                    log.warn("rejected gossip from {}: {}", from, why);
                }
                case Gossip.Effect.Learned _, Gossip.Effect.Forgot _ -> {
                    // The machine keeps what was learned; it is looked up when it is needed.
                }
            }
        }
    }

    /** Gossip messages that made no sense, since the start. */
    long rejected() {
        return rejected.sum();
    }

    private Fact own() {
        Holding holding = epochs.served();
        return new Fact(
                holding.epoch(),
                state(holding),
                holding.count(Role.PRIMARY),
                holding.count(Role.BACKUP),
                holding.openCount(),
                keyspace.tiers().liveCount(),
                keyspace.tiers().memory().bytes(),
                keyspace.tiers().memory().bytesMax(),
                lease.getAsBoolean(),
                transfer.get());
    }

    private State state(Holding holding) {
        if (leaving.isPresent()) {
            return leaving.get();
        }
        if (!holding.isMember()) {
            return State.JOINING;
        }
        return holding.isSynced() ? State.READY : State.FILLING;
    }

    private Optional<Fact> factOf(Member member) {
        return member.id().equals(self.id())
                ? Optional.of(own())
                : gossip.facts().find(member.id(), FACT).flatMap(Fact::decode);
    }

    /** Whether a member that is here has said that it is on its way out. */
    boolean isLeaving(MemberId id) {
        return gossip.facts()
                .find(id, FACT)
                .flatMap(Fact::decode)
                .filter(fact -> fact.state() == State.DRAINING || fact.state() == State.DRAINED)
                .isPresent();
    }

    /** Whether nothing moves: every member has done what the present epoch asks of it. */
    boolean isSettled() {
        return isSettled(epochs.served().topology());
    }

    private boolean isSettled(Topology topology) {
        return !topology.isEmpty()
                && topology.phase() == Topology.Phase.STEADY
                && topology.members().stream()
                        .map(this::factOf)
                        .allMatch(fact ->
                                fact.isPresent()
                                        && fact.get().epoch() == topology.epoch()
                                        && fact.get().isSynced());
    }

    MeshStatus status() {
        Topology topology = epochs.latest().topology();
        List<MemberStatus> members = new ArrayList<>();
        long missing = missingOwners(topology);
        int[] owned = ownedPerMember(topology);
        for (int i = 0; i < owned.length; i++) {
            Member member = topology.members().get(i);
            Optional<Fact> fact = factOf(member);
            boolean present = fact.isPresent() && fact.get().epoch() == topology.epoch();
            missing += present ? 0 : owned[i];
            members.add(statusOf(member, fact));
        }
        return new MeshStatus(
                topology.epoch(),
                topology.phase(),
                topology.replication(),
                List.copyOf(members),
                topology.isEmpty() ? 0 : Slot.COUNT,
                (int) missing,
                isSettled(topology),
                quorum());
    }

    private Quorum quorum() {
        AgreementStatus status = agreement.get();
        return new Quorum(status.roster(), status.rosterInView(), status.inMajority());
    }

    private static long missingOwners(Topology topology) {
        long missing = 0;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            missing += Math.max(0, topology.replication() - topology.ownerCount(slot));
        }
        return missing;
    }

    private static MemberStatus statusOf(Member member, Optional<Fact> fact) {
        Fact told = fact.orElse(new Fact(0, State.JOINING, 0, 0, 0, 0, 0, 0, false, Transfer.NONE));
        return new MemberStatus(
                member,
                told.state().text(),
                told.epoch(),
                told.slotsPrimary(),
                told.slotsBackup(),
                told.slotsFilling(),
                told.entries(),
                told.bytes(),
                told.bytesMax(),
                told.lease(),
                told.transfer());
    }

    private static int[] ownedPerMember(Topology topology) {
        int[] owned = new int[topology.members().size()];
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            for (int rank = 0; rank < topology.ownerCount(slot); rank++) {
                owned[topology.ownerIndex(slot, rank)]++;
            }
        }
        return owned;
    }
}
