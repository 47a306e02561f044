package dev.gossamer.membership.agreement;

import dev.gossamer.membership.agreement.ChangePlan.Placing;
import dev.gossamer.membership.agreement.Effect.Estranged;
import dev.gossamer.membership.agreement.Effect.Install;
import dev.gossamer.membership.agreement.Effect.LeaseChanged;
import dev.gossamer.membership.agreement.Effect.Persist;
import dev.gossamer.membership.agreement.Effect.Send;
import dev.gossamer.membership.agreement.Message.Accept;
import dev.gossamer.membership.agreement.Message.Accepted;
import dev.gossamer.membership.agreement.Message.Ask;
import dev.gossamer.membership.agreement.Message.Chosen;
import dev.gossamer.membership.agreement.Message.Heartbeat;
import dev.gossamer.membership.agreement.Message.HeartbeatAck;
import dev.gossamer.membership.agreement.Message.Prepare;
import dev.gossamer.membership.agreement.Message.Promise;
import dev.gossamer.membership.agreement.Message.Rejected;
import dev.gossamer.membership.ring.Placement;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * One member's part in agreeing on who owns what: a machine, events in, effects out.
 *
 * <p>Every topology is agreed on by a majority of the members of the one before, with one instance
 * of Paxos (see {@link Acceptor}, {@link Proposer}), proposed by the first of them in view. The
 * views of the failure detector only say what to propose ({@link Outlook}, {@link ChangePlan});
 * they may differ, overlap and be wrong, which costs time and nothing else. A member may act as
 * primary while it has a lease from a majority ({@link LeaseHolder}); no topology without it is
 * agreed on before that has run out.
 *
 * <p>Members whose view has no majority, and whose lease has run out, make up a provisional
 * topology of those that see each other. A member that was in none, or in an earlier run of its
 * process, does not.
 *
 * <p>docs/agreement.md tells the whole story.
 *
 * <p><b>Threads.</b> One at a time. <b>Cost.</b> An event is microseconds, but for those that make
 * or take over a topology: some milliseconds. <b>Bounds.</b> All tables are bounded by the members
 * in view and in the topology.
 */
public final class Agreement {
    private final Member self;
    private final long leaseNanos;
    private final Placing placing;
    private final Voice voice = new Voice();
    private final Roll roll = new Roll();
    private final Links links;
    private final Acceptor acceptor;
    private final Proposer proposer;
    private final LeaseHolder lease;
    private final Outlook outlook;
    private final Turn turn;
    private final Standing standing;

    private Topology installed;

    /** The epoch by which this member came into the topology last. */
    private long entered;

    private boolean begun;
    private long now;
    private long leaseSaid = Long.MIN_VALUE;
    private long lastBeat = Long.MIN_VALUE;
    private long lastAsk = Long.MIN_VALUE;
    private boolean beatSoon;

    /** Whether this event tells nothing that a plan depends on, as almost all of them. */
    private boolean usual;

    private boolean estranged;

    private List<Effect> effects = new ArrayList<>();

    /** What this member says to itself, to be heard before the event is over. */
    private final ArrayDeque<Message> toSelf = new ArrayDeque<>();

    /**
     * @param self this member in this run of its process
     * @param restored what an earlier run has promised; see {@link AcceptorStore}
     * @param random for how long to stand back when two propose at once
     */
    public Agreement(
            Member self,
            AgreementSettings settings,
            AcceptorState restored,
            RandomGenerator random) {
        this(
                self,
                settings,
                new Acceptor(settings, restored),
                new Proposer(self.id(), settings, random),
                new LastPlacing(Placement::place));
    }

    Agreement(
            Member self,
            AgreementSettings settings,
            Acceptor acceptor,
            Proposer proposer,
            Placing placing) {
        this.self = self;
        this.leaseNanos = settings.lease().toNanos();
        this.placing = placing;
        this.acceptor = acceptor;
        this.proposer = proposer;
        this.links = new Links(settings);
        this.lease = new LeaseHolder(settings);
        this.outlook = new Outlook(self, settings, roll, () -> acceptor.state().chosen(), placing);
        this.turn = new Turn(outlook, settings);
        this.standing = new Standing(self);
        this.installed = Topology.none(settings.replication());
    }

