package dev.gossamer.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How {@link Cache#getOrLoad(Object, java.util.function.Function, LoadOptions)} loads, keeps and
 * renews values. Begin with {@link #of} and change what should differ; every duration is rounded up
 * to whole milliseconds on the wire.
 *
 * <p>A value is fresh for {@code timeToLive}, less its jitter. What it may serve for afterwards is
 * kept so much longer in the mesh: plain reads see it until then.
 *
 * @param timeToLive how long a loaded value counts as fresh
 * @param jitter the share of {@code timeToLive} by which each value's may be shorter, drawn anew
 *     for each: keys that were loaded together then don't expire together. 0 to 0.9; default 0
 * @param refreshAhead so long before a value is not fresh any more, one caller of all loads it
 *     anew, in the background. Shorter than {@code timeToLive}; default 0
 * @param staleWhileRevalidate how long after that a value is still given, while one caller loads it
 *     anew in the background. Default 0
 * @param staleIfError how long after that a value is still given when the loader fails. Default 0
 * @param staleForWaiters how long after that a value is given to who would have to wait for another
 *     caller's loader. Default 0: they wait
 * @param absentTtl how long to remember that the loader found nothing, and ask no loader; members
 *     remember it for an hour at most. Default 0: the next caller loads again
 * @param leaseTimeout how long the others wait for a loader that died; longer than loads take.
 *     Default: as the members' settings say ({@code leases.timeout}, 10 s)
 * @param waitTimeout how long to wait for another caller's loader; default: the client's load
 *     timeout
 * @param tags what a loaded value depends on: it counts as absent once one of them is invalidated,
 *     and is not kept when one was while it was loaded (C6). As {@link WriteOptions#tags()}
 */
public record LoadOptions(
        Duration timeToLive,
        double jitter,
        Duration refreshAhead,
        Duration staleWhileRevalidate,
        Duration staleIfError,
        Duration staleForWaiters,
        Duration absentTtl,
        Optional<Duration> leaseTimeout,
        Optional<Duration> waitTimeout,
        List<String> tags) {
    private static final double JITTER_MAX = 0.9;

    public LoadOptions {
        tags = List.copyOf(tags);
        positive("timeToLive", timeToLive);
        if (!(jitter >= 0 && jitter <= JITTER_MAX)) {
            throw new IllegalArgumentException(
                    "jitter " + jitter + " is outside [0, " + JITTER_MAX + "]");
        }
        notNegative("refreshAhead", refreshAhead);
        notNegative("staleWhileRevalidate", staleWhileRevalidate);
        notNegative("staleIfError", staleIfError);
        notNegative("staleForWaiters", staleForWaiters);
        notNegative("absentTtl", absentTtl);
        leaseTimeout.ifPresent(timeout -> positive("leaseTimeout", timeout));
        waitTimeout.ifPresent(timeout -> positive("waitTimeout", timeout));
        if (refreshAhead.compareTo(timeToLive) >= 0) {
            throw new IllegalArgumentException(
                    "refreshAhead "
                            + refreshAhead
                            + " is not shorter than timeToLive "
                            + timeToLive);
        }
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " " + value + " is not longer than zero");
        }
    }

    private static void notNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " " + value + " is negative");
        }
    }

    /** Values that are fresh for so long, and nothing else. */
    public static LoadOptions of(Duration timeToLive) {
        return new LoadOptions(
                timeToLive,
                0,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    /** The same with a {@link #jitter()}. */
    public LoadOptions withJitter(double share) {
        return copy(share, refreshAhead, staleWhileRevalidate, staleIfError, staleForWaiters);
    }

    /** The same with {@link #refreshAhead()}. */
    public LoadOptions withRefreshAhead(Duration ahead) {
        return copy(jitter, ahead, staleWhileRevalidate, staleIfError, staleForWaiters);
    }

    /** The same with {@link #staleWhileRevalidate()}. */
    public LoadOptions withStaleWhileRevalidate(Duration grace) {
        return copy(jitter, refreshAhead, grace, staleIfError, staleForWaiters);
    }

    /** The same with {@link #staleIfError()}. */
    public LoadOptions withStaleIfError(Duration grace) {
        return copy(jitter, refreshAhead, staleWhileRevalidate, grace, staleForWaiters);
    }

    /** The same with {@link #staleForWaiters()}. */
    public LoadOptions withStaleForWaiters(Duration grace) {
        return copy(jitter, refreshAhead, staleWhileRevalidate, staleIfError, grace);
    }

    private LoadOptions copy(
            double share, Duration ahead, Duration revalidate, Duration error, Duration waiters) {
        return new LoadOptions(
                timeToLive,
                share,
                ahead,
                revalidate,
                error,
                waiters,
                absentTtl,
                leaseTimeout,
                waitTimeout,
                tags);
    }

    /** The same with an {@link #absentTtl()}. */
    public LoadOptions withAbsentTtl(Duration absence) {
        return timed(absence, leaseTimeout, waitTimeout, tags);
    }

    /** The same with a {@link #leaseTimeout()}. */
    public LoadOptions withLeaseTimeout(Duration timeout) {
        return timed(absentTtl, Optional.of(timeout), waitTimeout, tags);
    }

    /** The same with a {@link #waitTimeout()}. */
    public LoadOptions withWaitTimeout(Duration timeout) {
        return timed(absentTtl, leaseTimeout, Optional.of(timeout), tags);
    }

    /** The same for values that depend on these tags. */
    public LoadOptions withTags(String... names) {
        return timed(absentTtl, leaseTimeout, waitTimeout, List.of(names));
    }

    private LoadOptions timed(
            Duration absence,
            Optional<Duration> lease,
            Optional<Duration> patience,
            List<String> names) {
        return new LoadOptions(
                timeToLive,
                jitter,
                refreshAhead,
                staleWhileRevalidate,
                staleIfError,
                staleForWaiters,
                absence,
                lease,
                patience,
                names);
    }

    /** How much longer than it is fresh a value is kept. */
    Duration grace() {
        return longer(longer(staleWhileRevalidate, staleIfError), staleForWaiters);
    }

    /** A value that expires within so long is to be loaded anew. */
    Duration due() {
        return grace().plus(refreshAhead);
    }

    /** The greatest age of what is given to who doesn't load. */
    Duration staleAgeMax() {
        return timeToLive.plus(longer(staleWhileRevalidate, staleForWaiters));
    }

    /** Whether a value of this age is given while its caller's load runs in the background. */
    boolean mayRevalidate(long ageMillis) {
        return ageMillis <= timeToLive.plus(staleWhileRevalidate).toMillis();
    }

    /** Whether a value of this age is given when its loader fails. */
    boolean mayFollowError(long ageMillis) {
        return ageMillis <= timeToLive.plus(staleIfError).toMillis();
    }

    /** Whether only the key's primary can say what is to be done. */
    boolean asksPrimary() {
        return !due().isZero() || !absentTtl.isZero();
    }

    /**
     * How long to keep a value that is stored now.
     *
     * @param draw from 0 to 1
     */
    Duration timeToKeep(double draw) {
        long millis = Math.max(1, Math.round(timeToLive.toMillis() * (1 - jitter * draw)));
        return Duration.ofMillis(millis).plus(grace());
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
