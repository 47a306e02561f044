package dev.gossamer.gossip.invalidation;

import dev.gossamer.gossip.invalidation.Section.Claim;
import dev.gossamer.protocol.MemberId;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What this member knows of another one's log: what it received, what it heard is there, and what
 * the origin claimed. Only {@link #log} is safe for other threads.
 */
final class Origin {
    static final long PRESENT = Long.MAX_VALUE;
    private static final Claim NOTHING = new Claim(0, false, 0, 0);
    private static final int CLAIMS_MAX = 8;
    private static final Duration SAMPLE_LIFE = Duration.ofMinutes(10);

    final MemberId id;
    final ReceivedLog log;
    final ProvableAge age;
    final Pursuit pursuit = new Pursuit();

    /** Claims that reach further than what was received, by time. */
    private final ArrayDeque<Claim> ahead = new ArrayDeque<>(0);

    private Claim latest = NOTHING;
    private @Nullable Claim covered;
    private long heard;

    /** The age that the covered claim was last told with. */
    long toldBoundNanos = ProvableAge.UNKNOWN;

    /** When it left the view, or {@link #PRESENT}. */
    long leftNanos = PRESENT;

    /** When invalidations of it were heard last. */
    long newsNanos = Long.MIN_VALUE / 2;

    /** When it is to be asked for its time again. */
    long pingNanos;

    Origin(MemberId id, int capacityMax, int driftPpm) {
        this.id = id;
        this.log = new ReceivedLog(capacityMax);
        this.age = new ProvableAge(driftPpm, SAMPLE_LIFE);
    }

    void begin(long incarnation, long sequence) {
        log.begin(incarnation, sequence);
        ahead.clear();
        latest = new Claim(sequence, false, 0, 0);
        covered = null;
        heard = sequence;
        age.forget();
        toldBoundNanos = ProvableAge.UNKNOWN;
        pursuit.end();
    }

    /** Its log goes at least as far. */
    void hear(long sequence) {
        heard = Math.max(heard, sequence);
    }

    boolean isBehind() {
        return log.contiguous() < heard;
    }

    /**
     * Takes a claim of the life that is followed here.
     *
     * @return whether others may not have heard it yet. One without a time cannot be told from its
     *     repetition, so it always counts: trees have no circles.
     */
    boolean take(Claim claim) {
        boolean laterTime =
                claim.timed() && (!latest.timed() || claim.timeNanos() > latest.timeNanos());
        if (laterTime || claim.sequence() > latest.sequence()) {
            hear(claim.sequence());
            latest = claim;
        }
        if (laterTime && isLaterThanCovered(claim)) {
            if (ahead.size() == CLAIMS_MAX) {
                ahead.removeLast(); // the earliest is the first that can be covered
            }
            ahead.addLast(claim);
        }
        return laterTime || !claim.timed();
    }

    private boolean isLaterThanCovered(Claim claim) {
        Claim before = covered;
        return before == null || claim.timeNanos() > before.timeNanos();
    }

    /** The last one that was heard. */
    Claim latest() {
        return latest;
    }

    /**
     * Moves on to the last claim that what was received covers.
     *
     * @return whether there is a later one than before
     */
    boolean settle() {
        boolean moved = false;
        long contiguous = log.contiguous();
        while (!ahead.isEmpty() && ahead.getFirst().sequence() <= contiguous) {
            Claim next = ahead.removeFirst();
            if (isLaterThanCovered(next)) {
                covered = next;
                moved = true;
            }
        }
        return moved;
    }

    /** The last timed claim of which everything was received. */
    @Nullable Claim coveredOrNull() {
        return covered;
    }
}
