package dev.gossamer.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * A real node with many small entries on its SSD and little memory is stopped in order or killed,
 * and started again: how long until it answers the first request, until its index is complete, and
 * what is there then. Times are from when the process is started, so that of the JVM is in them.
 *
 * <p>{@code DiskRestart FOLDER ENTRIES}, by node/benchmarks/disk-restart.sh.
 */
final class DiskRestart implements AutoCloseable {
    private static final int SAMPLE = 100_000;
    private static final int LOOK_EVERY = 20 * ManyEntries.BATCH;
    private static final long STAGED_BYTES_MAX = 16 << 20;
    private static final int HEAP_MIB = 768;
    private static final long PROGRESS_NANOS = 5_000_000_000L;
    private static final long POLL_NANOS = 5_000_000;
    private static final long LOADED_POLL_NANOS = 50_000_000;
    private static final long PATIENCE_NANOS = 120_000_000_000L;

    private final LocalMesh mesh;
    private final int entries;
    private final SplittableRandom random = new SplittableRandom(3);
    private int overwritten;
    private long nextProgress;

    /** What a restart was like. */
    record Outcome(String end, long firstMillis, long completeMillis, ManyEntries.Found found) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s: first answer after %,d ms, index complete after %,d ms; of %,d entries"
                            + " %,d as they were written, %,d wrong",
                    end,
                    firstMillis,
                    completeMillis,
                    found.asked(),
                    found.right(),
                    found.wrong());
        }
    }

    DiskRestart(Path folder, int entries) {
        this.entries = entries;
        this.mesh = LocalMesh.start(folder, 1, 1, yaml(entries), HEAP_MIB);
    }

    /** Room for twice the entries, so that none leaves. */
    private static String yaml(long entries) {
        return """
        memory: {max-bytes: 16MiB}
        disk: {bytes-max: %dB, segment-bytes: 16MiB, index-bytes-max: %dB}
        """
                .formatted((256L << 20) + entries * 512, (1L << 20) + entries * 24);
    }

    /** Writes all entries, and some of them once more, and waits until they are on the disk. */
    void fill(int again) throws IOException {
        ManyEntries.write(mesh.redisPort(0), entries, 0, this::paces);
        ManyEntries.write(mesh.redisPort(0), again, 1, this::paces);
        overwritten = again;
        awaitStagedBelow(1);
    }

    /** What the disk is too slow for would stay in memory only. */
    private void paces(int written) {
        if (written % LOOK_EVERY == 0) {
            awaitStagedBelow(STAGED_BYTES_MAX);
            tell(written);
        }
    }

    private void tell(int written) {
        long now = System.nanoTime();
        if (now - nextProgress > 0) {
            nextProgress = now + PROGRESS_NANOS;
            System.out.printf(Locale.ROOT, "  %,d of %,d entries written%n", written, entries);
        }
    }

    private void awaitStagedBelow(long bytes) {
        mesh.await(
                "less than " + bytes + " bytes on their way to the disk",
                () -> mesh.metric(0, "gossamer_disk_staged_bytes") < bytes);
    }

    Outcome afterAStopInOrder() {
        int exit = mesh.terminate(0);
        if (exit != 0) {
            throw new IllegalStateException("the node ended with " + exit + "\n" + mesh.log(0));
        }
        return restart("stopped in order");
    }

    Outcome afterAKill() {
        mesh.kill(0);
        return restart("killed");
    }

    private Outcome restart(String end) {
        long began = System.nanoTime();
        mesh.restart(0, "-Xms" + HEAP_MIB + "m");
        // Of the last that were written, which are found first.
        int number = overwritten > 0 ? overwritten - 1 : entries - 1;
        String expected = ManyEntries.value(number, overwritten > 0 ? 1 : 0);
        poll(
                "the first answer",
                POLL_NANOS,
                () ->
                        expected.equals(
                                RespAsk.ask(
                                                mesh.redisPort(0),
                                                RespAsk.command("GET", ManyEntries.key(number)))
                                        .getFirst()));
        long first = System.nanoTime() - began;
        poll(
                "the index",
                LOADED_POLL_NANOS,
                () -> mesh.metric(0, "gossamer_disk_loaded_ratio") == 1);
        long complete = System.nanoTime() - began;
        int[] sample = random.ints(Math.min(SAMPLE, entries), 0, entries).toArray();
        return new Outcome(
                end,
                first / 1_000_000,
                complete / 1_000_000,
                ManyEntries.read(mesh.redisPort(0), sample, overwritten));
    }

    private interface Question {
        boolean holds();
    }

    private void poll(String what, long everyNanos, Question question) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!holds(question)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(what + " did not come\n" + mesh.log(0));
            }
            LockSupport.parkNanos(everyNanos);
        }
    }

    private static boolean holds(Question question) {
        try {
            return question.holds();
        } catch (java.io.UncheckedIOException notYet) {
            return false;
        }
    }

    String log() {
        return mesh.log(0);
    }

    @Override
    public void close() {
        mesh.close();
    }

    /** For a person at a terminal. */
    public static void main(String[] arguments) throws IOException {
        int entries = Integer.parseInt(arguments[1]);
        try (DiskRestart restart = new DiskRestart(Path.of(arguments[0]), entries)) {
            restart.fill(entries / 20);
            for (int round = 1; round <= 3; round++) {
                System.out.println(restart.afterAStopInOrder());
                System.out.println(restart.afterAKill());
            }
            if (Boolean.getBoolean("log")) {
                System.out.println(restart.log());
            }
        }
    }
}
