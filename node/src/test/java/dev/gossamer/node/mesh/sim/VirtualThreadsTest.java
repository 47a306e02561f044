package dev.gossamer.node.mesh.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class VirtualThreadsTest {
    private final Object shared = new Object();
    private final CountDownLatch taken = new CountDownLatch(1);

    /** Two simulations share the JDK's monitors, such as that of its list of cleaners. */
    @Test
    void aMonitorThatAnotherSimulationHoldsStopsNoneForEver() throws InterruptedException {
        Thread simulation = Thread.ofPlatform().daemon().unstarted(this::simulate);
        Thread other = Thread.ofPlatform().daemon().start(() -> holdUntilWantedBy(simulation));
        taken.await();
        simulation.start();
        assertThat(simulation.join(Duration.ofSeconds(20))).as("it went on").isTrue();
        other.join();
    }

    private void simulate() {
        BlockingQueue<Runnable> steps = new LinkedBlockingQueue<>();
        VirtualThreads.start("simulated", steps::add, this::lockAndUnlock);
        steps.remove().run();
        lockAndUnlock();
    }

    private void lockAndUnlock() {
        synchronized (shared) {
            taken.countDown();
        }
    }

    private void holdUntilWantedBy(Thread simulation) {
        synchronized (shared) {
            taken.countDown();
            while (simulation.getState() != Thread.State.BLOCKED) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void whatASimulatedThreadSaysIsNotLogged() {
        Logger log = LoggerFactory.getLogger(VirtualThreadsTest.class);
        boolean[] isLogged = {true};
        ArrayDeque<Runnable> steps = new ArrayDeque<>();
        VirtualThreads.start("quiet", steps::add, () -> isLogged[0] = log.isErrorEnabled());
        while (!steps.isEmpty()) {
            steps.remove().run();
        }
        assertThat(isLogged[0]).isFalse();
        assertThat(log.isErrorEnabled()).isTrue();
    }
}
