package dev.gossamer.node.cache;

import static dev.gossamer.node.cache.KeyspaceLab.bytes;
import static dev.gossamer.node.cache.KeyspaceLab.key;
import static dev.gossamer.node.cache.KeyspaceLab.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KeyspaceStressTest {
    private static final int THREADS = 4;

    @Test
    void incrementsFromManyThreadsLoseNothing() throws Exception {
        var lab = new KeyspaceLab(64 << 20);
        inParallel(thread -> {
            for (int i = 0; i < 40_000; i++) {
                lab.apply(new Operation.Increment(key("counter" + i % 4), 1));
            }
        });
        for (int i = 0; i < 4; i++) {
            assertThat(text(lab.keyspace.findOrNull(key("counter" + i)))).isEqualTo("40000");
        }
        lab.check();
    }

    @Test
    void ofManyWhoPutSeveralKeysIfAbsentOneWinsThemAll() throws Exception {
        var lab = new KeyspaceLab(64 << 20);
        int rounds = 5_000;
        List<Set<Integer>> won = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            won.add(new HashSet<>());
        }
        inParallel(thread -> {
            for (int i = 0; i < rounds; i++) {
                var pairs = new ArrayList<Operation.Pair>();
                for (String name : List.of("a", "b", "c")) {
                    Bytes key = key("{" + i + "}" + name);
                    pairs.add(new Operation.Pair(key, bytes("" + thread)));
                }
                var outcome = lab.apply(new Operation.PutAllIfAbsent(pairs));
                if (outcome instanceof Outcome.Applied) {
                    won.get(thread).add(i);
                }
            }
        });
        for (int i = 0; i < rounds; i++) {
            int round = i;
            String winner = text(lab.keyspace.findOrNull(key("{" + i + "}a")));
            assertThat(text(lab.keyspace.findOrNull(key("{" + i + "}b")))).isEqualTo(winner);
            assertThat(text(lab.keyspace.findOrNull(key("{" + i + "}c")))).isEqualTo(winner);
            assertThat(won.stream().filter(rounds1 -> rounds1.contains(round))).hasSize(1);
            assertThat(won.get(Integer.parseInt(winner))).contains(i);
        }
        lab.check();
    }

    @Test
    void twoKeyspacesThatMergeEachOthersChangesInAnyOrderEndUpEqual() throws Exception {
        var left = new KeyspaceLab(64 << 20);
        var right = new KeyspaceLab(64 << 20);
        inParallel(thread -> {
            var random = new SplittableRandom(thread);
            var from = thread % 2 == 0 ? left : right;
            var to = thread % 2 == 0 ? right : left;
            for (int i = 0; i < 20_000; i++) {
                Bytes key = key("k" + random.nextInt(50));
                Operation operation =
                        random.nextInt(4) == 0
                                ? new Operation.Remove(key, Operation.Condition.ALWAYS, false)
                                : new Operation.Append(key, new byte[] {1});
                for (var item : from.keyspace.apply(operation, 1).changed()) {
                    to.keyspace.merge(item.key(), item.entry());
                }
            }
        });
        for (int i = 0; i < 50; i++) {
            Entry kept = left.keyspace.peekOrNull(key("k" + i));
            Entry other = right.keyspace.peekOrNull(key("k" + i));
            assertThat(kept).isNotNull();
            assertThat(other).isNotNull();
            assertThat(kept.version()).isEqualTo(other.version());
            assertThat(kept.valueLength()).isEqualTo(other.valueLength());
        }
        left.check();
        right.check();
    }

    private static void inParallel(IntConsumer work) throws Exception {
        try (var pool = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                running.add(pool.submit(() -> work.accept(thread)));
            }
            for (Future<?> future : running) {
                future.get();
            }
        }
    }
}