    /**
     * @param nowNanos monotonic, and the same for all of this process: readings are simply compared
     * @return what to do, in this order, before the next event
     */
    public List<Effect> on(Event event, long nowNanos) {
        effects = new ArrayList<>();
        now = nowNanos;
        if (!begun) {
            begun = true;
            acceptor.begin(self, now);
        }
        usual = false;
        handle(event);
        hearSelf();
        if (!usual) {
            propose();
            hearSelf();
            installProvisional();
        }
        if (beatSoon || isBeatDue(event)) {
            beat();
            hearSelf();
        }
        standing.drained(installed).ifPresent(effects::add);
        sayLease();
        return effects;
    }

    /** The one installed last; {@link Topology#none} before any. */
    public Topology topology() {
        return installed;
    }

    /** What {@link LeaseChanged} said last; {@link Long#MIN_VALUE} while there is none. */
    public long leaseUntilNanos() {
        return leaseSaid;
    }

    public boolean hasLease(long nowNanos) {
        return nowNanos < leaseSaid;
    }

    public AgreementStatus status() {
        return outlook.status(proposer.rounds());
    }

    private void handle(Event event) {
        switch (event) {
            case Event.Returned(var returning) -> returned(returning);
            case Event.ViewChanged(var view) -> {
                roll.view(view);
                links.view(view);
                beatSoon = true;
            }
            case Event.Received(var from, var message) -> hear(from, message);
            case Event.Ticked() -> {
                lease.tick(now);
                acceptor.tick(now, voice);
                proposer.tick(turn, now, voice);
            }
            case Event.Installed(var epoch) -> {
                beatSoon |= standing.acting() < entered;
                standing.acts(epoch);
            }
            case Event.Synced(var epoch) -> say(() -> standing.synced(epoch));
            case Event.LinkDown(var peer) -> links.down(peer, now);
            case Event.LinkUp(var peer) -> links.up(peer);
            case Event.DrainRequested() -> say(standing::drain);
            case Event.RestartRequested(var backWithin) -> say(() -> standing.restart(backWithin));
            case Event.Resigned() -> {
                standing.resign();
                lease.giveUp();
                beatSoon = true;
            }
        }
    }

    /** The others hear of it at once. */
    private void say(Runnable change) {
        change.run();
        beatSoon = true;
    }

    private void hear(MemberId from, Message message) {
        switch (message) {
            case Prepare prepare -> {
                if (isHere(from, prepare.genesis(), prepare.after())) {
                    acceptor.prepare(from, prepare, now, voice);
                }
            }
            case Accept accept -> {
                if (isHere(from, placeOf(accept.decree()), accept.decree().after())) {
                    acceptor.accept(from, accept, now, voice);
                }
            }
            case Promise promise -> proposer.promised(from, promise, turn, now, voice);
            case Accepted accepted -> proposer.accepted(from, accepted, now, voice);
            case Rejected rejected -> proposer.rejected(from, rejected, now);
            case Chosen(var decree) -> learn(decree);
            case Ask(var genesis, var epoch) -> answer(from, genesis, epoch);
            case Heartbeat(var report, var round) -> heartbeat(from, report, round);
            case HeartbeatAck(var genesis, var epoch, var round, var granted) -> {
                usual = true;
                if (!isKnown(genesis, epoch)) {
                    askIfNews(from, genesis, epoch);
                } else if (granted) {
                    granted(from, round);
                }
            }
        }
    }

    private static Optional<Genesis> placeOf(Decree decree) {
        return decree.after() == Epoch.NONE ? Optional.empty() : Optional.of(decree.genesis());
    }

    private Optional<Decree> chosen() {
        return acceptor.state().chosen();
    }

    private Optional<Genesis> genesis() {
        return chosen().map(Decree::genesis);
    }

    private boolean isKnown(Optional<Genesis> genesis, long epoch) {
        return epoch == acceptor.state().epoch() && genesis.equals(genesis());
    }

    /** Whether a proposal is about the successor of what is known here; else one side learns. */
    private boolean isHere(MemberId from, Optional<Genesis> genesis, long after) {
        boolean here = isKnown(genesis, after);
        if (!here) {
            askIfNews(from, genesis, after);
            answer(from, genesis, after);
        }
        return here;
    }

