package dev.gossamer.node.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SlotKeysTest {
    private static final Comparator<Bytes> ORDER =
            Comparator.comparing(KeyOrder::of, Integer::compareUnsigned);

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(30) : LongStream.of(fixed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theTableHoldsExactlyWhatWasAddedAndNotRemovedAndStaysSorted(long seed) {
        var random = new SplittableRandom(seed);
        var keys = new SlotKeys();
        Set<Bytes> model = new HashSet<>();
        int universe = random.nextInt(1, 3_000);
        for (int step = 0; step < 4_000; step++) {
            Bytes key = Bytes.utf8("k" + random.nextInt(universe));
            boolean growing = step % 2_000 < 1_200;
            if (random.nextInt(4) < (growing ? 3 : 1)) {
                if (model.add(key)) {
                    keys.add(key);
                }
            } else {
                assertThat(keys.remove(key)).isEqualTo(model.remove(key));
            }
            if (step % 100 == 0) {
                keys.check();
            }
        }
        keys.check();
        assertThat(keys.size()).isEqualTo(model.size());
        assertThat(walk(keys, random.nextInt(1, 50)))
                .containsExactlyInAnyOrderElementsOf(model)
                .isSortedAccordingTo(ORDER);
    }

    @Test
    void aKeyThatStaysIsSeenByAWalkWhileOthersComeAndGo() {
        var random = new SplittableRandom(7);
        var keys = new SlotKeys();
        Set<Bytes> staying = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            staying.add(Bytes.utf8("stays" + i));
        }
        staying.forEach(keys::add);
        Set<Bytes> passing = new HashSet<>();
        List<Bytes> seen = new ArrayList<>();
        long position = 0;
        while (position >= 0) {
            position = keys.collect(position, KeyRanges.END, 5, seen);
            for (int i = 0; i < 20; i++) {
                Bytes key = Bytes.utf8("passes" + random.nextInt(2_000));
                if (passing.add(key)) {
                    keys.add(key);
                } else if (passing.remove(key)) {
                    keys.remove(key);
                }
            }
        }
        assertThat(seen).containsAll(staying).doesNotHaveDuplicates();
    }

    private static List<Bytes> walk(SlotKeys keys, int atOnce) {
        List<Bytes> seen = new ArrayList<>();
        long position = 0;
        while (position >= 0) {
            position = keys.collect(position, KeyRanges.END, atOnce, seen);
        }
        return seen;
    }
}
