package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SlotTableTest {
    private static final long POSITIONS = 1L << Integer.SIZE;

    /** How positions lie: evenly, as hashes do, and otherwise, as they may after all. */
    enum Spread {
        EVEN(at -> at),
        LOW(at -> at >>> 18),
        HIGH(at -> POSITIONS - 1 - (at >>> 18)),
        AT_BOTH_ENDS(at -> (at & 1) == 0 ? at >>> 18 : POSITIONS - 1 - (at >>> 18));

        private final LongUnaryOperator place;

        Spread(LongUnaryOperator place) {
            this.place = place;
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyRowIsFoundAndWhatIsNotThereHasItsPlace(Spread spread) {
        for (int size : new int[] {1, 2, 3, 7, 64, 300, 2_000}) {
            TreeSet<Long> positions = new TreeSet<>();
            SplittableRandom random = new SplittableRandom(size);
            for (int i = 0; i < size; i++) {
                positions.add(spread.place.applyAsLong(random.nextLong(POSITIONS)));
            }
            SlotTable table = new SlotTable();
            List<Long> shuffled = new ArrayList<>(positions);
            Collections.shuffle(shuffled, new Random(size));
            for (long position : shuffled) {
                table.insert(table.find(position), position);
            }
            check(table, positions);
        }
    }

    private static void check(SlotTable table, TreeSet<Long> positions) {
        assertThat(table.size()).isEqualTo(positions.size());
        int row = 0;
        for (long position : positions) {
            assertThat(table.find(position)).isEqualTo(row);
            if (position > 0 && !positions.contains(position - 1)) {
                assertThat(table.find(position - 1)).isEqualTo(-1 - row);
            }
            if (!positions.contains(position + 1)) {
                assertThat(table.find(position + 1)).isEqualTo(-2 - row);
            }
            row++;
        }
        assertThat(table.find(POSITIONS)).isEqualTo(-1 - positions.size());
    }
}
