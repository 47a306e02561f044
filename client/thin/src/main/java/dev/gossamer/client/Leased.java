package dev.gossamer.client;

import java.util.Optional;

/**
 * What GSM.LEASE.GET answered.
 *
 * @param value what is there, in {@code VALUE} and {@code STALE}, and perhaps in {@code LOAD}
 * @param ageMillis of the value, by its primary's clock
 * @param token of the lease, in {@code LOAD}
 * @param leftMillis how long the lease lasts yet
 */
record Leased(
        State state,
        Optional<byte[]> value,
        long ageMillis,
        Optional<String> token,
        long leftMillis) {
    /** How the key stands. */
    enum State {
        /** Here it is. */
        VALUE,
        /** The caller is to load it. */
        LOAD,
        /** Here it is, old but not too old, and somebody loads it. */
        STALE,
        /** Somebody loads it. */
        WAIT,
        /** Its origin has none. */
        ABSENT
    }
}
