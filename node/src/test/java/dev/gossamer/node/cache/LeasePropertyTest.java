package dev.gossamer.node.cache;

import static dev.gossamer.node.cache.KeyspaceLab.EPOCH;
import static dev.gossamer.node.cache.KeyspaceLab.bytes;
import static dev.gossamer.node.cache.KeyspaceLab.key;
import static dev.gossamer.node.cache.KeyspaceLab.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Outcome.Leased;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Loads, fills, writes, invalidations and time in any order: an origin whose values only grow is
 * cached by loaders who may be slow. Whatever the order, a value that was read from the origin
 * before an invalidation never becomes visible after it (C6), and no two live leases of a key
 * overlap (C7).
 */
class LeasePropertyTest {
    private static final int STEPS = 2_000;
    private static final long TIMEOUT_MILLIS = 500;

    private final KeyspaceLab lab = new KeyspaceLab(8 << 20);
    private final Map<Bytes, Integer> origin = new HashMap<>();

    /** The least that may be visible under a key: what the origin had when it was invalidated. */
    private final Map<Bytes, Integer> floors = new HashMap<>();

    private final List<Load> loads = new ArrayList<>();

    /** By key the lease that nothing but time can have ended. */
    private final Map<Bytes, Load> live = new HashMap<>();

    private int accepted;
    private int refused;

    /** A loader between its lease and its fill. */
    private record Load(Bytes key, Version token, int value, long givenMillis) {}

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(50) : LongStream.of(fixed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void nothingThatWasLoadedBeforeAnInvalidationIsSeenAfterIt(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int step = 0; step < STEPS; step++) {
            Bytes key = key("k" + random.nextInt(4));
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> beginLoad(key, step);
                case 3, 4 -> endLoad(random);
                case 5 -> invalidate(key, random);
                case 6 -> write(key);
                default -> lab.pass(random.nextInt(200));
            }
            lookAtEverything();
        }
        assertThat(accepted).as("fills that were stored").isGreaterThan(STEPS / 200);
        assertThat(refused).as("fills that were overtaken").isGreaterThan(STEPS / 200);
    }

    private void beginLoad(Bytes key, int step) {
        var take = new Operation.TakeLease(key, TIMEOUT_MILLIS, 0);
        var id = new OperationId(1, step);
        Leased leased =
                (Leased)
                        lab.keyspace
                                .apply(take, key.slotIndex(), EPOCH, id, Caller.UNKNOWN)
                                .outcome();
        if (leased.state() == Leased.State.LOAD) {
            long now = lab.nowMillis.get();
            assertThat(isLive(key)).as("another live lease of %s", key).isFalse();
            Load load = new Load(key, leased.token(), origin.getOrDefault(key, 0), now);
            loads.add(load);
            live.put(key, load);
        } else if (leased.state() == Leased.State.BUSY) {
            assertThat(isLive(key)).as("a live lease of %s", key).isTrue();
        }
    }

    private boolean isLive(Bytes key) {
        Load load = live.get(key);
        return load != null && lab.nowMillis.get() - load.givenMillis() < TIMEOUT_MILLIS;
    }

    private void endLoad(SplittableRandom random) {
        if (loads.isEmpty()) {
            return;
        }
        Load load = loads.remove(random.nextInt(loads.size()));
        live.remove(load.key(), load);
        if (random.nextInt(10) == 0) {
            lab.apply(new Operation.EndLease(load.key(), load.token(), 0));
            return;
        }
        Outcome outcome =
                lab.apply(
                        new Operation.Fill(
                                load.key(),
                                bytes("" + load.value()),
                                new Operation.Expiry.After(1 + random.nextInt(2_000)),
                                load.token()));
        if (outcome instanceof Outcome.Refused(var code, var _)) {
            assertThat(code).isEqualTo(ErrorCode.OVERTAKEN);
            refused++;
        } else {
            accepted++;
        }
    }

    /** The origin changes first; then the cache is told, in one of the ways there are. */
    private void invalidate(Bytes key, SplittableRandom random) {
        int value = origin.merge(key, 1, Integer::sum);
        Operation removal = new Operation.Remove(key, Operation.Condition.ALWAYS, false);
        switch (random.nextInt(3)) {
            case 0 -> lab.apply(removal);
            case 1 ->
                    lab.keyspace.applyAlone(removal, key.slotIndex(), EPOCH, null, Caller.UNKNOWN);
            default ->
                    lab.apply(
                            new Operation.Expire(
                                    key,
                                    new Operation.Expiry.At(1),
                                    Operation.ExpireCondition.ALWAYS,
                                    false));
        }
        floors.put(key, value);
        live.remove(key);
    }

    private void write(Bytes key) {
        int value = origin.merge(key, 1, Integer::sum);
        lab.apply(
                new Operation.Put(
                        key,
                        bytes("" + value),
                        new Operation.Expiry.After(300),
                        Operation.Condition.ALWAYS,
                        false));
        floors.put(key, value);
        live.remove(key);
    }

    private void lookAtEverything() {
        floors.forEach((key, floor) -> {
            Entry entry = lab.keyspace.findOrNull(key);
            if (entry != null) {
                assertThat(Integer.parseInt(text(entry)))
                        .as("what is visible under %s", key)
                        .isGreaterThanOrEqualTo(floor);
            }
        });
    }
}
