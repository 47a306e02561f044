package dev.gossamer.membership.jgroups;

import dev.gossamer.membership.MembershipSettings.Contacts;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.Event;
import org.jgroups.Message;
import org.jgroups.PhysicalAddress;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.Discovery;
import org.jgroups.protocols.PingData;
import org.jgroups.protocols.PingHeader;
import org.jgroups.protocols.TCPPING;
import org.jgroups.util.NameCache;
import org.jgroups.util.Responses;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the mesh at the start, or decides that this member founds it: at once, without waiting for
 * answers that can't come, and without two members founding it side by side.
 *
 * <p><b>1. Nobody there costs nothing.</b> Stock discovery waits a whole join timeout for answers.
 * Here each contact is first tried with a plain connection. A refused one runs no member, and when
 * all are refused the mesh is founded on the spot.
 *
 * <p><b>2. Two that start together see each other.</b> A member listens before it tries the others,
 * as in Dekker's mutual exclusion: of two members, at least one finds the other listening. Of those
 * that know of each other the one with the smallest address founds; the others ask again.
 *
 * <p><b>3. A decision is not overtaken.</b> A member that has decided to found, but has not done so
 * yet, holds questions back until it can answer as coordinator. Whoever asked before the decision
 * was counted in it.
 *
 * <p><b>4. Members without a coordinator are waited for.</b> When the coordinator was killed and
 * comes back, the others answer but name none: stock JGroups may then found a second mesh (seen:
 * 9.5 s until the merge). Here the starter waits until they have elected one.
 *
 * <p><b>5. Silence is not absence.</b> Where something listens and nobody answers as a member, the
 * name or the password may be wrong, or a member may hang: founding a second mesh there would hide
 * the mistake, so the start fails with a sentence that says so. Only when others that start answer,
 * and it stays silent for half of the start's time, is the silent one left out.
 */
