package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.LowerAccounts;
import dev.gossamer.node.store.disk.format.Compression;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who is worth the room of what rests on the SSD. */
class WeakestTest {
    private static final int RESTING = 2_000;
    private static final long NEWCOMER = 1L << 62;

    private final Popularity popularity = new Popularity(64 << 20, 16 << 20);
    private final DiskIndex index =
            new DiskIndex(new OneCache(), new NoAccounts(), new Frames(4, 1 << 20));
    private final Weakest weakest = new Weakest(index, popularity, new SplittableRandom(5));

    private record OneCache(List<Named> all) implements DiskCaches {
        OneCache() {
            this(List.of(new Named("default", 1, rules())));
        }

        private static DiskRules rules() {
            return new DiskRules(
                    DiskRules.Policy.ON_EVICTION, Compression.NONE, 0, 1 << 20, Duration.ZERO);
        }

        @Override
        public int indexOf(Bytes key) {
            return 0;
        }
    }

    private record NoAccounts() implements LowerAccounts {
        @Override
        public void mixed(int slot, int copies, long position, Version version) {}

        @Override
        public void mixed(int slot, int copies, long mix) {}

        @Override
        public void lost(int slot) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void letGo(int slot, long clock) {}
    }

    /** Rests here from now on, and was offered so often. */
    private void rests(int number, int offers) {
        int slot = slotOf(number);
        Version version = new Version(1, number + 1L, new MemberId(7));
        synchronized (index.lock(slot)) {
            index.put(slot, number, version, 0, 0, Marks.STAGED);
        }
        offer(placeOf(number), offers);
    }

    private static int slotOf(int number) {
        return number * 7 % Slot.COUNT;
    }

    private static long placeOf(int number) {
        return Change.placeOf(slotOf(number), number);
    }

    private void offer(long place, int times) {
        for (int i = 0; i < times; i++) {
            popularity.offered(place);
        }
    }

    @Test
    void whileThereIsRoomWhateverComesIsWorthIt() {
        IntStream.range(0, RESTING).forEach(each -> rests(each, 3));
        weakest.look(false);
        assertThat(weakest.offered(NEWCOMER)).isTrue();
        assertThat(weakest.median()).isNegative();
    }

    @Test
    void aNewcomerMustHaveBeenOfferedMoreOftenThanTheWeakestBeforeItIsOfferedNow() {
        IntStream.range(0, RESTING).forEach(each -> rests(each, each % 10 == 0 ? 2 : 6));
        weakest.look(true);
        assertThat(weakest.offered(NEWCOMER)).as("for the first time").isFalse();
        assertThat(weakest.offered(NEWCOMER)).as("once before").isFalse();
        assertThat(weakest.offered(NEWCOMER)).as("as often as the weakest before").isFalse();
        assertThat(weakest.offered(NEWCOMER)).as("more often before").isTrue();
    }

    @Test
    void theMedianIsThatOfEverythingAndNotOfOneCorner() {
        IntStream.range(0, RESTING).forEach(each -> rests(each, each < RESTING / 3 ? 1 : 5));
        weakest.look(true);
        assertThat(weakest.median()).isEqualTo(5);
        IntStream.range(RESTING, 2 * RESTING).forEach(each -> rests(each, 3));
        weakest.look(true);
        assertThat(weakest.median()).as("half as many again were offered 3 times").isEqualTo(3);
    }

    @Test
    void rowsAreDrawnAnewOnceAsManyWereOffered() {
        IntStream.range(0, RESTING).forEach(each -> rests(each, 1));
        weakest.look(true);
        IntStream.range(0, RESTING).forEach(each -> offer(placeOf(each), 2));
        assertThat(weakest.median()).isEqualTo(1);
        weakest.look(true);
        assertThat(weakest.median()).isEqualTo(3);
        offer(NEWCOMER, Weakest.DRAWN - 1);
        IntStream.range(0, RESTING)
                .forEach(each -> {
                    synchronized (index.lock(slotOf(each))) {
                        index.remove(slotOf(each), index.find(slotOf(each), each), false);
                    }
                });
        weakest.look(true);
        assertThat(weakest.median()).as("not yet").isEqualTo(3);
        offer(NEWCOMER, 1);
        weakest.look(true);
        assertThat(weakest.median()).as("nothing rests here any more").isNegative();
        assertThat(weakest.offered(NEWCOMER + 1)).isTrue();
    }

    @Test
    void aSeedIsAWholeRun() {
        SplittableRandom counts = new SplittableRandom(9);
        IntStream.range(0, RESTING).forEach(each -> rests(each, counts.nextInt(12)));
        weakest.look(true);
        Weakest again = new Weakest(index, popularity, new SplittableRandom(5));
        again.look(true);
        assertThat(again.median()).isEqualTo(weakest.median());
        assertThat(weakest.median()).isBetween(4, 7);
    }

    @Test
    void manyMayOfferWhileRowsComeAndGoAndAreDrawn()
            throws InterruptedException, ExecutionException {
        IntStream.range(0, RESTING).forEach(each -> rests(each, 2));
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Callable<Integer>> work =
                    List.of(() -> offerAll(3), () -> offerAll(4), this::comeAndGo);
            List<Future<Integer>> done = work.stream().map(threads::submit).toList();
            while (done.stream().anyMatch(each -> !each.isDone())) {
                weakest.look(true);
                assertThat(weakest.median()).isBetween(0, Popularity.COUNT_MAX);
            }
            for (Future<Integer> each : done) {
                assertThat(each.get()).isEqualTo(RESTING);
            }
        }
        weakest.look(true);
        assertThat(weakest.offered(NEWCOMER)).isFalse();
    }

    private int offerAll(int times) {
        for (int i = 0; i < times; i++) {
            IntStream.range(0, RESTING).forEach(each -> weakest.offered(placeOf(each)));
        }
        return RESTING;
    }

    private int comeAndGo() {
        for (int number = RESTING; number < 2 * RESTING; number++) {
            rests(number, 1);
            int slot = slotOf(number);
            synchronized (index.lock(slot)) {
                index.remove(slot, index.find(slot, number), false);
            }
        }
        return RESTING;
    }
}
