package dev.gossamer.node.edge.admin;

import dev.gossamer.protocol.ErrorCode;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import org.jspecify.annotations.Nullable;

/** What to say about bytes that are no request. */
final class Unreadable {
    private Unreadable() {}

    static Problem problemOf(@Nullable Throwable cause, AdminSettings settings) {
        if (cause instanceof TooLongHttpLineException) {
            return Problem.of(
                    ErrorCode.TOOLARGE,
                    414,
                    "The request line is longer than "
                            + settings.requestLineBytesMax()
                            + " bytes, which limits.key-bytes-max allows.");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return Problem.of(
                    ErrorCode.TOOLARGE,
                    431,
                    "The headers are longer than " + settings.headerBytesMax() + " bytes.");
        }
        return Problem.badRequest("This is not an HTTP/1.1 request.");
    }
}