    /** Asks for what is agreed on past what is known here; not too often. */
    private void askIfNews(MemberId from, Optional<Genesis> genesis, long epoch) {
        boolean soon = lastAsk != Long.MIN_VALUE && now - lastAsk < leaseNanos / 4;
        if (!soon && genesis.filter(theirs -> mayBeNews(theirs, epoch)).isPresent()) {
            lastAsk = now;
            effects.add(new Send(from, new Ask(genesis(), acceptor.state().epoch())));
        }
    }

    /** Whether to hear of a topology; see {@link #isNews(Decree)}. */
    private boolean mayBeNews(Genesis theirs, long epoch) {
        return chosen().map(ours ->
                        ours.genesis().equals(theirs)
                                ? epoch > ours.epoch()
                                : theirs.outranks(ours.genesis()))
                .orElse(true);
    }

    /**
     * Later in this mesh; or of one that stays when it meets this one, and counts on this member. A
     * mesh that does not, takes nobody away: it may have no majority itself.
     */
    private boolean isNews(Decree decree) {
        boolean sameMesh = genesis().map(decree.genesis()::equals).orElse(true);
        return mayBeNews(decree.genesis(), decree.epoch())
                && (sameMesh || decree.topology().indexOf(self.id()) >= 0);
    }

    private void answer(MemberId from, Optional<Genesis> genesis, long epoch) {
        chosen().filter(decree -> !genesis.equals(genesis()) || decree.epoch() > epoch)
                .ifPresent(decree -> effects.add(new Send(from, new Chosen(decree))));
    }

    private void heartbeat(MemberId from, Report report, long round) {
        usual = !roll.heard(from, report);
        if (report.resigned()) {
            acceptor.resign(from, report.incarnation());
        }
        boolean granted =
                isKnown(report.genesis(), report.epoch()) && acceptor.grant(from, report, now);
        effects.add(
                new Send(
                        from,
                        new HeartbeatAck(genesis(), acceptor.state().epoch(), round, granted)));
        askIfNews(from, report.genesis(), report.epoch());
    }

    private void granted(MemberId by, long round) {
        chosen().map(Decree::topology)
                .filter(topology -> mayHoldLease(topology) && topology.indexOf(by) >= 0)
                .ifPresent(topology ->
                        lease.granted(round, by, Outlook.majority(topology.members().size())));
    }

    /**
     * A member that comes in waits until its data path knows: what that acts under until then may
     * be a topology of long ago.
     */
    private boolean mayHoldLease(Topology agreed) {
        return !standing.hasResigned()
                && !estranged
                && isIn(agreed)
                && installed.epoch() == agreed.epoch()
                && standing.acting() >= entered;
    }

    /** Whether this very run of this member is in it. */
    private boolean isIn(Topology topology) {
        return topology.member(self.id()).filter(m -> ChangePlan.sameRun(m, self)).isPresent();
    }

    private void learn(Decree decree) {
        if (!isNews(decree)) {
            return;
        }
        estranged |= genesis().filter(ours -> !ours.equals(decree.genesis())).isPresent();
        boolean wasIn = chosen().map(Decree::topology).filter(this::isIn).isPresent();
        acceptor.learn(decree, now, voice);
        proposer.reset();
        turn.reset();
        lease.forgetRequests();
        Topology topology = decree.topology();
        standing.knows(topology);
        if (estranged || !wasIn || !isIn(topology)) {
            lease.giveUp();
            entered = topology.epoch();
        }
        boolean namesAnEarlierRun = topology.indexOf(self.id()) >= 0 && !isIn(topology);
        if (namesAnEarlierRun) {
            effects.add(new Effect.Bygone(topology));
        } else if (topology.epoch() > installed.epoch()) {
            install(topology);
        }
        beatSoon = true;
    }

    /** Nothing that was written down without what was agreed on proves anything. */
    private void returned(Returning returning) {
        Optional<Topology> agreed = chosen().map(Decree::topology);
        standing.returned(agreed.isPresent() ? returning : Returning.NONE);
        agreed.ifPresent(topology -> {
            standing.knows(topology);
            effects.add(new Effect.Bygone(topology));
        });
    }

