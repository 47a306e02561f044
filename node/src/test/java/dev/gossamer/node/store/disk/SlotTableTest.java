package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
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

    @ParameterizedTest
    @EnumSource
    void whoHasOnlyTheArrayFindsWhatTheTableDoes(Spread spread) {
        SplittableRandom random = new SplittableRandom(spread.ordinal());
        TreeSet<Long> positions = new TreeSet<>();
        SlotTable table = new SlotTable();
        for (int change = 0; change < 2_000; change++) {
            long position = spread.place.applyAsLong(random.nextLong(POSITIONS));
            Long gone = positions.ceiling(position);
            if (random.nextInt(5) < 2 && gone != null) {
                positions.remove(gone);
                table.remove(table.find(gone));
            } else if (positions.add(position)) {
                int row = table.insert(table.find(position), position);
                table.setVersion(row, position + 1, (char) row);
                table.setWhere(row, position + 2);
                table.setMarks(row, Marks.USED);
            }
        }
        check(table, positions);
        SlotTable added = new SlotTable();
        added.append(POSITIONS - 1, POSITIONS, (char) 7, POSITIONS + 1, Marks.VOID);
        if (!positions.add(POSITIONS - 1)) {
            table.remove(table.find(POSITIONS - 1));
        }
        table.merge(added);
        check(table, positions);
        byte[] rows = table.rows();
        for (long position : positions) {
            int row = SlotTable.find(rows, position);
            assertThat(SlotTable.clock(rows, row)).isEqualTo(position + 1);
            assertThat(SlotTable.where(rows, row)).isEqualTo(position + 2);
            assertThat(SlotTable.stamp(rows, row)).isEqualTo(table.stamp(row));
            assertThat(SlotTable.marks(rows, row)).isEqualTo(table.marks(row));
        }
        table.removeMarked(Marks.USED);
        check(table, new TreeSet<>(Set.of(POSITIONS - 1)));
        table.removeMarked(Marks.VOID);
        check(table, new TreeSet<>());
    }

    private static void check(SlotTable table, TreeSet<Long> positions) {
        assertThat(table.size()).isEqualTo(positions.size());
        int row = 0;
        for (long position : positions) {
            assertThat(table.find(position)).isEqualTo(row);
            assertThat(SlotTable.find(table.rows(), position)).isEqualTo(row);
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
