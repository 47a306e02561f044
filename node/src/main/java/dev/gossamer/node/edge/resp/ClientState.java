package dev.gossamer.node.edge.resp;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.protocol.Freshness;
import org.jspecify.annotations.Nullable;

/**
 * What a connection has said about itself: what CLIENT LIST shows.
 *
 * <p><b>Threads.</b> Written by the connection's event loop, read by any.
 */
final class ClientState {

    /** What becomes of a connection's replies. */
    enum ReplyMode {
        ON,
        OFF,
        /** None for one command; then ON again. */
        SKIP
    }

    final long id;
    final String address;
    final String localAddress;
    final long sinceNanos;
    volatile String name = "";
    volatile String libraryName = "";
    volatile String libraryVersion = "";
    volatile boolean resp3;
    volatile boolean noEvict;
    volatile boolean noTouch;
    volatile boolean readOnly;
    boolean authenticated;
    ReplyMode replyMode = ReplyMode.ON;

    ClientState(long id, String address, String localAddress, long sinceNanos) {
        this.id = id;
        this.address = address;
        this.localAddress = localAddress;
        this.sinceNanos = sinceNanos;
    }

    /** What its reads mean that do not say, or null for what their cache says. */
    volatile @Nullable Freshness freshness;

    private @Nullable Caller callerOrNull;
    private String callerName = "";

    /**
     * Who this client is, in the mutations that it causes. The same object while it has the same
     * name. The event loop only.
     */
    Caller caller() {
        String shown = name.isEmpty() ? libraryName : name;
        Caller made = callerOrNull;
        if (made == null || !shown.equals(callerName)) {
            made = new Caller(Caller.Way.RESP, Long.toString(id), shown, address, "");
            callerName = shown;
            callerOrNull = made;
        }
        return made;
    }

    /** Back to what a new connection is, but for its id. */
    void reset(boolean trusted) {
        name = "";
        noEvict = false;
        noTouch = false;
        readOnly = false;
        resp3 = false;
        freshness = null;
        authenticated = trusted;
        replyMode = ReplyMode.ON;
    }

    /** The line of CLIENT LIST. */
    String line(String lastCommand, long idleNanos, long nowNanos) {
        return "id="
                + id
                + " addr="
                + address
                + " laddr="
                + localAddress
                + " fd=-1 name="
                + name
                + " age="
                + (nowNanos - sinceNanos) / 1_000_000_000
                + " idle="
                + idleNanos / 1_000_000_000
                + " flags="
                + flags()
                + " db=0 sub=0 psub=0 ssub=0 multi=-1 watch=0 qbuf=0 qbuf-free=0 argv-mem=0"
                + " multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem=0 tot-mem=0 events=r cmd="
                + lastCommand
                + " user=default redir=-1 resp="
                + (resp3 ? 3 : 2)
                + " lib-name="
                + libraryName
                + " lib-ver="
                + libraryVersion;
    }

    private String flags() {
        String set = (readOnly ? "r" : "") + (noEvict ? "e" : "") + (noTouch ? "T" : "");
        return set.isEmpty() ? "N" : set;
    }
}
