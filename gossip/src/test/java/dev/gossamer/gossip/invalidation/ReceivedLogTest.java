package dev.gossamer.gossip.invalidation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import org.junit.jupiter.api.Test;

class ReceivedLogTest {
    private static final long LIFE = 5;

    /** Sequence n voids key n in slot n mod 10; every hundredth voids its slot, 7 a tag. */
    private static Invalidations entries(long first, long last) {
        InvalidationLog log = new InvalidationLog(new MemberId(1), LIFE, 1 << 20, () -> {});
        for (long sequence = 1; sequence <= last; sequence++) {
            Kind kind = sequence % 100 == 0 ? Kind.SLOT : sequence == 7 ? Kind.TAG : Kind.KEY;
            Version version = new Version(1, sequence, new MemberId(1));
            log.append(kind, (int) (sequence % 10), sequence, version);
        }
        return log.after(first - 1).orElseThrow();
    }

    private static ReceivedLog log(int capacityMax, long start) {
        ReceivedLog log = new ReceivedLog(capacityMax);
        log.begin(LIFE, start);
        return log;
    }

    private static Position after(long sequence) {
        return new Position(LIFE, sequence);
    }

    @Test
    void entriesThatCameEarlyAreDeliveredWhenTheGapIsFilled() {
        ReceivedLog log = log(1_000, 0);
        assertThat(log.add(entries(4, 6))).isEqualTo(3);
        assertThat(log.advanceOrNull()).isNull();
        assertThat(log.add(entries(1, 4))).isEqualTo(3);
        Invalidations run = log.advanceOrNull();
        assertThat(run.first()).isEqualTo(1);
        assertThat(run.last()).isEqualTo(6);
        assertThat(log.contiguous()).isEqualTo(6);
        assertThat(log.add(entries(1, 6))).isZero();
    }

    @Test
    void aCopyThatWasInvalidatedUnderWayIsKnown() {
        ReceivedLog log = log(1_000, 0);
        log.add(entries(1, 120));
        log.advanceOrNull();
        assertThat(log.raced(after(40), Kind.KEY, 2, 42)).isEqualTo(Raced.YES);
        assertThat(log.raced(after(42), Kind.KEY, 2, 42)).isEqualTo(Raced.NO);
        assertThat(log.raced(after(41), Kind.KEY, 3, 42)).isEqualTo(Raced.NO);
        assertThat(log.raced(after(500), Kind.KEY, 2, 42)).isEqualTo(Raced.NO);
        assertThat(log.raced(after(99), Kind.KEY, 0, 12_345)).isEqualTo(Raced.YES);
        assertThat(log.raced(after(99), Kind.TAG, 0, 12_345)).isEqualTo(Raced.NO);
        assertThat(log.raced(after(6), Kind.TAG, 7, 7)).isEqualTo(Raced.YES);
        assertThat(log.raced(after(6), Kind.KEY, 7, 7)).isEqualTo(Raced.NO);
    }

    @Test
    void whatIsNotKnownIsNeverDenied() {
        ReceivedLog log = log(100, 10);
        log.add(entries(11, 40));
        log.advanceOrNull();
        assertThat(log.raced(after(9), Kind.KEY, 5, 5)).isEqualTo(Raced.NOT_KNOWN);
        assertThat(log.raced(after(10), Kind.KEY, 5, 5)).isEqualTo(Raced.NO);
        assertThat(log.raced(new Position(LIFE - 1, 30), Kind.KEY, 5, 5))
                .isEqualTo(Raced.NOT_KNOWN);
        for (long first = 41; first < 400; first += 40) {
            log.add(entries(first, first + 39));
            log.advanceOrNull();
        }
        assertThat(log.raced(after(12), Kind.KEY, 5, 5)).isEqualTo(Raced.NOT_KNOWN);
        log.skipTo(1_000);
        assertThat(log.raced(after(395), Kind.KEY, 5, 5)).isEqualTo(Raced.NOT_KNOWN);
        assertThat(log.raced(after(1_000), Kind.KEY, 5, 5)).isEqualTo(Raced.NO);
    }

    @Test
    void whatIsTooFarAheadDoesNotPushOutWhatIsNotDeliveredYet() {
        ReceivedLog log = log(100, 0);
        log.add(entries(2, 10));
        assertThat(log.add(entries(51, 60))).isZero();
        log.add(entries(1, 1));
        assertThat(log.advanceOrNull().last()).isEqualTo(10);
    }

    @Test
    void aSmallerShareKeepsTheLatest() {
        ReceivedLog log = log(1_000, 0);
        log.add(entries(1, 200));
        log.advanceOrNull();
        log.limit(50);
        assertThat(log.bytes()).isEqualTo(50 * EntryRing.ENTRY_BYTES);
        assertThat(log.has(200)).isTrue();
        assertThat(log.has(151)).isTrue();
        assertThat(log.has(150)).isFalse();
        assertThat(log.contiguous()).isEqualTo(200);
    }
}
