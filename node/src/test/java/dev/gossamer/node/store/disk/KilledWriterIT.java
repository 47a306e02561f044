package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.KilledWriter.Book;
import dev.gossamer.node.store.disk.io.Backend;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * C11, C2: a process that writes as fast as it can is killed at random instants, again and again
 * over the same folder. The tier opens every time; no key has a wrong byte or an older value than
 * was acknowledged; what was durable is all there, and of what the log had nearly all.
 *
 * <p>{@code -Dkills=200} kills as often.
 */
class KilledWriterIT {
    private static final int KILLS = Integer.getInteger("kills", 4);

    @TempDir Path folder;
    private long live;
    private long found;

    @ParameterizedTest
    @CsvSource({"URING,never", "PORTABLE,never", "URING,always"})
    void whatWasAcknowledgedLastIsThereOrNothingIs(Backend.Kind kind, String fsync)
            throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Book book = Book.open(folder.resolve("book"));
        Random random = new Random(42);
        for (int kill = 0; kill < KILLS; kill++) {
            runAndKill(log, kind, fsync, kill, 20_000_000L + random.nextInt(400_000_000));
            check(log, kind, fsync, book, "kill " + kill);
        }
        assertThat((double) found / live).isGreaterThan(0.99);
    }

    private void runAndKill(Path log, Backend.Kind kind, String fsync, int seed, long nanos)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                System.getProperty("java.class.path"),
                                KilledWriter.class.getName(),
                                log.toString(),
                                folder.resolve("book").toString(),
                                kind.name(),
                                fsync,
                                String.valueOf(seed))
                        .redirectErrorStream(true)
                        .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            while (line != null && !line.equals("writing")) {
                line = out.readLine();
            }
            assertThat(line).as("it writes").isNotNull();
            // How long it writes is the experiment itself, not a wait for something.
            LockSupport.parkNanos(nanos);
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private void check(Path log, Backend.Kind kind, String fsync, Book book, String what)
            throws IOException {
        try (DiskLab lab = new DiskLab(KilledWriter.options(log).kind(kind))) {
            lab.awaitLoaded();
            assertThat(lab.disk.status().trouble()).as(what).isEmpty();
            long lost = 0;
            for (int key = 0; key < KilledWriter.KEYS; key++) {
                lost += check(lab, key, fsync, book, what) ? 0 : 1;
            }
            System.out.printf(
                    "%s: %d live, %d lost, %d quarantined%n",
                    what, lab.tiers.liveCount(), lost, lab.disk.status().quarantined());
        }
    }

    /**
     * @return false when a live key is not there
     */
    private boolean check(DiskLab lab, int key, String fsync, Book book, String what) {
        Entry entry = lab.find("key" + key);
        long acknowledged = book.acknowledged(key);
        boolean isLive =
                book.begun(key) == acknowledged
                        && book.reached(key) == acknowledged
                        && acknowledged % KilledWriter.REMOVED != 0;
        if (entry != null) {
            long number = KilledWriter.numberOf(key, entry);
            assertThat(number).as("%s: key%d", what, key).isBetween(acknowledged, book.begun(key));
        } else if (isLive && fsync.equals("always")) {
            throw new AssertionError(what + ": key" + key + " was durable and is not there");
        }
        if (isLive) {
            live++;
            found += entry == null ? 0 : 1;
        }
        return entry != null || !isLive;
    }
}
