package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.io.Backend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * C11: a small log, as a kill leaves it, is cut at every byte and has each byte flipped, in every
 * one of its files. Whatever is done to it: the tier opens, what it finds is the value that was
 * acknowledged last or nothing, and what was not touched is found.
 *
 * <p>{@code -Dstep=1} looks at every byte; a build at every few dozenth.
 */
class TornLogTest {
    private static final int KEYS = 12;
    private static final int WRITES = 36;
    private static final int SEGMENT_BYTES = 8192;
    private static final int STEP = Integer.getInteger("step", 97);

    @TempDir Path folder;
    private Path log;
    private Path torn;
    private DiskLab.Ground ground;

    /** By key the value that was acknowledged last; a removed key has none. */
    private final Map<String, String> last = new HashMap<>();

    @BeforeEach
    void aLogAsAKillLeavesIt() throws IOException {
        log = Files.createDirectory(folder.resolve("log"));
        torn = Files.createDirectory(folder.resolve("torn"));
        ground = new DiskLab.Ground();
        Path running = Files.createDirectory(folder.resolve("running"));
        try (DiskLab lab = new DiskLab(options(running), ground)) {
            for (int i = 0; i < WRITES; i++) {
                String key = "key" + i * 7 % KEYS;
                if (i % 11 == 5) {
                    lab.remove(key);
                    last.remove(key);
                } else {
                    String value = "value " + i + "-".repeat(i % 50);
                    lab.put(key, value.getBytes(StandardCharsets.UTF_8));
                    last.put(key, value);
                }
                lab.settle();
            }
            DiskTierTest.copy(running, log);
        }
    }

    @AfterEach
    void close() {
        ground.close();
    }

    private static DiskLab.Options options(Path path) {
        return DiskLab.options(path)
                .kind(Backend.Kind.PORTABLE)
                .disk(DiskSettings.bytesMin(SEGMENT_BYTES) + 16 * SEGMENT_BYTES, SEGMENT_BYTES);
    }

    @Test
    void anUntouchedCopyHasEverything() throws IOException {
        DiskTierTest.copy(log, torn);
        assertThat(check("nothing done")).isEqualTo(last.size());
    }

    @Test
    void cutAnywhereItFindsTheLastValueOrNothing() throws IOException {
        for (Path file : segments()) {
            byte[] whole = Files.readAllBytes(file);
            for (int length = 0; length < whole.length; length += STEP) {
                restore();
                Files.write(torn.resolve(file.getFileName()), Arrays.copyOf(whole, length));
                check(file.getFileName() + " cut at " + length);
            }
        }
    }

    @Test
    void withAnyByteFlippedItFindsTheLastValueOrNothing() throws IOException {
        List<Path> files = new ArrayList<>(segments());
        files.add(log.resolve("manifest"));
        long tried = 0;
        long found = 0;
        for (Path file : files) {
            byte[] bytes = Files.readAllBytes(file);
            for (int at = 0; at < bytes.length; at += STEP) {
                restore();
                bytes[at] ^= (byte) (1 << at % 8);
                Files.write(torn.resolve(file.getFileName()), bytes);
                bytes[at] ^= (byte) (1 << at % 8);
                long kept = check(file.getFileName() + " flipped at " + at);
                if (!file.endsWith("manifest")) {
                    // One record may be lost, and with it one key.
                    assertThat(kept)
                            .as("%s flipped at %d", file, at)
                            .isGreaterThan(last.size() - 2);
                    tried += last.size();
                    found += kept;
                }
            }
        }
        assertThat((double) found / tried).isGreaterThan(0.97);
    }

    private void restore() throws IOException {
        try (Stream<Path> files = Files.list(torn)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        DiskTierTest.copy(log, torn);
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(log)) {
            return files.filter(file -> file.toString().endsWith(".gsl")).sorted().toList();
        }
    }

    /**
     * @return keys that were found with their last values
     */
    private long check(String what) throws IOException {
        long found = 0;
        try (DiskLab lab = new DiskLab(options(torn), ground)) {
            lab.awaitLoaded();
            assertThat(lab.disk.status().trouble()).as(what).isEmpty();
            for (int i = 0; i < KEYS; i++) {
                Entry entry = lab.find("key" + i);
                if (entry != null) {
                    assertThat(new String(entry.value(), StandardCharsets.UTF_8))
                            .as("%s: key%d", what, i)
                            .isEqualTo(last.get("key" + i));
                    found++;
                }
            }
        }
        return found;
    }
}
