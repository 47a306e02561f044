package dev.gossamer.node.cli.chaos.load;

import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.Recorder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Many sessions at once, each on a thread of its own, at a steady rate altogether; a session that
 * waited long does not catch up. Every call is recorded. Every other session has near copies of its
 * own; the others ask any member for what may be older.
 */
public final class Crowd implements AutoCloseable {
    /** Of all calls; the others are for the primary, and of those: */
    private static final double WITHIN_PART = 0.35;

    private static final double GET_PART = 0.45;
    private static final double PUT_PART = 0.35;
    private static final double ADD_PART = 0.08;

    /** Far more than the keys of a campaign take. */
    private static final long NEAR_BYTES_MAX = 64L << 20;

    private final Plan plan;
    private final Recorder recorder;
    private final LongSupplier nanoClock;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final LongAdder served = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final AtomicReference<Optional<Throwable>> defect =
            new AtomicReference<>(Optional.empty());

    /**
     * What the sessions do.
     *
     * @param ratePerSecond calls of all sessions together
     */
    public record Plan(String uri, int clients, KeySet keys, int ratePerSecond, long seed) {
        public Plan {
            if (clients < 1 || clients > 1_000) {
                throw new IllegalArgumentException(
                        "--clients " + clients + " is outside [1, 1000]");
            }
            if (ratePerSecond < 1) {
                throw new IllegalArgumentException("--rate " + ratePerSecond + " is less than 1");
            }
        }
    }

    public Crowd(Plan plan, Recorder recorder, LongSupplier nanoClock) {
        this.plan = plan;
        this.recorder = recorder;
        this.nanoClock = nanoClock;
    }

    /** Starts all sessions. */
    public void start() {
        SplittableRandom random = new SplittableRandom(plan.seed());
        for (int client = 0; client < plan.clients(); client++) {
            int number = client;
            SplittableRandom own = random.split();
            Thread thread = new Thread(() -> run(number, own), "chaos-client-" + number);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void run(int number, SplittableRandom random) {
        try (Session session = new Session(number, plan.uri(), nearBytesMax(number), nanoClock)) {
            long intervalNanos = TimeUnit.SECONDS.toNanos(plan.clients()) / plan.ratePerSecond();
            long next = nanoClock.getAsLong() + random.nextLong(intervalNanos + 1);
            boolean room = true;
            while (room && !stoppedBy(next)) {
                Call call = next(session, random);
                (call.answered() ? served : failed).increment();
                room = recorder.record(call);
                next = Math.max(next + intervalNanos, nanoClock.getAsLong());
            }
        } catch (RuntimeException e) {
            defect.set(Optional.of(e)); // the campaign ends with it
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Half of the sessions keep near copies. */
    private static long nearBytesMax(int number) {
        return number % 2 == 0 ? NEAR_BYTES_MAX : 0;
    }

    private Call next(Session session, SplittableRandom random) {
        if (random.nextDouble() >= WITHIN_PART) {
            return session.call(action(random), plan.keys().any(random));
        }
        Bound bound = random.nextBoolean() ? Bound.SHORT : Bound.LONG;
        return session.read(plan.keys().anyToRead(random), bound);
    }

    private boolean stoppedBy(long nanos) throws InterruptedException {
        return stop.await(Math.max(0, nanos - nanoClock.getAsLong()), TimeUnit.NANOSECONDS);
    }

    private static Action action(SplittableRandom random) {
        double draw = random.nextDouble();
        if (draw < GET_PART) {
            return Action.GET;
        }
        if (draw < GET_PART + PUT_PART) {
            return Action.PUT;
        }
        return draw < GET_PART + PUT_PART + ADD_PART ? Action.PUT_IF_ABSENT : Action.REMOVE;
    }

    /** Calls that were answered so far. */
    public long served() {
        return served.sum();
    }

    /** Calls that were refused or whose outcome is unknown so far. */
    public long failed() {
        return failed.sum();
    }

    /** What ended a session that should not have ended. */
    public Optional<Throwable> defect() {
        return defect.get();
    }

    /** Whether a session has ended, for its defect or because there is no room for more calls. */
    public boolean ended() {
        return threads.stream().anyMatch(thread -> !thread.isAlive());
    }

    /** Ends all sessions and waits for their last calls; an interrupted caller waits no longer. */
    @Override
    public void close() {
        stop.countDown();
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
