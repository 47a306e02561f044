package dev.gossamer.protocol.resp;

/**
 * Bytes that are not RESP, or more of them than is allowed. The message is the text after {@code
 * ERR Protocol error: }, worded as Redis words it. The stream cannot be read any further.
 *
 * <p>Carries no stack trace: it is an ordinary outcome of hostile input and must stay cheap.
 */
public final class RespProtocolException extends RuntimeException {

    public RespProtocolException(String message) {
        super(message, null, false, false);
    }

    /** The whole text of the error reply, without the leading dash. */
    public String errorLine() {
        return "ERR Protocol error: " + getMessage();
    }
}
