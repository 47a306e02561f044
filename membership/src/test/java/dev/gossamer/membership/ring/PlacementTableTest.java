package dev.gossamer.membership.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Measures the table of docs/placement.md, and writes it to target/placement-table.md. */
class PlacementTableTest {
    private static final int SEEDS = Integer.getInteger("seeds", 5);
    private static final int[] SIZES = {3, 5, 10, 25, 50, 75, 100};

    @Test
    void theMeasuredTableStaysWithinTheBar() throws IOException {
        StringBuilder table =
                new StringBuilder(
                        """
                        | members | R | zones | weights | primaries max/share | min/share | moved/least mean (max) | copies made/least mean (max) | heir has a copy mean (min) | all copies max/share mean (max) |
                        | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
                        """);
        for (int size : SIZES) {
            Row row = new Row(size, 2, 1, 100);
            table.append(row);
            assertThat(row.movement.getAverage()).isBetween(1.0, 1.10);
            assertThat(row.inheritance.getAverage()).isGreaterThan(0.98);
            assertThat(row.load.getMax()).isLessThanOrEqualTo(1.10);
        }
        for (int size : SIZES) {
            table.append(new Row(size, 3, 1, 100));
        }
        for (int size : new int[] {3, 10, 50, 100}) {
            table.append(new Row(size, 2, 3, 100));
            table.append(new Row(size, 2, 1, 50, 100, 200, 400));
        }
        Files.writeString(Path.of("target", "placement-table.md"), table);
    }

    private static final class Row {
        private final String name;
        private final DoubleSummaryStatistics load = new DoubleSummaryStatistics();
        private final DoubleSummaryStatistics movement = new DoubleSummaryStatistics();
        private final DoubleSummaryStatistics copyMovement = new DoubleSummaryStatistics();
        private final DoubleSummaryStatistics inheritance = new DoubleSummaryStatistics();
        private final DoubleSummaryStatistics copies = new DoubleSummaryStatistics();

        Row(int size, int replication, int zones, int... weights) {
            name =
                    "| %d | %d | %d | %s |"
                            .formatted(
                                    size,
                                    replication,
                                    zones,
                                    weights.length == 1 ? "equal" : Arrays.toString(weights));
            for (int seed = 0; seed < SEEDS; seed++) {
                SplittableRandom random = new SplittableRandom(seed * 1_000L + size);
                List<Member> members = Meshes.weighted(random, size, zones, weights);
                measure(members, replication, random.nextInt(size));
            }
        }

        private void measure(List<Member> members, int replication, int leaver) {
            double weight = members.stream().mapToInt(Member::weight).sum();
            int[] primaries = new int[members.size()];
            int[] all = new int[members.size()];
            for (short[] owners : Placement.place(members, replication)) {
                primaries[owners[0]]++;
                for (short owner : owners) {
                    all[owner]++;
                }
            }
            double most = 0;
            for (int m = 0; m < all.length; m++) {
                double share = Slot.COUNT * members.get(m).weight() / weight;
                load.accept(primaries[m] / share);
                most = Math.max(most, all[m] / (share * replication));
            }
            copies.accept(most);
            Leave leave = Leave.of(members, leaver, replication);
            movement.accept(leave.movement());
            copyMovement.accept(leave.copyMovement());
            inheritance.accept(leave.inheritance());
        }

        @Override
        public String toString() {
            return name
                    + " %.3f | %.3f | %.3f (%.3f) | %.3f (%.3f) | %.1f %% (%.1f %%) | %.2f (%.2f) |%n"
                            .formatted(
                                    load.getMax(),
                                    load.getMin(),
                                    movement.getAverage(),
                                    movement.getMax(),
                                    copyMovement.getAverage(),
                                    copyMovement.getMax(),
                                    100 * inheritance.getAverage(),
                                    100 * inheritance.getMin(),
                                    copies.getAverage(),
                                    copies.getMax());
        }
    }
}
