package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.ErrorCode;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps an invalidation that comes late from being carried out twice (C6, C8).
 *
 * <p>Whoever hears of an invalidation for the first time counts it as no earlier than its own clock
 * ({@link Tags#hear}). The request may have been under way on a connection that broke, and arrive
 * when it has been sent again, was acknowledged, and others have written since: what they wrote
 * would be gone. So an attempt that follows a lost one has a later clock than that, and says so
 * ({@link Request.Bump.Attempt#AGAIN}): from then on no earlier one of that member counts. One of
 * another invalidation that is turned away with them is sent again with a later clock.
 *
 * <p>Kept for one epoch: requests of earlier ones are refused. So there is at most one clock for
 * each member of a topology.
 *
 * <p><b>Threads.</b> Any. The lock is held while an invalidation is stored, so that none is looked
 * at before a later attempt and stored after it. Nobody who holds a lock comes here.
 */
final class Stragglers {
    private final Tags tags;
    private final Map<Caller, Long> floors = new HashMap<>();
    private long epoch = Epoch.NONE;

    Stragglers(Tags tags) {
        this.tags = tags;
    }

    /**
     * Serves a request, unless it comes too late.
     *
     * @param by which member asks
     * @param under the epoch of the request
     */
    Reply serve(Request.Bump bump, Caller by, long under) {
        if (bump.attempt() == Request.Bump.Attempt.LATER) {
            return new Reply.Bumped(tags.raise(bump.tag(), bump.clock()));
        }
        return first(bump, by, under);
    }

    private synchronized Reply first(Request.Bump bump, Caller by, long under) {
        if (under < epoch) {
            return new Reply.WrongEpoch(epoch);
        }
        if (under > epoch) {
            epoch = under;
            floors.clear();
        }
        if (bump.clock() < floors.getOrDefault(by, Long.MIN_VALUE)) {
            return new Reply.Failed(ErrorCode.TRYAGAIN, "a later attempt was here before");
        }
        if (bump.attempt() == Request.Bump.Attempt.AGAIN) {
            floors.put(by, bump.clock());
        }
        return new Reply.Bumped(tags.hear(bump.tag(), bump.clock()));
    }
}