    private void install(Topology topology) {
        if (estranged) {
            estranged = false;
            effects.add(new Estranged(installed.epoch()));
        }
        installed = topology;
        effects.add(new Install(topology));
    }

    private void propose() {
        if (proposer.isIdle(now) && turn.hasCome(now)) {
            proposer.begin(outlook.place(), acceptor.state().promised(), turn, now, voice);
        }
    }

    /**
     * When a majority neither is in view nor has given this member its lease. Who has resigned and
     * left the others behind sees nobody, either, but takes what it would acknowledge away with it.
     */
    private void installProvisional() {
        Optional<Topology> agreed = chosen().map(Decree::topology).filter(this::isIn);
        if (agreed.isEmpty() || !isCutOff() || standing.hasResigned()) {
            return;
        }
        List<Member> here =
                agreed.get().members().stream().filter(roll.view().members()::contains).toList();
        long epoch = outlook.provisionalEpoch(agreed.get());
        boolean same = installed.isProvisional() && installed.members().equals(here);
        if (!same && epoch > installed.epoch() && here.contains(self)) {
            lease.giveUp();
            install(ChangePlan.provisional(agreed.get(), here, epoch, placing));
            beatSoon = true;
        }
    }

    /** Whether what this member knows to be agreed on can be of no use to it now. */
    private boolean isCutOff() {
        return chosen().isPresent() && !outlook.inMajority() && now >= lease.untilNanos();
    }

    private boolean isBeatDue(Event event) {
        return event instanceof Event.Ticked
                && (lastBeat == Long.MIN_VALUE
                        || now - lastBeat >= leaseNanos / 4 - leaseNanos / 16);
    }

    private void beat() {
        beatSoon = false;
        lastBeat = now;
        Optional<Topology> agreed = chosen().map(Decree::topology);
        long floor = estranged ? installed.epoch() + 1 : installed.epoch();
        Report report = standing.report(acceptor.state(), floor, isCutOff(), links, now);
        roll.heard(self.id(), report);
        long round = 0;
        if (agreed.filter(this::mayHoldLease).isPresent()) {
            round = lease.request(now);
            if (acceptor.grant(self.id(), report, now)) {
                granted(self.id(), round);
            }
        }
        if (standing.hasResigned()) {
            acceptor.resign(self.id(), self.incarnation());
        }
        Heartbeat heartbeat = new Heartbeat(report, round);
        for (MemberId to : audience(agreed)) {
            effects.add(new Send(to, heartbeat));
        }
    }

    /** All in view and in the topology, but this member. */
    private SortedSet<MemberId> audience(Optional<Topology> agreed) {
        SortedSet<MemberId> audience = new TreeSet<>();
        roll.view().members().forEach(member -> audience.add(member.id()));
        agreed.ifPresent(t -> t.members().forEach(member -> audience.add(member.id())));
        audience.remove(self.id());
        return audience;
    }

    private void sayLease() {
        long until = lease.untilNanos();
        if (until != leaseSaid) {
            leaseSaid = until;
            effects.add(new LeaseChanged(until));
        }
    }

    private void hearSelf() {
        for (Message next = toSelf.poll(); next != null; next = toSelf.poll()) {
            hear(self.id(), next);
        }
    }

    private final class Voice implements Acceptor.Out, Proposer.Out {
        @Override
        public void persist(Persist persist) {
            effects.add(persist);
        }

        @Override
        public void send(Send send) {
            send(send.to(), send.message());
        }

        @Override
        public void send(MemberId to, Message message) {
            if (to.equals(self.id())) {
                toSelf.add(message);
            } else {
                effects.add(new Send(to, message));
            }
        }

        @Override
        public void chosen(Decree decree) {
            SortedSet<MemberId> audience = audience(Agreement.this.chosen().map(Decree::topology));
            decree.topology().members().forEach(member -> audience.add(member.id()));
            audience.remove(self.id());
            audience.forEach(to -> effects.add(new Send(to, new Chosen(decree))));
            learn(decree);
        }
    }
}
