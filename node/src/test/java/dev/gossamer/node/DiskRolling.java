package dev.gossamer.node;

import dev.gossamer.client.Cache;
import dev.gossamer.client.Gossamer;
import dev.gossamer.client.codec.Codec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Three nodes with SSDs are restarted one after the other, each by SIGTERM, and one entry in a
 * hundred is written anew while a node is away: how many bytes of entries move between members for
 * each restart, and whether every entry has its latest value in the end.
 *
 * <p>{@code DiskRolling FOLDER MEBIBYTES-A-NODE COPIES}, by node/benchmarks/disk-rolling.sh.
 */
final class DiskRolling implements AutoCloseable {
    static final int NODES = 3;
    private static final int VALUE_BYTES = 4 << 10;
    private static final int BATCH = 250;
    private static final int CHANGED_ONE_IN = 100;
    private static final int LOOKS = 10;
    private static final double MIB = 1 << 20;

    private final LocalMesh mesh;
    private final Gossamer client;
    private final Cache<String, byte[]> cache;

    /** By entry how often it was written. */
    private final int[] generations;

    private final int copies;
    private long dropped;

    /**
     * One restart.
     *
     * @param stopped from SIGTERM to the end of the process
     * @param whole from SIGTERM until nothing moves any more
     * @param bytesMoved what all members have had from others for it
     */
    record Restart(int node, Duration stopped, Duration whole, long bytesMoved, long bytesBefore) {}

    /**
     * What came of it.
     *
     * @param bytesEach what a node holds
     * @param missing entries that are not found
     * @param wrong entries with another value than their latest
     * @param dropped entries that a log could not take in time, and that memory may have let go
     */
    record Outcome(
            int copies,
            int entries,
            long bytesEach,
            List<Restart> restarts,
            int missing,
            int wrong,
            long dropped) {
        /** Of what the nodes hold together. */
        double movedPercent() {
            long moved = restarts.stream().mapToLong(Restart::bytesMoved).sum();
            return 100.0 * moved / (bytesEach * NODES);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            text.append(
                    "%,d entries, %d copies, %.0f MiB a node%n"
                            .formatted(entries, copies, bytesEach / MIB));
            for (Restart each : restarts) {
                text.append(
                        "node-%d  stopped after %5.1f s (%.1f MiB moved)  whole after %5.1f s  %8.2f MiB moved, %.2f %% of its own%n"
                                .formatted(
                                        each.node(),
                                        each.stopped().toMillis() / 1e3,
                                        each.bytesBefore() / MIB,
                                        each.whole().toMillis() / 1e3,
                                        each.bytesMoved() / MIB,
                                        100.0 * each.bytesMoved() / bytesEach));
            }
            return text.append(
                            "in all %.2f %% of the bytes moved; %d entries missing, %d wrong; %d not taken by a log"
                                    .formatted(movedPercent(), missing, wrong, dropped))
                    .toString();
        }
    }

    /**
     * @param mib how many MiB each node holds
     * @param yaml further settings of every node
     */
    DiskRolling(Path folder, int mib, int copies, String yaml) {
        this.copies = copies;
        int memoryMib = Math.max(32, mib / 4);
        String sizes =
                "memory: {max-bytes: %dMiB}%ndisk: {bytes-max: %dMiB, segment-bytes: %dMiB}%n%s"
                        .formatted(memoryMib, 4 * mib + 256, Math.clamp(mib / 32, 4, 64), yaml);
        mesh = LocalMesh.startThatReturns(folder, NODES, copies, sizes, 2 * memoryMib + 448);
        client = Gossamer.builder().uri("gossamer://127.0.0.1:" + mesh.redisPort(0)).connect();
        cache = client.cache("large", Codec.utf8(), Codec.bytes());
        generations = new int[(int) ((long) mib * (1 << 20) * NODES / copies / VALUE_BYTES)];
    }

