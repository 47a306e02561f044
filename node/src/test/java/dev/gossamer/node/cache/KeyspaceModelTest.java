package dev.gossamer.node.cache;

import static dev.gossamer.node.cache.KeyspaceLab.bytes;
import static dev.gossamer.node.cache.KeyspaceLab.key;
import static dev.gossamer.node.cache.KeyspaceLab.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.ExpireCondition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Version;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random operations against a map that anyone can read. */
class KeyspaceModelTest {
    private static final int STEPS = 3_000;
    private static final int KEYS = 25;

    /** What a key should be: a text, and when it expires (0 for never). */
    private record Model(String value, long expiresAt) {}

    private final KeyspaceLab lab = new KeyspaceLab(256 << 20);
    private final TreeMap<String, Model> model = new TreeMap<>();

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(20) : LongStream.of(fixed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theKeyspaceDoesWhatAPlainMapWouldDo(long seed) {
        var random = new SplittableRandom(seed);
        Version latest = Version.NONE;
        for (int step = 0; step < STEPS; step++) {
            lab.pass(random.nextInt(20));
            forgetExpired();
            String key = "{s}" + random.nextInt(KEYS);
            if (lab.apply(operation(random, key)) instanceof Outcome.Applied applied) {
                assertThat(applied.version()).isGreaterThan(latest);
                latest = applied.version();
            }
            if (random.nextInt(50) == 0) {
                lab.tier.cleanUp();
            }
            compare(key);
        }
        for (int i = 0; i < KEYS; i++) {
            compare("{s}" + i);
        }
        lab.check();
    }

    /** Draws an operation, and does to the model what it should do to the keyspace. */
    private Operation operation(SplittableRandom random, String key) {
        return switch (random.nextInt(7)) {
            case 0, 1 -> put(random, key);
            case 2 -> {
                model.remove(key);
                yield new Operation.Remove(key(key), Condition.ALWAYS, false);
            }
            case 3 -> expire(random, key);
            case 4 -> append(random, key);
            case 5 -> increment(random, key);
            default -> putAll(random);
        };
    }

    private Operation put(SplittableRandom random, String key) {
        String value = "" + random.nextInt(1_000);
        Model standing = model.get(key);
        long now = lab.nowMillis.get();
        long delay = random.nextInt(-5, 300);
        Condition condition =
                switch (random.nextInt(3)) {
                    case 0 -> Condition.ALWAYS;
                    case 1 -> Condition.IF_ABSENT;
                    default -> Condition.IF_PRESENT;
                };
        boolean holds =
                condition.equals(Condition.ALWAYS)
                        || condition.equals(Condition.IF_ABSENT) == (standing == null);
        Expiry expiry =
                switch (random.nextInt(3)) {
                    case 0 -> Expiry.NONE;
                    case 1 -> Expiry.KEEP;
                    default -> new Expiry.After(delay);
                };
        if (holds) {
            long kept = standing == null ? 0 : standing.expiresAt();
            keep(
                    key,
                    value,
                    expiry.equals(Expiry.NONE)
                            ? 0
                            : expiry.equals(Expiry.KEEP) ? kept : now + delay);
        }
        return new Operation.Put(key(key), bytes(value), expiry, condition, false);
    }

    private Operation expire(SplittableRandom random, String key) {
        long at = lab.nowMillis.get() + random.nextInt(-10, 300);
        var conditions = ExpireCondition.values();
        var condition = conditions[random.nextInt(conditions.length)];
        Model standing = model.get(key);
        if (standing != null) {
            long present = standing.expiresAt() == 0 ? Long.MAX_VALUE : standing.expiresAt();
            boolean holds =
                    switch (condition) {
                        case ALWAYS -> true;
                        case IF_NONE -> present == Long.MAX_VALUE;
                        case IF_SOME -> present != Long.MAX_VALUE;
                        case IF_LATER -> at > present;
                        case IF_EARLIER -> at < present;
                    };
            if (holds) {
                keep(key, standing.value(), at);
            }
        }
        return new Operation.Expire(key(key), new Expiry.At(at), condition, false);
    }

    private Operation append(SplittableRandom random, String key) {
        String suffix = "" + random.nextInt(10);
        Model standing = model.getOrDefault(key, new Model("", 0));
        keep(key, standing.value() + suffix, standing.expiresAt());
        return new Operation.Append(key(key), bytes(suffix));
    }

    private Operation increment(SplittableRandom random, String key) {
        long delta = random.nextInt(-100, 100);
        Model standing = model.getOrDefault(key, new Model("0", 0));
        try {
            long before = Long.parseLong(standing.value());
            if (standing.value().equals("" + before)) {
                keep(key, "" + Math.addExact(before, delta), standing.expiresAt());
            }
        } catch (NumberFormatException | ArithmeticException refused) {
            assertThat(standing.value()).hasSizeGreaterThan(17);
        }
        return new Operation.Increment(key(key), delta);
    }

    private Operation putAll(SplittableRandom random) {
        String first = "{s}" + random.nextInt(KEYS);
        String second = "{s}" + random.nextInt(KEYS);
        if (!model.containsKey(first) && !model.containsKey(second)) {
            keep(first, "1", 0);
            keep(second, "2", 0);
        }
        return new Operation.PutAllIfAbsent(
                List.of(
                        new Operation.Pair(key(first), bytes("1")),
                        new Operation.Pair(key(second), bytes("2"))));
    }

    private void keep(String key, String value, long expiresAt) {
        model.put(key, new Model(value, expiresAt));
        forgetExpired();
    }

    private void forgetExpired() {
        long now = lab.nowMillis.get();
        model.values().removeIf(kept -> kept.expiresAt() != 0 && kept.expiresAt() <= now);
    }

    private void compare(String key) {
        Model wanted = model.get(key);
        Entry found = lab.keyspace.findOrNull(key(key));
        if (wanted == null) {
            assertThat(found).isNull();
            return;
        }
        assertThat(found).as(key).isNotNull();
        assertThat(new Model(text(found), found.expiresAtMillis())).isEqualTo(wanted);
    }
}
