package dev.gossamer.client.routing;

import dev.gossamer.protocol.resp.Reply;

/** Makes a result of a reply that is no error. */
@FunctionalInterface
public interface ReplyReader<T> {
    /**
     * @throws dev.gossamer.protocol.GossamerException with INTERNAL when the reply is not what the
     *     command answers
     */
    T read(Reply reply);
}
