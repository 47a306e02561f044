package dev.gossamer.node.mesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.net.EventLoops;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DeadlineWheelTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private EventLoops loops;
    private EventLoop loop;
    private DeadlineWheel wheel;

    /** Notes when it expired. */
    private static final class Noted extends DeadlineWheel.Deadline {
        volatile long expiredNanos;
        final AtomicInteger times = new AtomicInteger();
        private final Runnable then;

        Noted(Runnable then) {
            this.then = then;
        }

        Noted() {
            this(() -> {});
        }

        @Override
        protected void expired() {
            expiredNanos = System.nanoTime();
            times.incrementAndGet();
            then.run();
        }
    }

    @BeforeEach
    void open() throws IOException {
        loops = EventLoops.start(Optional.of(EventLoops.Kind.EPOLL), 1);
        loop = (EventLoop) loops.group().iterator().next();
        wheel =
                new DeadlineWheel(
                        (nanos, tick) -> {
                            var _ = loop.schedule(tick, nanos, TimeUnit.NANOSECONDS);
                        },
                        System::nanoTime);
    }

    @AfterEach
    void close() {
        loops.close();
    }

    private void onLoop(Runnable work) {
        loop.submit(work).syncUninterruptibly();
    }

    @Test
    void eachExpiresOnceAndNeverEarlyWhetherWithinOneTurnOrBeyond() {
        SplittableRandom random = new SplittableRandom(Long.getLong("seed", 1));
        List<Noted> all = new ArrayList<>();
        List<Long> due = new ArrayList<>();
        onLoop(() -> {
            for (int i = 0; i < 500; i++) {
                Noted noted = new Noted();
                // A turn of the wheel takes 5.12 s: one of them lies beyond it.
                long after = i == 0 ? 5_300 * MILLI : random.nextLong(300 * MILLI);
                all.add(noted);
                due.add(System.nanoTime() + after);
                wheel.add(noted, due.getLast());
            }
        });
        TestClock.await(() -> all.stream().allMatch(noted -> noted.times.get() > 0));
        for (int i = 0; i < all.size(); i++) {
            assertThat(all.get(i).times).hasValue(1);
            assertThat(all.get(i).expiredNanos).isGreaterThanOrEqualTo(due.get(i));
        }
    }

    @Test
    void whatWasCancelledOrMovedDoesNotExpireAtItsOldTime() {
        Noted cancelled = new Noted();
        Noted moved = new Noted();
        Noted after = new Noted();
        long begun = System.nanoTime();
        onLoop(() -> {
            wheel.add(cancelled, begun + 20 * MILLI);
            wheel.add(moved, begun + 20 * MILLI);
            wheel.add(after, begun + 60 * MILLI);
            wheel.add(moved, begun + 120 * MILLI);
            cancelled.cancel();
            cancelled.cancel();
        });
        TestClock.await(() -> moved.times.get() > 0);
        assertThat(after.times).hasValue(1);
        assertThat(moved.expiredNanos - begun).isGreaterThanOrEqualTo(120 * MILLI);
        assertThat(cancelled.times).hasValue(0);
    }

    @Test
    void oneThatExpiresMayCancelAndAddOthers() {
        Noted victim = new Noted();
        Noted added = new Noted();
        long at = System.nanoTime() + 20 * MILLI;
        // The later one was added last and stands first in the list of its tick.
        Noted first =
                new Noted(() -> {
                    victim.cancel();
                    wheel.add(added, System.nanoTime());
                });
        onLoop(() -> {
            wheel.add(victim, at);
            wheel.add(first, at);
        });
        TestClock.await(() -> added.times.get() > 0);
        assertThat(first.times).hasValue(1);
        assertThat(victim.times).hasValue(0);
        Noted later = new Noted();
        onLoop(() -> wheel.add(later, System.nanoTime()));
        TestClock.await(() -> later.times.get() > 0);
    }
}
