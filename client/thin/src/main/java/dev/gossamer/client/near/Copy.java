package dev.gossamer.client.near;

import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A value as a member sent it, to be kept.
 *
 * @param origin the member that owns it
 * @param incarnation of that member's log; 0 when it sent no position, and it must not be kept
 * @param sequence that the log had reached before the value was read
 * @param expiresAt by the members' clock, to be shown
 * @param timeToLiveMillis from the sending of the request on; empty when it does not expire
 */
public record Copy(
        byte[] value,
        Version version,
        MemberId origin,
        long incarnation,
        long sequence,
        Optional<Instant> expiresAt,
        OptionalLong timeToLiveMillis) {

    boolean hasPosition() {
        return incarnation != 0;
    }
}
