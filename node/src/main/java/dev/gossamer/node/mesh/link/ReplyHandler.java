package dev.gossamer.node.mesh.link;

import dev.gossamer.protocol.ErrorCode;

/** Takes what became of one request, exactly once, on the loop that sent it. */
public interface ReplyHandler {
    void replied(Reply reply);

    /**
     * No answer will come.
     *
     * @param code {@link ErrorCode#UNREACHABLE}, {@link ErrorCode#BUSY}, {@link ErrorCode#TOOLARGE}
     *     or {@link ErrorCode#TIMEOUT}
     * @param maybeSent whether the peer may have seen the request
     */
    void lost(ErrorCode code, boolean maybeSent, String message);
}
