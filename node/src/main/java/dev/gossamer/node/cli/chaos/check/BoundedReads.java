package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.Source.Speaker;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Version;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Whether reads within a bound are as fresh as they had to be (C4): one that begins at s, with the
 * bound d, meets nothing that was overwritten, removed or missing any more by a call that was
 * acknowledged before s − d; and an answer that says it was current a ago meets nothing that was
 * overwritten before s − a, which for what an owner answers is s.
 *
 * <p><b>1. What is newer.</b> A write is newer than a value when it began after the value's write
 * was over, or when its version, as reads have shown it, is greater. A store is newer than a miss
 * when it began after the last removal that can explain the miss was over. The clock is that of the
 * clients, so nothing is allowed for clocks.
 *
 * <p><b>2. What is allowed.</b> To {@code consistent} caches nothing. In an {@code available} one
 * both sides of a partition serve and write, and neither has heard of what the other acknowledged:
 * the owner on one side may answer less than the other side knows until they are one again. Such an
 * answer is passed over when a partition lay between the beginning of the newer write and the end
 * of the read. A near copy has no such excuse for what was written on the side of the majority,
 * which the epoch of a version tells: no side of a partition but that one claims watermarks.
 *
 * <p><b>Cost.</b> For each read what was written between its value and its beginning.
 */
final class BoundedReads {
    private final KeyHistory key;
    private final BoundTally tally;

    /** Acknowledged, by start. */
    private final Writes all;

    /** Those of them that are known to be of an epoch that a majority agreed on. */
    private final Writes agreed;

    /** Removals by start, and for each when the last of those up to it was over. */
    private final List<Call> removals;

    private final long[] removedByNanos;

    private record Writes(List<Call> byStart, List<Call> byVersion) {}

    private BoundedReads(KeyHistory key, BoundTally tally) {
        this.key = key;
        this.tally = tally;
        this.all = writes(_ -> true);
        this.agreed = writes(this::isAgreed);
        this.removals = key.removals();
        this.removedByNanos = new long[removals.size()];
        long last = Long.MIN_VALUE;
        for (int i = 0; i < removedByNanos.length; i++) {
            last = Math.max(last, removals.get(i).effectiveByNanos());
            removedByNanos[i] = last;
        }
    }

    private Writes writes(Predicate<Call> kind) {
        List<Call> byStart = key.calls().stream().filter(Call::done).filter(kind).toList();
        List<Call> byVersion =
                byStart.stream()
                        .filter(write -> key.versionOf(write.id()).isPresent())
                        .sorted(Comparator.comparing(this::version, key.order()))
                        .toList();
        return new Writes(byStart, byVersion);
    }

    private Version version(Call write) {
        return key.versionOf(write.id()).orElseThrow();
    }

    private boolean isAgreed(Call write) {
        return key.versionOf(write.id())
                .filter(version -> !Epoch.isProvisional(version.epoch()))
                .isPresent();
    }

    /**
     * @param tally counts the reads
     */
    static Stream<Violation> check(KeyHistory key, BoundTally tally) {
        List<Call> reads = key.calls().stream().filter(call -> call.within().isPresent()).toList();
        if (reads.isEmpty()) {
            return Stream.empty();
        }
        BoundedReads check = new BoundedReads(key, tally);
        return reads.stream().flatMap(read -> check.of(read).stream());
    }

    private Optional<Violation> of(Call read) {
        tally.add(read);
        Optional<Call> newer = newerBeyondDoubt(read);
        newer.ifPresent(write -> tally.stale(read, staleNanos(read, write)));
        Optional<Violation> violation = newer.flatMap(write -> violation(read, write));
        if (violation.isEmpty()
                && newer(read, all, Long.MIN_VALUE)
                        .filter(write -> isTooOld(read, write))
                        .isPresent()) {
            tally.allowed(read);
        }
        return violation;
    }

    private static long staleNanos(Call read, Call write) {
        return read.startNanos() - write.endNanos();
    }

    private static boolean isTooOld(Call read, Call write) {
        return staleNanos(read, write) > read.within().orElseThrow().bound().toNanos();
    }

