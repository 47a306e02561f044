package dev.gossamer.node.cache;

import static dev.gossamer.node.cache.KeyspaceLab.EPOCH;
import static dev.gossamer.node.cache.KeyspaceLab.bytes;
import static dev.gossamer.node.cache.KeyspaceLab.key;
import static dev.gossamer.node.cache.KeyspaceLab.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.cache.Outcome.Leased;
import dev.gossamer.node.cache.Outcome.Leased.State;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LeasesTest {
    private static final Bytes KEY = key("k");
    private static final long TIMEOUT = LeaseSettings.DEFAULT.timeout().toMillis();

    private final KeyspaceLab lab = new KeyspaceLab(1 << 20);
    private final AtomicInteger woken = new AtomicInteger();
    private long operations;

    private Leased take(Bytes key) {
        return take(key, new OperationId(1, operations++), 0, 0);
    }

    private Leased take(Bytes key, OperationId id, long timeoutMillis, long refreshMillis) {
        var take = new Operation.TakeLease(key, timeoutMillis, refreshMillis);
        return (Leased)
                lab.keyspace.apply(take, key.slotIndex(), EPOCH, id, Caller.UNKNOWN).outcome();
    }

    private Version lease(Bytes key) {
        Leased leased = take(key);
        assertThat(leased.state()).isEqualTo(State.LOAD);
        return leased.token();
    }

    private Outcome fill(Bytes key, Version token, String value) {
        return lab.apply(new Operation.Fill(key, bytes(value), Operation.Expiry.NONE, token));
    }

    private Outcome fill(Bytes key, Version token, String value, long tag) {
        return lab.apply(
                new Operation.Fill(
                        key, bytes(value), Operation.Expiry.NONE, token, new long[] {tag}));
    }

    private long tag(String name) {
        return lab.keyspace.tagsOf(KEY, List.of(key(name)))[0];
    }

    private void invalidate(long tag) {
        lab.keyspace.tags().hear(tag, lab.keyspace.tags().begin());
    }

    private Outcome put(Bytes key, String value) {
        return lab.apply(
                new Operation.Put(
                        key,
                        bytes(value),
                        Operation.Expiry.NONE,
                        Operation.Condition.ALWAYS,
                        false));
    }

    private Outcome remove(Bytes key) {
        return lab.apply(new Operation.Remove(key, Operation.Condition.ALWAYS, false));
    }

    private double counted(String name, String... tags) {
        return lab.registry.get(name).tags(tags).functionCounter().count();
    }

    private static void assertOvertaken(Outcome outcome) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.OVERTAKEN));
    }

    @Test
    void oneCallerIsToLoadAMissingKeyAndTheOthersAreToldForHowLong() {
        Leased first = take(KEY);
        assertThat(first.state()).isEqualTo(State.LOAD);
        assertThat(first.leftMillis()).isEqualTo(TIMEOUT);
        lab.pass(1_000);
        Leased second = take(KEY);
        assertThat(second.state()).isEqualTo(State.BUSY);
        assertThat(second.token()).isEqualTo(Version.NONE);
        assertThat(second.leftMillis()).isEqualTo(TIMEOUT - 1_000);
        assertThat(fill(KEY, first.token(), "v")).isInstanceOf(Outcome.Applied.class);
        Leased third = take(KEY);
        assertThat(third.state()).isEqualTo(State.HIT);
        assertThat(text(third.entry())).isEqualTo("v");
        assertThat(counted("gossamer.leases.given")).isEqualTo(1);
        assertThat(counted("gossamer.leases.ended", "cause", "filled")).isEqualTo(1);
        assertThat(counted("gossamer.leases.load.seconds")).isEqualTo(1);
    }

    @Test
    void whoAsksAgainUnderTheSameNameHasTheSameLease() {
        OperationId call = new OperationId(7, 7);
        Leased first = take(KEY, call, 0, 0);
        Leased again = take(KEY, call, 0, 0);
        assertThat(again.state()).isEqualTo(State.LOAD);
        assertThat(again.token()).isEqualTo(first.token());
    }

    @Test
    void aFillIsRefusedOnceItsKeyWasWritten() {
        Version token = lease(KEY);
        put(KEY, "newer");
        assertOvertaken(fill(KEY, token, "older"));
        assertThat(text(lab.keyspace.findOrNull(KEY))).isEqualTo("newer");
        assertThat(counted("gossamer.leases.ended", "cause", "overtaken")).isEqualTo(1);
        assertThat(counted("gossamer.leases.overtaken.fills")).isEqualTo(1);
    }

    @Test
    void aFillIsRefusedOnceATagOfItWasInvalidatedSinceItsLeaseWasGiven() {
        invalidate(tag("t"));
        Version token = lease(KEY);
        invalidate(tag("another"));
        assertThat(fill(KEY, token, "v", tag("t"))).isInstanceOf(Outcome.Applied.class);
        remove(KEY);
        Version second = lease(KEY);
        invalidate(tag("t"));
        assertOvertaken(fill(KEY, second, "older", tag("t")));
        assertThat(lab.keyspace.findOrNull(KEY)).isNull();
        assertThat(lease(KEY)).as("the lease is over").isNotEqualTo(second);
    }

    @Test
    void aFillIsRefusedOnceItsCacheWasInvalidated() {
        Version token = lease(KEY);
        invalidate(Tags.ofCache(lab.keyspace.settingsOf(KEY)));
        assertOvertaken(fill(KEY, token, "older"));
        assertThat(lab.keyspace.findOrNull(KEY)).isNull();
    }

    @Test
    void whatATagHasInvalidatedIsToBeLoaded() {
        fill(KEY, lease(KEY), "v", tag("t"));
        assertThat(take(KEY).state()).isEqualTo(State.HIT);
        invalidate(tag("t"));
        assertThat(take(KEY).state()).isEqualTo(State.LOAD);
    }

    @Test
    void whatWasAbsentIsLookedForAgainOnceItsCacheIsInvalidated() {
        lab.apply(new Operation.EndLease(KEY, lease(KEY), 60_000));
        assertThat(take(KEY).state()).isEqualTo(State.ABSENT);
        invalidate(Tags.ofCache(lab.keyspace.settingsOf(key("strict:k"))));
        assertThat(take(KEY).state()).isEqualTo(State.ABSENT);
        invalidate(Tags.ofCache(lab.keyspace.settingsOf(KEY)));
        assertThat(take(KEY).state()).isEqualTo(State.LOAD);
    }

    @Test
    void aFillIsRefusedOnceItsKeyWasRemovedThoughThereWasNothingToRemove() {
        Version token = lease(KEY);
        remove(KEY);
        assertOvertaken(fill(KEY, token, "older"));
        // The tombstone stands by now: the second removal changes nothing at all.
        Version second = lease(KEY);
        remove(KEY);
        assertOvertaken(fill(KEY, second, "older"));
        Version third = lease(KEY);
        lab.keyspace.applyAlone(
                new Operation.Remove(KEY, Operation.Condition.ALWAYS, false),
                KEY.slotIndex(),
                EPOCH,
                null,
                Caller.UNKNOWN);
        assertOvertaken(fill(KEY, third, "older"));
        assertThat(lab.keyspace.findOrNull(KEY)).isNull();
    }

    @Test
    void aFillIsRefusedOnceAnotherOwnersVersionHasCome() {
        Version token = lease(KEY);
        Version later = new Version(EPOCH, lab.keyspace.clock() + 5, KeyspaceLab.SELF);
        lab.keyspace.merge(KEY, Entry.of(bytes("theirs"), later, Entry.NEVER));
        assertOvertaken(fill(KEY, token, "older"));
        assertThat(text(lab.keyspace.findOrNull(KEY))).isEqualTo("theirs");
    }

    @Test
    void everyKeyOfAWriteOfSeveralOvertakes() {
        Bytes one = key("{s}1");
        Bytes two = key("{s}2");
        Version first = lease(one);
        Version second = lease(two);
        lab.apply(
                new Operation.PutAllIfAbsent(
                        List.of(
                                new Operation.Pair(one, bytes("a")),
                                new Operation.Pair(two, bytes("b")))));
        assertOvertaken(fill(one, first, "x"));
        assertOvertaken(fill(two, second, "x"));
    }

    @Test
    void aWriteThatDoesNotHappenOvertakesNothing() {
        Version token = lease(KEY);
        lab.apply(
                new Operation.Put(
                        KEY,
                        bytes("v"),
                        Operation.Expiry.NONE,
                        Operation.Condition.IF_PRESENT,
                        false));
        assertThat(fill(KEY, token, "loaded")).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void aLeaseWhoseTimeIsOverGoesToTheNextWhoAsksAndIsRefusedThen() {
        Version first = lease(KEY);
        lab.pass(TIMEOUT - 1);
        assertThat(take(KEY).state()).isEqualTo(State.BUSY);
        lab.pass(1);
        Version second = lease(KEY);
        assertThat(second).isGreaterThan(first);
        assertOvertaken(fill(KEY, first, "late"));
        assertThat(fill(KEY, second, "in time")).isInstanceOf(Outcome.Applied.class);
        assertThat(counted("gossamer.leases.ended", "cause", "timed_out")).isEqualTo(1);
    }

    @Test
    void whoIsLateStillFillsWhileNobodyElseHasAskedForAsLongAgain() {
        Version late = lease(KEY);
        lab.pass(2 * TIMEOUT - 1);
        lab.keyspace.cleanUp();
        assertThat(fill(KEY, late, "late")).isInstanceOf(Outcome.Applied.class);
        remove(KEY);
        Version tooLate = lease(KEY);
        lab.pass(2 * TIMEOUT);
        lab.keyspace.cleanUp();
        assertOvertaken(fill(KEY, tooLate, "too late"));
    }

    @Test
    void theTimeOfALeaseIsTheTakersUpToTheLongest() {
        assertThat(take(KEY, new OperationId(1, 1), 300, 0).leftMillis()).isEqualTo(300);
        long longest = LeaseSettings.DEFAULT.timeoutMax().toMillis();
        assertThat(take(key("other"), new OperationId(1, 2), Long.MAX_VALUE, 0).leftMillis())
                .isEqualTo(longest);
    }

    @Test
    void aLeaseThatWasDroppedGoesToTheNextWhoAsks() {
        Version token = lease(KEY);
        assertThat(lab.apply(new Operation.EndLease(KEY, token, 0)))
                .isInstanceOf(Outcome.Applied.class);
        assertThat(lab.apply(new Operation.EndLease(KEY, token, 0)))
                .isInstanceOf(Outcome.Unchanged.class);
        assertThat(take(KEY).state()).isEqualTo(State.LOAD);
    }

    @Test
    void aValueThatSoonExpiresIsGivenWithALeaseToOneAndWithoutToTheOthers() {
        Version token = lease(KEY);
        lab.apply(new Operation.Fill(KEY, bytes("v"), new Operation.Expiry.After(10_000), token));
        lab.pass(4_000);
        assertThat(take(KEY, new OperationId(2, 0), 0, 5_999).state()).isEqualTo(State.HIT);
        Leased one = take(KEY, new OperationId(2, 1), 0, 6_000);
        assertThat(one.state()).isEqualTo(State.LOAD);
        assertThat(text(one.entry())).isEqualTo("v");
        assertThat(one.ageMillis()).isEqualTo(4_000);
        Leased other = take(KEY, new OperationId(2, 2), 0, 6_000);
        assertThat(other.state()).isEqualTo(State.BUSY);
        assertThat(text(other.entry())).isEqualTo("v");
        assertThat(fill(KEY, one.token(), "w")).isInstanceOf(Outcome.Applied.class);
        assertThat(text(lab.keyspace.findOrNull(KEY))).isEqualTo("w");
    }

    @Test
    void aKeyThatItsOriginDoesNotHaveIsAbsentForEverybodyUntilTheTimeIsOver() {
        Version token = lease(KEY);
        lab.apply(new Operation.EndLease(KEY, token, 3_000));
        lab.pass(2_999);
        Leased known = take(KEY);
        assertThat(known.state()).isEqualTo(State.ABSENT);
        assertThat(known.leftMillis()).isEqualTo(1);
        assertThat(lab.keyspace.findOrNull(KEY)).isNull();
        lab.pass(1);
        assertThat(take(KEY).state()).isEqualTo(State.LOAD);
    }

    @Test
    void whatIsKnownToBeAbsentIsForgottenWhenTheKeyIsWrittenOrInvalidated() {
        lab.apply(new Operation.EndLease(KEY, lease(KEY), 60_000));
        remove(KEY);
        lab.apply(new Operation.EndLease(KEY, lease(KEY), 60_000));
        put(KEY, "v");
        assertThat(take(KEY).state()).isEqualTo(State.HIT);
    }

    @Test
    void whatTheOriginHasNoMoreIsRemovedAndRemembered() {
        Version token = lease(KEY);
        lab.apply(new Operation.Fill(KEY, bytes("v"), new Operation.Expiry.After(1_000), token));
        Version again = take(KEY, new OperationId(3, 0), 0, 1_000).token();
        Outcome gone = lab.apply(new Operation.EndLease(KEY, again, 5_000));
        assertThat(gone)
                .isInstanceOfSatisfying(
                        Outcome.Applied.class,
                        applied -> assertThat(applied.version()).isGreaterThan(again));
        assertThat(lab.keyspace.findOrNull(KEY)).isNull();
        assertThat(lab.keyspace.peekOrNull(KEY).isTombstone()).isTrue();
        assertThat(take(KEY).state()).isEqualTo(State.ABSENT);
        assertOvertaken(lab.apply(new Operation.EndLease(KEY, again, 5_000)));
    }

    @Test
    void whoWaitsIsToldOfTheFillOfADropOfAWriteAndOfTheEndOfATenure() {
        for (int how = 0; how < 4; how++) {
            Bytes key = key("wait" + how);
            Version token = lease(key);
            assertThat(lab.keyspace.leases().await(key, woken::incrementAndGet))
                    .isEqualTo(LeaseSettings.DEFAULT.timeout().toNanos());
            switch (how) {
                case 0 -> fill(key, token, "v");
                case 1 -> lab.apply(new Operation.EndLease(key, token, 0));
                case 2 -> put(key, "v");
                default -> lab.keyspace.leases().revoke(slot -> slot == key.slotIndex());
            }
            assertThat(woken).hasValue(how + 1);
        }
        assertThat(lab.keyspace.leases().await(KEY, woken::incrementAndGet)).isZero();
        assertThat(counted("gossamer.leases.waited")).isEqualTo(4);
        assertThat(lab.registry.get("gossamer.leases.waiters").gauge().value()).isZero();
    }

    @Test
    void whoLeavesIsToldNothingAndTakesNoRoom() {
        Version token = lease(KEY);
        Leases.Waiter waiter = woken::incrementAndGet;
        double before = lab.registry.get("gossamer.leases.bytes").gauge().value();
        lab.keyspace.leases().await(KEY, waiter);
        lab.keyspace.leases().leave(KEY, waiter);
        assertThat(lab.registry.get("gossamer.leases.bytes").gauge().value()).isEqualTo(before);
        fill(KEY, token, "v");
        assertThat(woken).hasValue(0);
        assertThat(lab.registry.get("gossamer.leases.bytes").gauge().value()).isZero();
    }

    @Test
    void tokensOfATenureThatHasEndedAreRefused() {
        Version token = lease(KEY);
        Bytes other = key("other");
        Version kept = lease(other);
        assertThat(other.slotIndex()).isNotEqualTo(KEY.slotIndex());
        lab.keyspace.leases().revoke(slot -> slot == KEY.slotIndex());
        assertOvertaken(fill(KEY, token, "v"));
        assertThat(fill(other, kept, "v")).isInstanceOf(Outcome.Applied.class);
        assertThat(counted("gossamer.leases.ended", "cause", "revoked")).isEqualTo(1);
    }

    @Test
    void whatIsInvalidatedAsAWholeOvertakesEveryLeaseInIt() {
        Version token = lease(KEY);
        lab.keyspace.leases().overtakeAll(_ -> true);
        assertOvertaken(fill(KEY, token, "v"));
    }

    @Test
    void aFullTableRefusesAndNeverGrowsBeyondItsBound() {
        long max = 8 << 10;
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Leases leases =
                new Leases(
                        new LeaseSettings(Duration.ofSeconds(1), Duration.ofSeconds(1), max),
                        () -> lab.nowMillis.get() * 1_000_000,
                        registry);
        List<Bytes> given = new ArrayList<>();
        assertThatThrownBy(
                        () -> {
                            for (int i = 0; ; i++) {
                                Bytes key = key("k" + i);
                                leases.take(
                                        key.slotIndex(),
                                        key,
                                        null,
                                        Caller.UNKNOWN,
                                        0,
                                        this::version);
                                given.add(key);
                                assertThat(leases.bytes()).isLessThanOrEqualTo(max);
                            }
                        })
                .isInstanceOfSatisfying(
                        GossamerException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.BUSY));
        assertThat(given.size()).isBetween(20, 29);
        assertThatThrownBy(() -> leases.await(given.getFirst(), woken::incrementAndGet))
                .hasMessageContaining("limits.leases-bytes-max");
        assertThat(registry.get("gossamer.leases.refused").functionCounter().count()).isEqualTo(2);
        assertThat(registry.get("gossamer.leases").gauge().value()).isEqualTo(given.size());
        assertThat(registry.get("gossamer.leases.bytes.max").gauge().value())
                .isEqualTo((double) max);
        lab.pass(2_000);
        Bytes next = key("next");
        assertThat(leases.take(next.slotIndex(), next, null, Caller.UNKNOWN, 0, this::version))
                .isInstanceOf(Leases.Taken.Given.class);
        assertThat(leases.count()).isEqualTo(1);
    }

    private Version version() {
        return new Version(1, lab.clock.next(lab.nowMillis.get()), KeyspaceLab.SELF);
    }

    @Test
    void whatIsAbsentLeavesRoomForLeases() {
        Leases leases =
                new Leases(
                        new LeaseSettings(Duration.ofSeconds(1), Duration.ofSeconds(1), 8 << 10),
                        () -> lab.nowMillis.get() * 1_000_000,
                        new SimpleMeterRegistry());
        for (int i = 0; i < 100; i++) {
            Bytes key = key("k" + i);
            leases.absent(key.slotIndex(), key, 60_000);
        }
        assertThat(leases.bytes()).isBetween(3L << 10, 4L << 10);
        assertThat(leases.take(KEY.slotIndex(), KEY, null, Caller.UNKNOWN, 0, this::version))
                .isInstanceOf(Leases.Taken.Given.class);
    }

    @Test
    void aKeyThatCouldNotBeKeptIsNotLent() {
        Bytes long1 = key("brief:" + "x".repeat(2_000));
        var take = new Operation.TakeLease(long1, 0, 0);
        assertThat(lab.apply(take))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.TOOLARGE));
    }
}
