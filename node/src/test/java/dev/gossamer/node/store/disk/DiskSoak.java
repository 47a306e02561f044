package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.DiskRules.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A part of the budget, or more than it, is written to a disk, and then the same keys are
 * overwritten, evenly, until four times the budget was: how much the folder takes meanwhile, how
 * much of it is live, and what is written for each byte. Most values are of 4 KiB; the others of 64
 * bytes to 256 KiB, and some of 10 MiB. What is found at the end is what was written last.
 *
 * <p>{@code DiskSoak FOLDER BUDGET_GIBIBYTES TIMES_THE_BUDGET}, by node/benchmarks/disk-soak.sh.
 */
final class DiskSoak implements AutoCloseable {
    private static final int USUAL_BYTES = 4 << 10;
    private static final int LARGEST_BYTES = 10 << 20;
    private static final int SAMPLE_EVERY = 256;
    private static final long PAUSE_NANOS = 100_000;

    private final Path folder;
    private final long written;
    private final long budget;
    private final boolean hasLarge;
    private final DiskLab lab;
    private final byte[] noise = new byte[LARGEST_BYTES * 2];
    private final SplittableRandom random = new SplittableRandom(4);

    /** By key how often it was written. */
    private int[] generations = {};

    private long folderMax;
    private long bytes;
    private long putsSinceSample;

    /** What came of it. */
    record Outcome(
            int keys,
            long bytesWritten,
            long folderMax,
            long budget,
            double amplification,
            double liveRatio,
            int found,
            int wrong) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%,d keys, %,d MiB written; folder at most %,d of %,d KiB; write amplification"
                            + " %.3f; live %.1f %%; %,d found, %d of them wrong",
                    keys,
                    bytesWritten >> 20,
                    folderMax >> 10,
                    budget >> 10,
                    amplification,
                    liveRatio * 100,
                    found,
                    wrong);
        }
    }

    /**
     * @param fills how many times the budget is written first
     */
    DiskSoak(Path folder, long budget, double fills, int segmentBytes) throws IOException {
        this.folder = folder;
        this.written = (long) (budget * fills);
        this.budget = budget;
        this.hasLarge = segmentBytes / 2 > LARGEST_BYTES;
        random.nextBytes(noise);
        lab =
                new DiskLab(
                        DiskLab.options(folder)
                                .memory(32 << 20)
                                .disk(budget, segmentBytes)
                                .rules(DiskLab.rules(Policy.WRITE_THROUGH)));
    }

    /** Writes each key once. */
    Outcome fill() throws IOException {
        int keys = 0;
        for (; bytes < written; keys++) {
            put(keys, 0);
        }
        generations = new int[keys];
        return outcome();
    }

    /** Overwrites keys, evenly, so many times the budget. */
    Outcome overwrite(int times) throws IOException {
        long upTo = bytes + times * budget;
        while (bytes < upTo) {
            int key = random.nextInt(generations.length);
            put(key, ++generations[key]);
        }
        return outcome();
    }

    private void put(int key, int generation) throws IOException {
        while (lab.disk.status().stagedBytes() > lab.disk.stagedBytesMax() / 2) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        byte[] value = value(key, generation);
        lab.put("key" + key, value);
        bytes += value.length;
        if (++putsSinceSample == SAMPLE_EVERY || value.length == LARGEST_BYTES) {
            sample();
        }
    }

    private byte[] value(int key, int generation) {
        SplittableRandom from = new SplittableRandom(key * 1_000_003L + generation);
        int dice = from.nextInt(20_000);
        int length =
                dice == 0 && hasLarge
                        ? LARGEST_BYTES
                        : dice < 2_000 ? from.nextInt(64, 256 << 10) : USUAL_BYTES;
        byte[] value = new byte[length];
        System.arraycopy(noise, from.nextInt(LARGEST_BYTES), value, 0, length);
        return value;
    }

    private void sample() throws IOException {
        putsSinceSample = 0;
        folderMax = Math.max(folderMax, size());
    }

    private long size() throws IOException {
        long sum = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                sum += file.toFile().length();
            }
        }
        return sum;
    }

    private Outcome outcome() throws IOException {
        lab.settle();
        sample();
        DiskStatus status = lab.disk.status();
        int found = 0;
        int wrong = 0;
        for (int key = 0; key < generations.length; key++) {
            Entry entry = lab.find("key" + key);
            if (entry != null) {
                found++;
                byte[] expected = value(key, generations[key]);
                wrong += Arrays.equals(entry.value(), expected) ? 0 : 1;
            }
        }
        return new Outcome(
                generations.length,
                bytes,
                folderMax,
                budget,
                status.writeAmplification(),
                status.liveRatio(),
                found,
                wrong);
    }

    @Override
    public void close() {
        lab.close();
    }

    /** For a person at a terminal. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        long budget = (long) (Double.parseDouble(arguments[1]) * (1L << 30));
        double fills = Double.parseDouble(arguments[2]);
        long began = System.nanoTime();
        try (DiskSoak soak = new DiskSoak(folder, budget, fills, 32 << 20)) {
            System.out.println("written once: " + soak.fill());
            System.out.println("overwritten: " + soak.overwrite(4));
        }
        System.out.println((System.nanoTime() - began) / 1_000_000_000 + " s");
    }
}
