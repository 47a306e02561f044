package dev.gossamer.node.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class NearTierTest {
    private static final MemberId A = new MemberId(1);
    private static final Bytes KEY = Bytes.utf8("k");
    private static final int SLOT = KEY.slotIndex();
    private static final long HASH = KeyHash.of(KEY);

    private long nowMillis = 1_000;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final NearTier tier = tier(1 << 20);
    private final NearOrigin origin = new NearOrigin(A);

    private NearTier tier(long bytesMax) {
        NearTier made =
                new NearTier(
                        bytesMax,
                        () -> nowMillis,
                        (_, entry, other) -> entry.isLaterByClock(other));
        made.register(meters);
        return made;
    }

    private static Version version(long clock) {
        return new Version(1, clock, A);
    }

    private static Entry entry(long clock) {
        return Entry.of(new byte[] {1}, version(clock), Entry.NEVER);
    }

    private NearCopy put(long askedNanos, Entry entry, long sequence) {
        NearCopy copy = new NearCopy(tier.question(KEY, SLOT, origin, askedNanos), entry, sequence);
        tier.put(copy);
        copy.settle();
        return copy;
    }

    @Test
    void aCopyIsFoundWhileItWasCurrentRecentlyEnough() {
        NearCopy copy = put(100, entry(1), 5);
        assertThat(tier.findOrNull(KEY, 100)).isSameAs(copy);
        assertThat(tier.findOrNull(KEY, 101)).as("it was asked for at 100").isNull();
        origin.prove(300);
        assertThat(tier.findOrNull(KEY, 300)).as("the origin has proved it since").isSameAs(copy);
        assertThat(tier.findOrNull(Bytes.utf8("other"), 0)).isNull();
        assertThat(meters.get("gossamer.near.hits").functionCounter().count()).isEqualTo(2);
        assertThat(meters.get("gossamer.near.misses").functionCounter().count()).isEqualTo(2);
    }

    @Test
    void aProofDoesNotCountForACopyThatMayHaveBeenInvalidatedOnItsWay() {
        NearCopy copy = new NearCopy(tier.question(KEY, SLOT, origin, 100), entry(1), 5);
        tier.put(copy);
        origin.prove(300);
        assertThat(tier.findOrNull(KEY, 101)).isNull();
        assertThat(tier.findOrNull(KEY, 100)).isSameAs(copy);
        copy.settle();
        assertThat(tier.findOrNull(KEY, 300)).isSameAs(copy);
    }

    @Test
    void whoHoldsACopyThatIsTakenOutSeesIt() {
        NearCopy invalidated = put(1, entry(1), 5);
        tier.invalidate(origin, 6, HASH, version(2));
        NearCopy replaced = put(2, entry(2), 6);
        NearCopy dropped = put(3, entry(3), 7);
        assertThat(tier.stands(replaced)).isFalse();
        assertThat(tier.stands(dropped)).isTrue();
        tier.drop(HASH);
        NearCopy kept = put(4, entry(4), 8);
        tier.drop(kept);
        for (NearCopy each : new NearCopy[] {invalidated, dropped, kept}) {
            assertThat(tier.stands(each)).isFalse();
        }
    }

    @Test
    void whoHoldsACopyThatLeftForWantOfRoomSeesIt() {
        NearTier small = tier(2_000);
        NearCopy[] copies = new NearCopy[50];
        for (int i = 0; i < copies.length; i++) {
            Bytes key = Bytes.utf8("k" + i);
            copies[i] = new NearCopy(small.question(key, key.slotIndex(), origin, 1), entry(1), 1);
            small.put(copies[i]);
        }
        assertThat(small.count()).isLessThan(10);
        for (int i = 0; i < copies.length; i++) {
            boolean isThere = small.peekOrNull(Bytes.utf8("k" + i)) == copies[i];
            assertThat(small.stands(copies[i])).isEqualTo(isThere);
        }
    }

    @Test
    void anInvalidationTakesOutWhatTheOriginDidNotKnowOfYet() {
        put(1, entry(1), 5);
        tier.invalidate(origin, 5, HASH, version(2));
        tier.invalidate(new NearOrigin(A), 6, HASH, version(2));
        tier.invalidate(origin, 6, HASH, version(1));
        tier.invalidate(origin, 6, HASH + 1, version(2));
        assertThat(tier.findOrNull(KEY, 0)).as("none of these concerns it").isNotNull();
        tier.invalidate(origin, 6, HASH, version(2));
        assertThat(tier.findOrNull(KEY, 0)).isNull();
        assertThat(meters.get("gossamer.near.voided").functionCounter().count()).isEqualTo(1);
    }

    @Test
    void aVoidSlotHidesWhatIsThereAndWhatIsUnderWay() {
        put(1, entry(1), 5);
        NearCopy.Question before = tier.question(KEY, SLOT, origin, 2);
        tier.voidSlot(SLOT + 1);
        assertThat(tier.findOrNull(KEY, 0)).isNotNull();
        tier.voidSlot(SLOT);
        assertThat(tier.findOrNull(KEY, 0)).isNull();
        tier.put(new NearCopy(before, entry(2), 6));
        assertThat(tier.findOrNull(KEY, 0)).as("asked before the slot was void").isNull();
        put(3, entry(2), 6);
        assertThat(tier.findOrNull(KEY, 0)).isNotNull();
    }

    @Test
    void aVoidOriginHidesItsCopiesAndNoOthers() {
        NearOrigin other = new NearOrigin(new MemberId(2));
        Bytes theirs = Bytes.utf8("theirs");
        put(1, entry(1), 5);
        tier.put(new NearCopy(tier.question(theirs, theirs.slotIndex(), other, 1), entry(1), 1));
        origin.voidAll();
        assertThat(tier.findOrNull(KEY, 0)).isNull();
        assertThat(tier.findOrNull(theirs, 0)).isNotNull();
    }

    @Test
    void theLaterVersionStaysWhateverComesLast() {
        NearCopy later = put(1, entry(2), 6);
        put(2, entry(1), 5);
        assertThat(tier.findOrNull(KEY, 0)).isSameAs(later);
        NearCopy same = put(3, entry(2), 7);
        assertThat(tier.findOrNull(KEY, 0)).as("asked for later").isSameAs(same);
        put(2, entry(2), 7);
        assertThat(tier.findOrNull(KEY, 0)).isSameAs(same);
        tier.drop(later);
        assertThat(tier.findOrNull(KEY, 0)).as("another one stands").isSameAs(same);
        tier.drop(same);
        assertThat(tier.findOrNull(KEY, 0)).isNull();
    }

    @Test
    void whatHasExpiredIsNotFound() {
        put(1, Entry.of(new byte[1], version(1), 1_010), 5);
        assertThat(tier.findOrNull(KEY, 0)).isNotNull();
        nowMillis = 1_010;
        assertThat(tier.findOrNull(KEY, 0)).isNull();
    }

    @Test
    void itKeepsToItsBytesAndToNoneWhereThereAreNone() {
        NearTier small = tier(10_000);
        NearTier none = tier(0);
        for (int i = 0; i < 1_000; i++) {
            Bytes key = Bytes.utf8("key-" + i);
            var question = small.question(key, key.slotIndex(), origin, 1);
            small.put(new NearCopy(question, entry(1), 1));
            none.put(new NearCopy(question, entry(1), 1));
        }
        assertThat(small.bytes()).isBetween(9_000L, 10_000L);
        assertThat(none.count()).isZero();
        assertThat(none.isOn()).isFalse();
    }
}
