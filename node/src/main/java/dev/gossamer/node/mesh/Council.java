package dev.gossamer.node.mesh;

import dev.gossamer.membership.agreement.Agreement;
import dev.gossamer.membership.agreement.AgreementStatus;
import dev.gossamer.membership.agreement.Effect;
import dev.gossamer.membership.agreement.Event;
import dev.gossamer.membership.agreement.Message;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member's seat where topologies are agreed on: tells the {@link Agreement} what happens here,
 * one event after the other, and does what it wants done, in its order.
 *
 * <p><b>Threads.</b> {@link #tell} and {@link #heard} by any; they never wait. The machine runs on
 * one worker at a time, for what it decides must be on the disk before it is said.
 *
 * <p><b>Bounds.</b> Messages that wait are at most {@value #MESSAGES_MAX}; more are dropped, as the
 * network may drop any. Other events come from this node and are few.
 */
final class Council {
    private static final Logger log = LoggerFactory.getLogger(Council.class);
    private static final int MESSAGES_MAX = 1024;

    /** Sends to another member, best effort. */
    interface Mail {
        void send(MemberId to, Message message);
    }

    private final Agreement agreement;
    private final Notary notary;
    private final Mail mail;
    private final Epochs epochs;
    private final Lease lease;
    private final Executor workers;
    private final LongSupplier nanoClock;
    private final Consumer<String> onBroken;
    private final LongAdder rejected = new LongAdder();
    private final CompletableFuture<@Nullable Void> drained = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> resigned = new CompletableFuture<>();

    /** Guarded by this. */
    private final Deque<Event> waiting = new ArrayDeque<>();

    private int messagesWaiting;
    private boolean running;
    private boolean closed;

    /** Of the mesh that gives way with the next topology; belongs to the running worker. */
    private long estrangedEpoch = Epoch.NONE;

    private volatile AgreementStatus status;

    /**
     * @param onBroken told why when this node can no longer keep its word, and must stop
     */
    Council(
            Agreement agreement,
            Notary notary,
            Mail mail,
            Epochs epochs,
            Lease lease,
            Executor workers,
            LongSupplier nanoClock,
            Consumer<String> onBroken) {
        this.agreement = agreement;
        this.notary = notary;
        this.mail = mail;
        this.epochs = epochs;
        this.lease = lease;
        this.workers = workers;
        this.nanoClock = nanoClock;
        this.onBroken = onBroken;
        this.status = agreement.status();
    }

    /** Another member's message, as it came. */
    void heard(MemberId from, byte[] payload) {
        Message message;
        try {
            message = Message.decode(payload);
        } catch (IllegalArgumentException e) {
            rejected.increment();
            log.warn("rejected a message about topologies from {}: {}", from, e.getMessage());
            return;
        }
        tell(new Event.Received(from, message));
    }

    void tell(Event event) {
        synchronized (this) {
            if (closed || (event instanceof Event.Received && messagesWaiting >= MESSAGES_MAX)) {
                return;
            }
            messagesWaiting += event instanceof Event.Received ? 1 : 0;
            waiting.add(event);
            if (running) {
                return;
            }
            running = true;
        }
        workers.execute(this::run);
    }

    private synchronized @Nullable Event nextOrNull() {
        Event event = waiting.poll();
        if (event == null) {
            running = false;
        } else if (event instanceof Event.Received) {
            messagesWaiting--;
        }
        return event;
    }

    private void run() {
        for (Event event = nextOrNull(); event != null; event = nextOrNull()) {
            try {
                for (Effect effect : agreement.on(event, nanoClock.getAsLong())) {
                    carryOut(effect);
                }
                AgreementStatus now = agreement.status();
                if (!now.equals(status)) {
                    tellWhoIsAwaited(now);
                    tellWhoIsLeftOut(now);
                    status = now;
                }
                if (event instanceof Event.Resigned) {
                    resigned.complete(null);
                }
            } catch (RuntimeException e) {
                breaks(e);
                return;
            }
        }
    }

    private void tellWhoIsAwaited(AgreementStatus now) {
        if (!now.awaited().isEmpty() && !now.awaited().equals(status.awaited())) {
            log.info(
                    "the mesh has restarted; {} of {} members are here, waiting (mesh.return-wait)"
                            + " for {}",
                    now.rosterInView(),
                    now.roster(),
                    now.awaited().stream().map(Member::name).collect(Collectors.joining(", ")));
        }
    }

    private void tellWhoIsLeftOut(AgreementStatus now) {
        List<MemberId> left =
                now.leftOut().stream().filter(id -> !status.leftOut().contains(id)).toList();
        if (!left.isEmpty()) {
            Topology topology = epochs.latest().topology();
            log.warn(
                    "left out, for entries do not get through to or from another member: {}",
                    left.stream()
                            .map(id -> topology.member(id).map(Member::name).orElse(id.toString()))
                            .collect(Collectors.joining(", ")));
        }
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case Effect.Send(var to, var message) -> mail.send(to, message);
            case Effect.Persist(var state) -> notary.save(state);
            case Effect.Estranged(var lastEpoch) -> estrangedEpoch = lastEpoch;
            case Effect.Install(var topology) -> install(topology);
            case Effect.LeaseChanged(var untilNanos) -> lease.set(untilNanos);
            case Effect.Bygone(var topology) -> epochs.passOver(topology);
            case Effect.Drained() -> drained.complete(null);
        }
    }

    private void install(Topology topology) {
        if (estrangedEpoch == Epoch.NONE) {
            epochs.install(topology);
        } else {
            epochs.installEstranged(topology, estrangedEpoch);
            estrangedEpoch = Epoch.NONE;
        }
    }

    /** An acceptor that cannot write, or has lost its wits, must say nothing any more. */
    private void breaks(RuntimeException cause) {
        log.error("this node takes no part in topologies any more", cause);
        lease.set(nanoClock.getAsLong());
        close();
        synchronized (this) {
            running = false;
        }
        onBroken.accept("it cannot keep its word about topologies: " + cause.getMessage());
    }

    /** Gives the lease back, so that nobody waits for it to run out. @return when that is said */
    CompletableFuture<@Nullable Void> resign() {
        tell(new Event.Resigned());
        return resigned;
    }

    /** Nothing more is heard; what is being said may still be written down: {@link #isQuiet}. */
    synchronized void close() {
        closed = true;
        waiting.clear();
    }

    /**
     * Whether nothing is under way. Its worker must not be interrupted before: a write to the disk
     * that is cut off looks like a disk that fails.
     */
    synchronized boolean isQuiet() {
        return !running;
    }

    /** Completes once a drain that was asked for is done. */
    CompletableFuture<@Nullable Void> drained() {
        return drained;
    }

    /** As of the last event. */
    AgreementStatus status() {
        return status;
    }

    /** Messages that made no sense, since the start. */
    long rejected() {
        return rejected.sum();
    }
}
