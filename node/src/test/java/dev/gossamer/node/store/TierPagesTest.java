package dev.gossamer.node.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is here all the while is listed, in whichever tier it is found. */
class TierPagesTest {
    private static final int KEYS = 40;
    private static final int SLOT = key(0).slotIndex();
    private static final int COPIES = 2;

    private final MemoryTier memory =
            new MemoryTier(
                    new MemorySettings(1L << 20, 1L << 20),
                    () -> 0L,
                    () -> 1L,
                    _ -> COPIES,
                    new SimpleMeterRegistry());
    private final RestingEntries below = new RestingEntries(memory.accounts(), _ -> COPIES);
    private final Tiers tiers = new Tiers(memory, below);
    private long clock;

    private static Bytes key(int i) {
        return Bytes.utf8("{s}" + i);
    }

    private void put(Bytes key) {
        Version version = new Version(1, ++clock, new MemberId(1));
        memory.put(key, Entry.of(new byte[20_000], version, Entry.NEVER));
    }

    @BeforeEach
    void fill() {
        IntStream.range(0, KEYS).forEach(i -> put(key(i)));
    }

    /** Most of what stands in memory has to rest below then. */
    private void others() {
        for (int i = 0; i < 500; i++) {
            put(Bytes.utf8("other" + i % 200));
            memory.findOrNull(Bytes.utf8("other" + i % 200));
        }
    }

    private void raiseAll() {
        for (int i = 0; i < KEYS; i++) {
            tiers.warm(SLOT, key(i), () -> {});
        }
    }

    private List<Bytes> listed(boolean whole) {
        return tiers
                .pageFrom(SLOT, 0, KeyRanges.END, 1_000, _ -> true, Long.MAX_VALUE, whole)
                .items()
                .stream()
                .map(LowerTier.RestedItem::key)
                .toList();
    }

    private void assertAllListed() {
        List<Bytes> all = IntStream.range(0, KEYS).mapToObj(TierPagesTest::key).toList();
        assertThat(listed(false)).containsExactlyInAnyOrderElementsOf(all);
        assertThat(listed(true)).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void whatSinksOnceItWasSeenBelowThatItIsNotThere() {
        below.afterListing = this::others;

        assertAllListed();
        assertThat(below.liveCount(SLOT)).isPositive();
    }

    @Test
    void whatRisesBeforeItIsRead() {
        others();
        assertThat(below.liveCount(SLOT)).isPositive();
        below.beforeReading = this::raiseAll;

        assertAllListed();
    }

    @Test
    void whatIsReplacedBeforeItIsRead() {
        others();
        below.beforeReading = () -> IntStream.range(0, KEYS).forEach(i -> put(key(i)));

        assertAllListed();
    }

    @Test
    void theDigestsOfRangesAreThoseOfTheSlotThoughEntriesMove() {
        long digest = memory.digest(SLOT, 0);
        below.afterListing = this::others;

        long sum = 0;
        for (long range : tiers.rangeDigests(SLOT, 0, 8)) {
            sum ^= range;
        }
        assertThat(below.liveCount(SLOT)).isPositive();
        assertThat(sum).isEqualTo(digest).isEqualTo(memory.digest(SLOT, 0));
    }
}
