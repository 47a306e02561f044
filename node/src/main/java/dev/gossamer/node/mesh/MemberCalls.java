package dev.gossamer.node.mesh;

import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.RequestHandler;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Asks members, this one included, from threads that are no event loops. A request that brings no
 * reply ends as {@link Reply.Failed}; the future never fails.
 */
final class MemberCalls {
    private final MemberId self;
    private final List<Lane> loops;
    private final RequestHandler here;
    private final LongSupplier nanoClock;
    private final AtomicInteger turn = new AtomicInteger();

    MemberCalls(MemberId self, List<Lane> loops, RequestHandler here, LongSupplier nanoClock) {
        this.self = self;
        this.loops = loops;
        this.here = here;
        this.nanoClock = nanoClock;
    }

    CompletableFuture<Reply> ask(Member member, Request request, long epoch, Duration patience) {
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        Lane lane = loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
        long deadlineNanos = nanoClock.getAsLong() + patience.toNanos();
        lane.execute(() -> {
            if (member.id().equals(self)) {
                here.handle(request, epoch, answer::complete);
            } else {
                lane.send(member, request, epoch, deadlineNanos, new Into(answer));
            }
        });
        return answer;
    }

    private record Into(CompletableFuture<Reply> answer) implements ReplyHandler {
        @Override
        public void replied(Reply reply) {
            answer.complete(reply);
        }

        @Override
        public void lost(ErrorCode code, boolean maybeSent, String message) {
            answer.complete(new Reply.Failed(code, message));
        }
    }
}
