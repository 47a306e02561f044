package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.EntryMix;
import dev.gossamer.node.store.LowerAccounts;
import dev.gossamer.node.store.disk.DiskRules.Policy;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that are brought together are as if each had come alone. */
class SlotFillTest {
    private static final int SLOT = 77;
    private static final int POSITIONS = 3_000;

    /** An index, with what it told others. */
    private static final class Told implements LowerAccounts, DiskIndex.Pointed {
        final DiskIndex index = new DiskIndex(new TwoCaches(), this, this);
        final long[] mixes = new long[4];
        long pointedBytes;

        @Override
        public void mixed(int slot, int copies, long position, Version version) {
            mixed(
                    slot,
                    copies,
                    EntryMix.of(
                            slot,
                            position,
                            version.epoch(),
                            version.clock(),
                            version.member().value()));
        }

        @Override
        public void mixed(int slot, int copies, long mix) {
            mixes[copies] ^= mix;
        }

        @Override
        public void lost(int slot) {}

        @Override
        public void letGo(int slot, long clock) {}

        @Override
        public void pointed(long address, long bytes) {
            pointedBytes += bytes;
        }
    }

    private static final class TwoCaches implements DiskCaches {
        private static final List<Named> ALL =
                List.of(
                        new Named("default", 2, DiskLab.rules(Policy.WRITE_THROUGH)),
                        new Named("users", 3, DiskLab.rules(Policy.WRITE_THROUGH)));

        @Override
        public int indexOf(Bytes key) {
            return 0;
        }

        @Override
        public List<Named> all() {
            return ALL;
        }
    }

    private final Told together = new Told();
    private final Told alone = new Told();

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void manyRowsAreAsIfEachHadComeAlone(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (SlotFill fill = new SlotFill(together.index)) {
            for (int batch = 0; batch < 8; batch++) {
                bring(random, fill, random.nextInt(1, 400));
                checkSame();
            }
        }
        together.index.removeVoid(SLOT);
        alone.index.removeVoid(SLOT);
        checkSame();
        assertThat(together.index.heapBytes()).isLessThanOrEqualTo(together.index.rows() * 24);
        together.index.loseAll();
        assertThat(together.mixes).containsOnly(0);
        assertThat(together.pointedBytes).isZero();
        assertThat(together.index.counted()).isZero();
        assertThat(together.index.cacheBytes(0) + together.index.cacheBytes(1)).isZero();
        assertThat(together.index.heapBytes()).isZero();
    }

    /** Not only who asks for the table, whose array is another after some of the changes. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whoAsksForTheRowsOfASlotSeesEachChange(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        DiskIndex index = alone.index;
        TreeMap<Long, Long> places = new TreeMap<>();
        for (int change = 0; change < 5_000; change++) {
            // For a while there are more and more of them, then fewer and fewer.
            boolean grows = change / 500 % 2 == 0;
            long position = random.nextLong(POSITIONS);
            Long near = places.ceilingKey(position);
            long where = Where.of(random.nextLong(1_000) * 4_096, 128);
            if (near != null && random.nextInt(3) == 0) {
                index.move(SLOT, index.find(SLOT, near), where);
                places.put(near, where);
            } else if (near != null && random.nextInt(4) < (grows ? 1 : 3)) {
                index.remove(SLOT, index.find(SLOT, near), true);
                places.remove(near);
            } else {
                Version version = new Version(1, change, new MemberId(7));
                index.put(SLOT, position, version, 0, where, 0);
                places.put(position, where);
            }
            assertThat(index.rowsOrNull(SLOT) == null).isEqualTo(places.isEmpty());
            for (Map.Entry<Long, Long> place : places.tailMap(position).entrySet()) {
                byte[] rows = index.rowsOrNull(SLOT);
                int row = SlotTable.find(rows, place.getKey());
                assertThat(SlotTable.where(rows, row)).isEqualTo(place.getValue());
            }
        }
    }

    private void bring(SplittableRandom random, SlotFill fill, int count) {
        TreeSet<Long> positions = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            positions.add((long) random.nextInt(POSITIONS) * ((1L << 32) / POSITIONS));
        }
        fill.begin(SLOT);
        for (long position : positions) {
            boolean isFree = alone.index.find(SLOT, position) < 0;
            assertThat(fill.isFree(position)).isEqualTo(isFree);
            if (isFree) {
                bring(random, fill, position);
            }
        }
        fill.end();
    }

    private void bring(SplittableRandom random, SlotFill fill, long position) {
        if (random.nextInt(5) == 0) {
            fill.addVoid(position);
            alone.index.put(SLOT, position, Version.NONE, 0, 0, Marks.VOID);
            return;
        }
        int cache = random.nextInt(2);
        long where = Where.of(32L * random.nextInt(1 << 20), 32L * random.nextInt(1, 100));
        MemberId member = new MemberId(random.nextInt(3));
        Version version = new Version(random.nextInt(2), random.nextInt(1 << 30), member);
        int marks = random.nextBoolean() ? Marks.USED : 0;
        assertThat(
                        fill.add(
                                position,
                                version.epoch(),
                                version.clock(),
                                member.value(),
                                cache,
                                where,
                                marks))
                .isTrue();
        alone.index.put(SLOT, position, version, cache, where, marks);
    }

    private void checkSame() {
        SlotTable expected = alone.index.table(SLOT);
        SlotTable table = together.index.table(SLOT);
        assertThat(table.size()).isEqualTo(expected.size());
        for (int row = 0; row < table.size(); row++) {
            assertThat(table.position(row)).isEqualTo(expected.position(row));
            assertThat(table.where(row)).isEqualTo(expected.where(row));
            assertThat(table.marks(row)).isEqualTo(expected.marks(row));
            assertThat(together.index.version(SLOT, row)).isEqualTo(alone.index.version(SLOT, row));
            assertThat(together.index.cache(SLOT, row)).isEqualTo(alone.index.cache(SLOT, row));
        }
        assertThat(together.index.rows()).isEqualTo(alone.index.rows());
        assertThat(together.index.counted(SLOT)).isEqualTo(alone.index.counted(SLOT));
        assertThat(together.mixes).isEqualTo(alone.mixes);
        assertThat(together.pointedBytes).isEqualTo(alone.pointedBytes);
        assertThat(together.index.cacheBytes(1)).isEqualTo(alone.index.cacheBytes(1));
    }
}