    /** Fills, restarts all in turn, and looks at every entry. */
    Outcome run() {
        write(IntStream.range(0, generations.length));
        awaitWritten();
        List<Restart> restarts = new ArrayList<>();
        for (int node = 0; node < NODES; node++) {
            restarts.add(restart(node));
        }
        long bytesEach = (long) generations.length * VALUE_BYTES * copies / NODES;
        IntStream.range(0, NODES).forEach(this::countDropped);
        int[] found = look();
        return new Outcome(
                copies, generations.length, bytesEach, restarts, found[0], found[1], dropped);
    }

    private void countDropped(int node) {
        dropped += (long) mesh.metric(node, "gossamer_disk_dropped_total");
    }

    private void awaitWritten() {
        for (int node = 0; node < NODES; node++) {
            int each = node;
            mesh.await(
                    "an empty staging buffer",
                    () -> mesh.metric(each, "gossamer_disk_staged_bytes") == 0);
        }
    }

    private Restart restart(int node) {
        countDropped(node);
        double before = movedWithout(node);
        long beginNanos = System.nanoTime();
        if (mesh.terminate(node) != 0) {
            throw new IllegalStateException("node-" + node + " failed: " + mesh.log(node));
        }
        Duration stopped = Duration.ofNanos(System.nanoTime() - beginNanos);
        double whileStopping = movedWithout(node) - before;
        int first = new SplittableRandom(node).nextInt(CHANGED_ONE_IN);
        write(IntStream.range(0, generations.length).filter(i -> i % CHANGED_ONE_IN == first));
        mesh.restart(node);
        mesh.awaitWhole(NODES);
        Duration whole = Duration.ofNanos(System.nanoTime() - beginNanos);
        double moved = movedWithout(node) - before + moved(node);
        return new Restart(node, stopped, whole, (long) moved, (long) whileStopping);
    }

    private double movedWithout(int stopping) {
        return IntStream.range(0, NODES)
                .filter(node -> node != stopping)
                .mapToDouble(this::moved)
                .sum();
    }

    private double moved(int node) {
        return mesh.metric(node, "gossamer_transfer_bytes_total");
    }

    private void write(IntStream entries) {
        int[] all = entries.toArray();
        for (int from = 0; from < all.length; from += BATCH) {
            Map<String, byte[]> batch = new LinkedHashMap<>();
            for (int i : Arrays.copyOfRange(all, from, Math.min(all.length, from + BATCH))) {
                batch.put(key(i), value(i, ++generations[i]));
            }
            cache.putAll(batch);
        }
    }

    /** How many entries are missing, and how many have another value than their latest. */
    private int[] look() {
        int wrong = 0;
        List<Integer> missing = new ArrayList<>();
        for (int from = 0; from < generations.length; from += BATCH) {
            int to = Math.min(generations.length, from + BATCH);
            List<String> keys = IntStream.range(from, to).mapToObj(DiskRolling::key).toList();
            Map<String, byte[]> found = cache.getAll(keys);
            for (int i = from; i < to; i++) {
                byte[] value = found.get(key(i));
                if (value == null) {
                    missing.add(i);
                } else if (!Arrays.equals(value, value(i, generations[i]))) {
                    wrong++;
                }
            }
        }
        return new int[] {missingStill(missing), wrong};
    }

    /** A read for which the disk takes too long is answered as a miss; the next one is not. */
    private int missingStill(List<Integer> missing) {
        List<Integer> left = missing;
        for (int look = 0; look < LOOKS && !left.isEmpty(); look++) {
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            left = left.stream().filter(i -> cache.get(key(i)).isEmpty()).toList();
        }
        if (!missing.isEmpty()) {
            System.out.println(missing.size() + " not found at the first look, for good: " + left);
        }
        return left.size();
    }

    private static String key(int i) {
        return "entry-" + i;
    }

    private static byte[] value(int i, int generation) {
        byte[] value = new byte[VALUE_BYTES];
        new SplittableRandom(i * 31L + generation).nextBytes(value);
        return value;
    }

    @Override
    public void close() {
        client.close();
        mesh.close();
    }

    public static void main(String[] args) throws java.io.IOException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        String yaml = args.length > 3 ? args[3] : "";
        try (var rolling =
                new DiskRolling(
                        folder, Integer.parseInt(args[1]), Integer.parseInt(args[2]), yaml)) {
            System.out.println(rolling.run());
        }
    }
}
