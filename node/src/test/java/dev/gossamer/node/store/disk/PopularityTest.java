package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How often places were offered, more or less. */
class PopularityTest {
    private static final int ENTRIES = 4_096;
    private static final long BUDGET = ENTRIES * 4_096L;
    private static final long INDEX_BYTES = 1 << 30;

    private final Popularity popularity = new Popularity(BUDGET, INDEX_BYTES);

    private void offer(long place, int times) {
        for (int i = 0; i < times; i++) {
            popularity.offered(place);
        }
    }

    @Test
    void aPlaceWasOfferedAsOftenAsItWasAndAtMostFifteenTimes() {
        for (int before = 0; before < 20; before++) {
            int counted = Math.min(before, Popularity.COUNT_MAX);
            assertThat(popularity.count(77)).isEqualTo(counted);
            assertThat(popularity.offered(77)).isEqualTo(counted);
        }
        assertThat(popularity.count(78)).isZero();
    }

    @Test
    void noPlaceCountsForLessThanItWasOfferedAndFewForMoreThanThat() {
        SplittableRandom random = new SplittableRandom(11);
        int[] offers = new int[4 * ENTRIES];
        for (int place = 0; place < offers.length; place++) {
            offers[place] = random.nextInt(4);
            offer(place, offers[place]);
        }
        int tooMany = 0;
        for (int place = 0; place < offers.length; place++) {
            assertThat(popularity.count(place)).isGreaterThanOrEqualTo(offers[place]);
            tooMany += popularity.count(place) > offers[place] ? 1 : 0;
        }
        assertThat(tooMany).isLessThan(offers.length / 16);
    }

    @Test
    void whatWasPopularOnceGivesWay() {
        offer(77, 8);
        IntStream.range(1_000, 1_000 + 10 * ENTRIES - 9).forEach(each -> offer(each, 1));
        popularity.age();
        assertThat(popularity.count(77)).as("not yet").isEqualTo(8);
        offer(78, 1);
        popularity.age();
        assertThat(popularity.count(77)).isEqualTo(4);
        popularity.age();
        assertThat(popularity.count(77)).as("once").isEqualTo(4);
    }

    @Test
    void anIndexThatHasRoomForFewEntriesBoundsIt() {
        Popularity small = new Popularity(1L << 50, 22L * ENTRIES);
        Popularity large = new Popularity(1L << 30, INDEX_BYTES);
        for (int place = 0; place < 64 * ENTRIES; place++) {
            small.offered(place);
            large.offered(place);
        }
        assertThat(small.count(1L << 40)).as("so few counters are all taken").isPositive();
        assertThat(large.count(1L << 40)).isZero();
    }
}
