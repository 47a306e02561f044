package dev.gossamer.node.edge.admin;

import dev.gossamer.node.cache.Caller;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.Objects;

/** Who is behind a request of HTTP: an address, and what it calls itself. */
final class HttpCaller {
    private HttpCaller() {}

    static Caller of(HttpServerRequest request) {
        String agent = Objects.requireNonNullElse(request.getHeader(HttpHeaders.USER_AGENT), "");
        SocketAddress peer = request.remoteAddress();
        String address = peer == null ? "" : peer.hostAddress() + ':' + peer.port();
        return new Caller(Caller.Way.HTTP, "", agent, address, "");
    }
}