    /** The first acknowledged write that its answer should show, allowances considered. */
    private Optional<Call> newerBeyondDoubt(Call read) {
        Optional<Call> newer = newer(read, all, allowedUntilNanos(read));
        if (read.answer() instanceof Answer.Found found
                && found.source().speaker() != Speaker.OWNER) {
            return Stream.concat(newer.stream(), newer(read, agreed, Long.MIN_VALUE).stream())
                    .min(Comparator.comparingLong(Call::endNanos));
        }
        return newer;
    }

    /** What began by then is not held against the read: the members were apart since. */
    private long allowedUntilNanos(Call read) {
        return key.isLinearizable()
                ? Long.MIN_VALUE
                : key.circumstances().apartUntilNanos(read.endNanos());
    }

    private Optional<Call> newer(Call read, Writes writes, long afterNanos) {
        return switch (read.answer()) {
            case Answer.Found found ->
                    Stream.concat(
                                    laterThan(read, found, writes, afterNanos),
                                    higherThan(read, found, writes, afterNanos))
                            .min(Comparator.comparingLong(Call::endNanos));
            case Answer.Absent _ ->
                    begunAfter(Math.max(afterNanos, removedByNanos(read)), read, writes)
                            .filter(write -> write.action().stores())
                            .min(Comparator.comparingLong(Call::endNanos));
            case Answer.Done _, Answer.Declined _, Answer.Refused _, Answer.Unknown _ ->
                    Optional.empty();
        };
    }

    private Stream<Call> laterThan(Call read, Answer.Found found, Writes writes, long afterNanos) {
        return key.writerOf(found.value()).stream()
                .mapToLong(writer -> later(writer.effectiveByNanos()))
                .mapToObj(over -> Math.max(over, afterNanos))
                .flatMap(over -> begunAfter(over, read, writes));
    }

    private long later(long nanos) {
        return nanos == Long.MAX_VALUE ? nanos : nanos + key.slackNanos();
    }

    /** When all removals that can explain that the read met nothing were over. */
    private long removedByNanos(Call read) {
        int count = firstIndex(removals, removal -> removal.startNanos() > read.endNanos());
        return count == 0 ? Long.MIN_VALUE : later(removedByNanos[count - 1]);
    }

    /** Those that began after that, and were acknowledged before the read began. */
    private static Stream<Call> begunAfter(long nanos, Call read, Writes writes) {
        int first = firstIndex(writes.byStart(), write -> write.startNanos() > nanos);
        return writes.byStart().subList(first, writes.byStart().size()).stream()
                .takeWhile(write -> write.startNanos() < read.startNanos())
                .filter(write -> write.endNanos() < read.startNanos());
    }

    /**
     * Versions grow (C1): what comes after a write that began after the read, did so too, but for
     * the slack of clocks.
     */
    private Stream<Call> higherThan(Call read, Answer.Found found, Writes writes, long afterNanos) {
        Optional<Version> shown = found.version().or(() -> key.versionOf(found.value()));
        if (shown.isEmpty()) {
            return Stream.empty();
        }
        List<Call> byVersion = writes.byVersion();
        int first =
                firstIndex(
                        byVersion, write -> key.order().compare(version(write), shown.get()) > 0);
        return byVersion.subList(first, byVersion.size()).stream()
                .takeWhile(write -> write.startNanos() <= read.startNanos() + key.slackNanos())
                .filter(write -> write.startNanos() > afterNanos)
                .filter(write -> write.endNanos() < read.startNanos());
    }

    /** Of a list that is in order: the first that is beyond, or its size. */
    private static int firstIndex(List<Call> calls, Predicate<Call> beyond) {
        int low = 0;
        int high = calls.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (beyond.test(calls.get(middle))) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private Optional<Violation> violation(Call read, Call newer) {
        long stale = staleNanos(read, newer);
        if (isTooOld(read, newer)) {
            return Optional.of(violation("a read met what was older than its bound", read, newer));
        }
        return read.answer() instanceof Answer.Found found
                        && stale > found.source().ageMillis() * 1_000_000
                ? Optional.of(violation("an answer was older than it said", read, newer))
                : Optional.empty();
    }

    private Violation violation(String sentence, Call read, Call newer) {
        Stream<Call> writer =
                read.answer() instanceof Answer.Found found
                        ? key.writerOf(found.value()).stream()
                        : Stream.empty();
        return new Violation(
                Promise.C4,
                key.key(),
                sentence,
                Stream.concat(writer, Stream.of(newer, read)).toList());
    }
}
