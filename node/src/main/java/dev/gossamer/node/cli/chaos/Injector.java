package dev.gossamer.node.cli.chaos;

import dev.gossamer.node.cli.chaos.fault.Fault;
import dev.gossamer.node.cli.chaos.fault.Round;
import dev.gossamer.node.cli.chaos.history.Period;
import dev.gossamer.node.cli.chaos.mesh.Members;
import dev.gossamer.node.cli.chaos.mesh.MeshPlan;
import dev.gossamer.node.cli.chaos.mesh.Network;
import dev.gossamer.node.cli.terminal.CliException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** Does to the members and the network what a round says, and undoes it. */
final class Injector {
    private static final long WATCH_MILLIS = 200;

    private final MeshPlan plan;
    private final Members members;
    private final Network network;
    private final Wholeness wholeness;
    private final Function<Set<Integer>, Set<String>> keysOf;
    private final LongSupplier nanoClock;

    /**
     * @param keysOf the keys whose primary is one of some members now
     */
    Injector(
            MeshPlan plan,
            Members members,
            Network network,
            Wholeness wholeness,
            Function<Set<Integer>, Set<String>> keysOf,
            LongSupplier nanoClock) {
        this.plan = plan;
        this.members = members;
        this.network = network;
        this.wholeness = wholeness;
        this.keysOf = keysOf;
        this.nanoClock = nanoClock;
    }

    /**
     * Injects all faults of a round and returns when the last one is undone.
     *
     * @param watch is called several times a second
     * @throws CliException when a fault could not be injected or undone
     */
    List<Injected> run(Round round, Runnable watch) throws InterruptedException {
        List<Injected> injected = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Injected>> running = new ArrayList<>();
            for (Fault fault : round.faults()) {
                running.add(threads.submit(() -> run(fault)));
            }
            for (Future<Injected> one : running) {
                injected.add(await(one, watch));
            }
            return injected;
        } catch (ExecutionException e) {
            String why = e.getCause() instanceof CliException known ? known.getMessage() : null;
            throw new CliException(why == null ? "a fault failed: " + e.getCause() : why, e);
        }
    }

    private static Injected await(Future<Injected> one, Runnable watch)
            throws InterruptedException, ExecutionException {
        while (true) {
            try {
                return one.get(WATCH_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException _) {
                watch.run();
            }
        }
    }

    private Injected run(Fault fault) throws InterruptedException {
        pause(fault.delay());
        Set<String> hit = keysOf.apply(fault.victims());
        long start = nanoClock.getAsLong();
        switch (fault.kind()) {
            case KILL -> kill(fault);
            case PAUSE -> freeze(fault);
            case RESTART -> restart(fault);
            case PARTITION, ISOLATE, ONE_WAY, CUT, LOSS, SLOW -> disturb(fault);
            case ROLLING -> roll(fault);
            case JOIN_LEAVE -> joinAndLeave(fault);
        }
        return new Injected(fault, new Period(start, nanoClock.getAsLong()), hit);
    }

    private void kill(Fault fault) throws InterruptedException {
        members.kill(fault.victims());
        pause(fault.length());
        fault.victims().forEach(members::start);
    }

    private void freeze(Fault fault) throws InterruptedException {
        members.pause(fault.victims());
        pause(fault.length());
        members.resume(fault.victims());
    }

    private void restart(Fault fault) throws InterruptedException {
        fault.victims().forEach(this::end);
        pause(fault.length());
        fault.victims().forEach(members::start);
    }

    private void end(int member) {
        if (!members.end(member)) {
            throw new CliException(plan.nameOf(member) + " did not end when it was told to");
        }
    }

    private void disturb(Fault fault) throws InterruptedException {
        network.apply(fault.links());
        pause(fault.length());
        network.undo(fault.links());
    }

    private void roll(Fault fault) throws InterruptedException {
        for (int member = 0; member < plan.members(); member++) {
            end(member);
            members.start(member);
            requireWhole();
            pause(fault.length());
        }
    }

    private void joinAndLeave(Fault fault) throws InterruptedException {
        int guest = plan.members();
        members.start(guest);
        requireWholeUnlessOthersAreHurt();
        pause(fault.length());
        end(guest);
    }

    private void requireWhole() {
        if (wholeness.await(() -> {}).isEmpty()) {
            throw new CliException("the mesh did not become whole during a rolling restart");
        }
    }

    /** Another fault of the round may keep the mesh from it; the end of the round tells. */
    private void requireWholeUnlessOthersAreHurt() {
        Optional<Duration> _ = wholeness.await(() -> {});
    }

    private static void pause(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }
}
