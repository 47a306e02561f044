package dev.gossamer.client.connection;

import dev.gossamer.protocol.resp.ReplyLimits;
import java.time.Duration;
import java.util.Optional;

/**
 * How one connection behaves.
 *
 * @param credentials sent with HELLO when present
 * @param connectTimeout from the first SYN to the answer to HELLO
 * @param silenceMax how long a request may stay without any byte from the server before the
 *     connection is given up as dead
 * @param inFlightBytesMax request bytes that were accepted and not answered; beyond it, BUSY
 * @param inFlightRequestsMax the same, in requests
 */
public record ConnectionSettings(
        Optional<Credentials> credentials,
        Duration connectTimeout,
        Duration silenceMax,
        int inFlightBytesMax,
        int inFlightRequestsMax,
        ReplyLimits replyLimits) {}
