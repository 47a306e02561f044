package dev.gossamer.node.mesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.net.EventLoops;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** One link whose connection takes nothing. */
class LinkTest {
    private static final int QUEUE_BYTES_MAX = 64 * 1024;

    /** Keeps what is written, as a socket does whose peer does not read. */
    private static final class Stuck extends ChannelOutboundHandlerAdapter {
        @Override
        public void flush(ChannelHandlerContext context) {}
    }

    private static final class Heard implements ReplyHandler {
        private final List<ErrorCode> lost = new ArrayList<>();

        @Override
        public void replied(Reply reply) {}

        @Override
        public void lost(ErrorCode code, boolean maybeSent, String message) {
            lost.add(code);
        }
    }

    private static LinkSettings settings() {
        return new LinkSettings(
                "c",
                Optional.empty(),
                "127.0.0.1",
                QUEUE_BYTES_MAX,
                1 << 20,
                Duration.ofHours(1),
                8);
    }

    @Test
    void whatThePeerHasNotTakenCountsThoughNobodyWaitsForItAnyMore() throws Exception {
        try (EventLoops loops = EventLoops.start(Optional.of(EventLoops.Kind.EPOLL), 1);
                Links links =
                        new Links(
                                settings(),
                                new MemberId(1),
                                loops,
                                new SimpleMeterRegistry(),
                                System::nanoTime,
                                new SplittableRandom(1))) {
            Member peer =
                    new Member(
                            new MemberId(2),
                            "m2",
                            "z",
                            100,
                            "127.0.0.1",
                            new Member.Ports(0, 0, 0, 0, 1));
            EmbeddedChannel stuck = new EmbeddedChannel(new Stuck());
            Link link = new Link((LoopLinks) links.all().getFirst(), peer);
            link.opened(stuck);
            Heard heard = new Heard();
            Request request = new Request.Read(Bytes.wrap(new byte[40_000]));
            long deadlineNanos = System.nanoTime() + TimeUnit.HOURS.toNanos(1);
            int sent = 0;
            while (heard.lost.isEmpty() && sent < 100) {
                link.send(request, 1, deadlineNanos, heard);
                link.answered(sent, new Reply.Found(null, null));
                stuck.runPendingTasks();
                sent++;
            }
            assertThat(heard.lost).containsExactly(ErrorCode.BUSY);
            assertThat(sent * 40_000L).isLessThan(4 * QUEUE_BYTES_MAX);
            var _ = stuck.close();
        }
    }
}
