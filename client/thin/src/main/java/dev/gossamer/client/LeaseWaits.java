package dev.gossamer.client;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.resp.Reply;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who waits in this program for a key that a caller elsewhere loads. Bounded by the loads of this
 * client. Safe for any thread; {@link #pushed} is called by the I/O thread.
 */
final class LeaseWaits {
    private static final String PUSH = "gsm.lease";

    private final Map<Bytes, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();

    /** Ends when a member says that it is worth asking for the key again. */
    CompletableFuture<Void> of(Bytes key) {
        return waiting.computeIfAbsent(key, absent -> new CompletableFuture<>());
    }

    /** Nobody waits for it any more. */
    void end(Bytes key, CompletableFuture<Void> wait) {
        waiting.remove(key, wait);
    }

    void pushed(Reply.Push push) {
        if (push.items().size() == 2
                && push.items().get(0) instanceof Reply.Blob name
                && name.toUtf8().equals(PUSH)
                && push.items().get(1) instanceof Reply.Blob key) {
            CompletableFuture<Void> wait = waiting.remove(Bytes.wrap(key.bytes()));
            if (wait != null) {
                wait.complete(null);
            }
        }
    }
}
