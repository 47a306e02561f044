package dev.gossamer.client.connection;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.Reply;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Error lines of servers, as our exceptions. */
public final class ServerErrors {
    private static final Map<String, ErrorCode> CODES =
            Arrays.stream(ErrorCode.values())
                    .collect(Collectors.toUnmodifiableMap(ErrorCode::name, Function.identity()));

    private ServerErrors() {}

    /** {@link ErrorCode#ERR} for a code that is not one of ours. */
    public static ErrorCode codeOf(Reply.Failure failure) {
        return CODES.getOrDefault(failure.code(), ErrorCode.ERR);
    }

    public static GossamerException toException(Reply.Failure failure) {
        return new GossamerException(codeOf(failure), failure.line());
    }
}
