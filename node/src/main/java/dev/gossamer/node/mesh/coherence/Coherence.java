package dev.gossamer.node.mesh.coherence;

import dev.gossamer.gossip.invalidation.Dissemination;
import dev.gossamer.gossip.invalidation.Dissemination.Effect;
import dev.gossamer.gossip.invalidation.Dissemination.Event;
import dev.gossamer.gossip.invalidation.Figures;
import dev.gossamer.gossip.invalidation.InvalidationLog;
import dev.gossamer.gossip.invalidation.Members;
import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.protocol.MemberId;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's log of invalidations, and the machine that tells it to the others and hears theirs
 * (C4): hands it one event after the other and does what it wants done, in its order.
 *
 * <p><b>Threads.</b> The machine runs on one lane; the methods may be called by any thread and
 * never wait. Listeners are called on that lane.
 *
 * <p><b>Bounds.</b> Messages that wait for the lane take at most {@value #WAITING_BYTES_MAX} bytes;
 * more are dropped, as the network may drop any: what was in them is noticed to be missing and
 * asked for.
 */
public final class Coherence {
    private static final Logger log = LoggerFactory.getLogger(Coherence.class);
    private static final long WAITING_BYTES_MAX = 8 << 20;
    private static final long NO_ALARM = Long.MAX_VALUE;

    /** Sends to another member, best effort. */
    public interface Post {
        void send(MemberId to, byte[] payload);
    }

    /** Calls back after so long, on any thread. */
    public interface Alarm {
        void after(long nanos, Runnable task);
    }

    private final OwnLog ownLog;
    private final Dissemination machine;
    private final Lane lane;
    private final Alarm alarm;
    private final Post post;
    private final Supplier<Authority> authority;
    private final LongSupplier nanoClock;
    private final List<InvalidationListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    private volatile boolean closed;

    /** The rest belongs to the lane. */
    private Authority toldAuthority = Authority.none(0);

    private long wakeNanos = NO_ALARM;
    private long alarmNanos = NO_ALARM;

    /**
     * @param incarnation greater than in any earlier life of this member
     * @param authority as it stands now; asked after the clock was read
     * @param random for this alone
     */
    public Coherence(
            MemberId self,
            long incarnation,
            CoherenceSettings settings,
            Lane lane,
            Alarm alarm,
            Post post,
            Supplier<Authority> authority,
            LongSupplier nanoClock,
            RandomGenerator random) {
        InvalidationLog own =
                new InvalidationLog(self, incarnation, settings.logBytesMax(), this::logGrew);
        this.lane = lane;
        this.alarm = alarm;
        this.post = post;
        this.authority = authority;
        this.nanoClock = nanoClock;
        this.ownLog = new OwnLog(own, authority, nanoClock);
        this.machine = new Dissemination(own, settings.dissemination(), random);
    }

    /** What this node invalidates. */
    public OwnLog ownLog() {
        return ownLog;
    }

    /** From now on {@code listener} hears of what others invalidate. */
    public void listen(InvalidationListener listener) {
        listeners.add(listener);
    }

    /** These are in the view now. */
    public void viewChanged(Collection<MemberId> view) {
        Members members = Members.of(view);
        lane.execute(() -> step(now -> new Event.MembersChanged(now, members)));
    }

    /** Another member's message, as it came. */
    public void heard(MemberId from, byte[] payload) {
        if (waitingBytes.addAndGet(payload.length) > WAITING_BYTES_MAX) {
            waitingBytes.addAndGet(-payload.length);
            dropped.increment();
            return;
        }
        lane.execute(() -> {
            waitingBytes.addAndGet(-payload.length);
            step(now -> new Event.Received(now, from, payload));
        });
    }

    private void logGrew() {
        lane.execute(() -> step(Event.LogGrew::new));
    }

    /**
     * What is done holds for the time that was read first: authority and the log's end are looked
     * at after that.
     */
    private void step(LongFunction<Event> event) {
        if (closed) {
            return;
        }
        long now = nanoClock.getAsLong();
        Authority held = authority.get();
        if (!held.equals(toldAuthority)) {
            toldAuthority = held;
            carryOut(new Event.Authorized(now, held.untilNanos(), held.epoch()));
        }
        carryOut(event.apply(now));
    }

    private void carryOut(Event event) {
        for (Effect effect : machine.on(event)) {
            carryOut(effect, event.nowNanos());
        }
    }

    private void carryOut(Effect effect, long now) {
        switch (effect) {
            case Effect.Send(var to, var payload) -> post.send(to, payload);
            case Effect.Deliver delivery -> listeners.forEach(each -> each.invalidated(delivery));
            case Effect.Overrun overrun -> listeners.forEach(each -> each.overrun(overrun));
            case Effect.Watermark mark -> listeners.forEach(each -> each.proven(mark));
            case Effect.Renewed(var incarnation) ->
                    log.warn(
                            "an earlier run of this member is ahead: its log is {} now",
                            incarnation);
            case Effect.Rejected(var from, var why) ->
                    log.warn("rejected invalidations from {}: {}", from, why);
            case Effect.WakeAt(var nanos) -> wakeAt(nanos, now);
        }
    }

    private void wakeAt(long nanos, long now) {
        wakeNanos = nanos;
        if (nanos < alarmNanos) {
            alarmNanos = nanos;
            alarm.after(Math.max(0, nanos - now), () -> lane.execute(() -> ring(nanos)));
        }
    }

    /** An alarm that an earlier one has overtaken finds another time here, and is over. */
    private void ring(long nanos) {
        if (nanos != alarmNanos || closed) {
            return;
        }
        alarmNanos = NO_ALARM;
        long now = nanoClock.getAsLong();
        if (wakeNanos <= now) {
            wakeNanos = NO_ALARM;
            step(Event.TimePassed::new);
        } else {
            wakeAt(wakeNanos, now);
        }
    }

    /** See {@link Dissemination#raced}. */
    public Dissemination machine() {
        return machine;
    }

    /** As of the last heartbeat. */
    public Figures figures() {
        return machine.figures();
    }

    /** Messages that were dropped because too many waited, since the start. */
    public long dropped() {
        return dropped.sum();
    }

    /** Nothing is told or heard from now on. */
    public void close() {
        closed = true;
    }
}