final class Rendezvous extends Discovery {
    private static final Logger LOG = LoggerFactory.getLogger(Rendezvous.class);
    private static final Duration BETWEEN_ROUNDS = Duration.ofMillis(50);
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(200);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);
    private static final int PARKED_MAX = 256;

    private record Parked(PingHeader header, Message message) {}

    private enum Verdict {
        JOIN,
        FOUND,
        WAIT
    }

    private final ContactBook contacts;
    private final Duration joinTimeout;
    private final Duration startTimeout;
    private final LongSupplier nanoClock;

    /** Held while a question is answered or counted, until this member serves. */
    private final ReentrantLock decision = new ReentrantLock();

    private final Condition rest = decision.newCondition();

    // Guarded by decision.
    private final ArrayDeque<Parked> parked = new ArrayDeque<>();
    private boolean founding;

    private long deadlineNanos;
    private List<PhysicalAddress> mute = List.of();

    Rendezvous(
            Contacts contacts,
            Duration joinTimeout,
            Duration startTimeout,
            LongSupplier nanoClock) {
        this.contacts = new ContactBook(contacts, joinTimeout);
        this.joinTimeout = joinTimeout;
        this.startTimeout = startTimeout;
        this.nanoClock = nanoClock;
        setId(ClassConfigurator.getProtocolId(TCPPING.class)); // our headers are those of TCPPING
        asyncDiscovery(true);
    }

    @Override
    public boolean isDynamic() {
        return false; // so that the coordinator tells joiners the addresses of all
    }

    @Override
    public @Nullable Object down(Event event) {
        if (event.getType() == Event.CONNECT) {
            deadlineNanos = nanoClock.getAsLong() + startTimeout.toNanos();
        }
        Object result = super.down(event);
        if (event.getType() == Event.BECOME_SERVER) {
            answerParked();
        }
        return result;
    }

    @Override
    public void stop() {
        super.stop();
        decision.lock();
        try {
            founding = false;
            parked.clear();
        } finally {
            decision.unlock();
        }
    }

    /** At the start: returns when it is decided whom to join, or that we found. */
    @Override
    public Responses findMembers(
            List<Address> members, boolean initialDiscovery, boolean async, long timeout) {
        if (!initialDiscovery) {
            return super.findMembers(members, false, async, timeout);
        }
        while (nanoClock.getAsLong() - deadlineNanos < 0) {
            Responses answers = new Responses(true);
            addResponse(answers);
            switch (round(answers)) {
                case JOIN -> {
                    return answers.done();
                }
                case FOUND -> {
                    PingData us = new PingData(local_addr, true).coord(true);
                    return new Responses(true).addResponse(us, true).done();
                }
                case WAIT -> rest();
            }
            answers.done();
        }
        throw new GossamerException(ErrorCode.UNREACHABLE, whyNobodyLetUsIn());
    }

    /** After the start: JGroups looks for addresses it lacks and for other sides to merge with. */
    @Override
    protected void findMembers(
            @Nullable List<Address> members, boolean initialDiscovery, Responses responses) {
        Set<PhysicalAddress> whom = new LinkedHashSet<>(contacts.resolve());
        if (down_prot.down(new Event(Event.GET_PHYSICAL_ADDRESSES))
                instanceof Collection<?> known) {
            known.forEach(address -> whom.add((PhysicalAddress) address));
        }
        ask(whom, members, initialDiscovery);
    }

    /** One question to all contacts that listen, and what follows from the answers. */
    private Verdict round(Responses answers) {
        List<PhysicalAddress> listening = contacts.listening(ownAddress());
        ask(listening, null, true);
        awaitAnswers(answers, listening);
        mute = silent(listening, answers);
        decision.lock();
        try {
            Verdict verdict = judge(answers);
            LOG.debug("{} listen, {} answered: {}", listening, answers, verdict);
            founding = verdict == Verdict.FOUND;
            return verdict;
        } finally {
            decision.unlock();
        }
    }

    private Verdict judge(Responses answers) {
        boolean anyone = false;
        boolean first = true;
        boolean served = false;
        for (PingData answer : answers) {
            if (answer.getAddress().equals(local_addr)) {
                continue;
            }
            if (answer.isCoord()) {
                return Verdict.JOIN;
            }
            anyone = true;
            served |= answer.isServer();
            first &= local_addr.compareTo(answer.getAddress()) < 0;
        }
        if (served || !first) {
            return Verdict.WAIT;
        }
        return mute.isEmpty() || (anyone && halfOfTheTimeIsUp()) ? Verdict.FOUND : Verdict.WAIT;
    }

    private boolean halfOfTheTimeIsUp() {
        return deadlineNanos - nanoClock.getAsLong() < startTimeout.toNanos() / 2;
    }

    /** Asks again meanwhile, for a question is lost when two members connect crosswise. */
    private void awaitAnswers(Responses answers, List<PhysicalAddress> asked) {
        long now = nanoClock.getAsLong();
        long deadline = now + joinTimeout.toNanos();
        long askAgain = now + BETWEEN_QUESTIONS.toNanos();
        List<PhysicalAddress> silent = silent(asked, answers);
        while (!silent.isEmpty() && now - deadline < 0) {
            if (answers.waitFor(BETWEEN_LOOKS.toMillis())) {
                return;
            }
            now = nanoClock.getAsLong();
            silent = silent(asked, answers);
            if (now - askAgain >= 0) {
                ask(silent, null, true);
                askAgain = now + BETWEEN_QUESTIONS.toNanos();
            }
        }
    }

    private static List<PhysicalAddress> silent(List<PhysicalAddress> asked, Responses answers) {
        Set<PhysicalAddress> answered = answered(answers);
        return asked.stream().filter(address -> !answered.contains(address)).toList();
    }

    private static Set<PhysicalAddress> answered(Responses answers) {
        Set<PhysicalAddress> addresses = new HashSet<>();
        answers.forEach(answer -> addresses.add(answer.getPhysicalAddr()));
        return addresses;
    }

    private void ask(
            Collection<PhysicalAddress> whom, @Nullable List<Address> members, boolean initial) {
        PhysicalAddress own = ownAddress();
        PingData question =
                new PingData(local_addr, is_server, NameCache.get(local_addr), own).coord(is_coord);
        if (members != null && members.size() <= max_members_in_discovery_request) {
            question.mbrs(members);
        }
        PingHeader header =
                new PingHeader(PingHeader.GET_MBRS_REQ)
                        .clusterName(cluster_name)
                        .initialDiscovery(initial);
        for (PhysicalAddress address : whom) {
            if (!address.equals(own)) {
                down_prot.down(
                        new BytesMessage(address)
                                .setFlag(Message.Flag.OOB, Message.Flag.DONT_BUNDLE)
                                .setFlag(Message.TransientFlag.DONT_LOOPBACK)
                                .putHeader(id, header)
                                .setArray(marshal(question)));
            }
        }
    }

    private PhysicalAddress ownAddress() {
        return (PhysicalAddress) down_prot.down(new Event(Event.GET_PHYSICAL_ADDRESS, local_addr));
    }

    @Override
    protected @Nullable Object handle(PingHeader header, Message message) {
        if (is_server) {
            return super.handle(header, message);
        }
        decision.lock();
        try {
            if (founding && header.type() == PingHeader.GET_MBRS_REQ) {
                if (parked.size() < PARKED_MAX) { // who is not answered asks again
                    parked.addLast(new Parked(header, message));
                }
                return null;
            }
            return super.handle(header, message);
        } finally {
            decision.unlock();
        }
    }

    private void answerParked() {
        decision.lock();
        try {
            founding = false;
            for (Parked question = parked.poll(); question != null; question = parked.poll()) {
                super.handle(question.header(), question.message());
            }
        } finally {
            decision.unlock();
        }
    }

    private void rest() {
        decision.lock();
        try {
            long left = BETWEEN_ROUNDS.toNanos();
            while (left > 0) {
                left = rest.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GossamerException(
                    ErrorCode.INTERRUPTED, "Interrupted while joining the mesh", e);
        } finally {
            decision.unlock();
        }
    }

    private String whyNobodyLetUsIn() {
        String patience = TimeUnit.NANOSECONDS.toSeconds(startTimeout.toNanos()) + " s";
        if (mute.isEmpty()) {
            return "The members of mesh '"
                    + cluster_name
                    + "' that were reached had no coordinator to join for "
                    + patience
                    + "; look at their logs and try again.";
        }
        return "Something listens at "
                + mute
                + " but did not answer as a member of mesh '"
                + cluster_name
                + "' for "
                + patience
                + ": is the mesh's name and password the same there, and the port a member's?";
    }
}
