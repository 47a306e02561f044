package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.KeyRanges;
import dev.gossamer.node.store.LowerTier.RestedItem;
import dev.gossamer.protocol.Bytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * C2, C8: entries go up and down between memory and disk all the time, and nothing that looks for
 * them, or compares, ever takes one on its way for one that is not there.
 */
class DiskMovesTest {
    private static final int KEYS = 300;
    private static final int SLOTS = 4;
    private static final int READERS = 2;
    private static final int ROUNDS = 300;

    @TempDir Path folder;

    private final AtomicBoolean over = new AtomicBoolean();

    /** Keys by slot. */
    private final Map<Integer, List<Bytes>> keys = new TreeMap<>();

    private void fill(DiskLab lab) {
        for (int i = 0; i < KEYS; i++) {
            String name = "{" + i % SLOTS + "}" + i;
            lab.put(name, new byte[8_000]);
            Bytes key = Bytes.utf8(name);
            keys.computeIfAbsent(key.slotIndex(), _ -> new ArrayList<>()).add(key);
        }
        lab.settle();
    }

    /** Each read brings its entry up, for which others have to go down. */
    private void readUntilOver(DiskLab lab, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Bytes> all = keys.values().stream().flatMap(List::stream).toList();
        Semaphore warm = new Semaphore(0);
        while (!over.get()) {
            Bytes key = all.get(random.nextInt(all.size()));
            if (lab.tiers.isCold(key.slotIndex(), key)) {
                lab.tiers.warm(key.slotIndex(), key, warm::release);
                warm.acquireUninterruptibly();
                lab.tiers.release(key);
            }
            lab.memory.findOrNull(key);
        }
    }

    @Test
    void whatIsOnItsWayIsNeverMissed() throws Exception {
        try (DiskLab lab = new DiskLab(DiskLab.options(folder).memory(1 << 20))) {
            fill(lab);
            Map<Integer, Long> digests =
                    keys.keySet().stream()
                            .collect(Collectors.toMap(s -> s, s -> lab.memory.digest(s, 0)));
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                long seed = i;
                readers.add(Thread.ofPlatform().start(() -> readUntilOver(lab, seed)));
            }
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    keys.forEach((slot, names) -> assertNothingMissed(lab, slot, names, digests));
                }
            } finally {
                over.set(true);
                for (Thread each : readers) {
                    each.join();
                }
            }
        }
    }

    private static void assertNothingMissed(
            DiskLab lab, int slot, List<Bytes> names, Map<Integer, Long> digests) {
        assertThat(lab.memory.digest(slot, 0)).isEqualTo(digests.get(slot));
        for (Bytes key : names) {
            assertThat(lab.tiers.standingOrNull(slot, key)).as("%s", key).isNotNull();
        }
        Bytes some = names.get((int) (System.nanoTime() % names.size()));
        assertThat(lab.tiers.readOrNull(some)).as("%s", some).isNotNull();
        long sum = 0;
        for (long range : lab.tiers.rangeDigests(slot, 0, 4)) {
            sum ^= range;
        }
        assertThat(sum).isEqualTo(digests.get(slot));
        List<Bytes> listed =
                lab
                        .tiers
                        .pageFrom(slot, 0, KeyRanges.END, KEYS, _ -> true, Long.MAX_VALUE, false)
                        .items()
                        .stream()
                        .map(RestedItem::key)
                        .toList();
        assertThat(listed).containsExactlyInAnyOrderElementsOf(names);
    }
}
