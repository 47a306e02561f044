package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A loop does so much in one pass, and the rest, in order, in those that follow. */
class PortionsTest {
    private static final int SIZE = 3;

    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final SingleThreadIoEventLoop loop = (SingleThreadIoEventLoop) group.next();
    private final AtomicLong nanos = new AtomicLong();
    private final Portions portions = new Portions(loop, SIZE, nanos::get);

    /** The rest is the loop's. */
    private final List<Integer> done = new ArrayList<>();

    private final List<Integer> passes = new ArrayList<>();
    private int pass;

    @AfterEach
    void end() throws InterruptedException {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).await();
    }

    private <T> T onLoop(Callable<T> work) throws Exception {
        return loop.submit(work).get(10, TimeUnit.SECONDS);
    }

    /** Notes what was done, and in which pass. */
    private void note(int number) {
        if (passes.isEmpty() || passes.getLast() != pass) {
            loop.executeAfterEventLoopIteration(() -> pass++);
        }
        done.add(number);
        passes.add(pass);
    }

    private void addAll(int from, int to) {
        for (int i = from; i < to; i++) {
            int number = i;
            portions.add(() -> note(number));
        }
    }

    private CompletableFuture<Void> adding(int from, int to) {
        CompletableFuture<Void> last = new CompletableFuture<>();
        addAll(from, to);
        portions.add(() -> last.complete(null));
        return last;
    }

    private static List<Integer> numbers(int to) {
        return IntStream.range(0, to).boxed().toList();
    }

    @Test
    void onePassDoesNoMoreThanOnePortionAndNothingIsLostOrOvertaken() throws Exception {
        onLoop(() -> adding(0, 20)).get(10, TimeUnit.SECONDS);
        assertThat(onLoop(() -> List.copyOf(done))).isEqualTo(numbers(20));
        List<Integer> seen = onLoop(() -> List.copyOf(passes));
        assertThat(seen).allMatch(each -> Collections.frequency(seen, each) <= SIZE);
    }

    /** Else a loop that is busy with its sockets would leave hardly anything to the disk. */
    @Test
    void whereEverythingElseTakesLongAnEighthOfThatIsThereForWhatWaits() throws Exception {
        int nanosOfOne = 10;
        int nanosOfOthers = 800;
        CompletableFuture<Void> end = new CompletableFuture<>();
        onLoop(() -> {
            everyPass(() -> nanos.addAndGet(nanosOfOthers), end);
            for (int i = 0; i < 100; i++) {
                int number = i;
                portions.add(() -> {
                    nanos.addAndGet(nanosOfOne);
                    note(number);
                });
            }
            portions.add(() -> end.complete(null));
            return null;
        });
        end.get(10, TimeUnit.SECONDS);
        assertThat(onLoop(() -> List.copyOf(done))).isEqualTo(numbers(100));
        List<Integer> seen = onLoop(() -> List.copyOf(passes));
        int fitting = nanosOfOthers / 8 / nanosOfOne;
        assertThat(seen).allMatch(each -> Collections.frequency(seen, each) <= fitting);
        assertThat(seen.stream().distinct()).hasSizeLessThanOrEqualTo(100 / fitting + 2);
    }

    /** Before anything that waits. */
    private void everyPass(Runnable work, CompletableFuture<Void> end) {
        loop.executeAfterEventLoopIteration(() ->
                loop.execute(() -> {
                    work.run();
                    if (!end.isDone()) {
                        everyPass(work, end);
                    }
                }));
    }

    @Test
    void whatFitsIsDoneAtOnce() throws Exception {
        assertThat(
                        onLoop(() -> {
                            addAll(0, SIZE);
                            return List.copyOf(done);
                        }))
                .isEqualTo(numbers(SIZE));
    }

    /** As the answers of a disk do that come while earlier ones still wait. */
    @Test
    void whatIsAddedWhileSomethingWaitsComesAfterIt() throws Exception {
        CompletableFuture<Void> second = new CompletableFuture<>();
        onLoop(() -> {
            addAll(0, 10);
            loop.execute(() -> addAll(10, 12));
            // In the next pass, before what waits for it.
            loop.executeAfterEventLoopIteration(
                    () -> loop.execute(() -> adding(12, 20).thenRun(() -> second.complete(null))));
            return null;
        });
        second.get(10, TimeUnit.SECONDS);
        assertThat(onLoop(() -> List.copyOf(done))).isEqualTo(numbers(20));
    }

    /** Who is asked by what is done may ask again. */
    @Test
    void whatIsDoneMayAddMore() throws Exception {
        CompletableFuture<Void> end = new CompletableFuture<>();
        onLoop(() -> {
            addAgain(0, 50, end);
            return null;
        });
        end.get(10, TimeUnit.SECONDS);
        assertThat(onLoop(() -> List.copyOf(done))).isEqualTo(numbers(50));
    }

    private void addAgain(int number, int to, CompletableFuture<Void> end) {
        if (number == to) {
            end.complete(null);
            return;
        }
        portions.add(() -> {
            note(number);
            addAgain(number + 1, to, end);
        });
    }

    @Test
    void whenItIsClosedNothingWaitsAnyMore() throws Exception {
        assertThat(
                        onLoop(() -> {
                            addAll(0, 10);
                            portions.close();
                            addAll(10, 20);
                            return List.copyOf(done);
                        }))
                .isEqualTo(numbers(20));
    }

    @Test
    void onALoopThatHasEndedEverythingIsDoneAtOnce() throws Exception {
        end();
        for (int i = 0; i < 10; i++) {
            int number = i;
            portions.add(() -> done.add(number));
        }
        assertThat(done).isEqualTo(numbers(10));
    }
}
