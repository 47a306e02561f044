package dev.gossamer.membership.jgroups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.membership.Membership;
import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.MemberId;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InboxTest {
    private static final MemberId FROM = new MemberId(9);

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final Semaphore permits = new Semaphore(0);
    private final Inbox inbox = new Inbox(new Slow(), _ -> heard.add("after"), 1_000);

    /** Hears one event for every permit. */
    private final class Slow implements Membership.Listener {
        @Override
        public void onView(MeshView view) {
            permits.acquireUninterruptibly();
            heard.add("view " + view.id());
            if (view.id() == 13) {
                throw new IllegalStateException("a listener that fails, on purpose");
            }
        }

        @Override
        public void onMessage(MemberId from, byte[] payload) {
            permits.acquireUninterruptibly();
            heard.add("message " + payload.length);
        }

        @Override
        public void onExpelled(String reason) {
            heard.add(reason);
        }
    }

    @AfterEach
    void close() {
        inbox.close();
        permits.release(1_000);
    }

    private String next() throws InterruptedException {
        String event = heard.poll(5, TimeUnit.SECONDS);
        assertThat(event).isNotNull();
        return event;
    }

    @Test
    void viewsOvertakeMessagesAndNoneIsLost() throws InterruptedException {
        inbox.add(new MeshView(1, List.of()));
        inbox.add(FROM, new byte[5]);
        inbox.add(new MeshView(2, List.of()));
        inbox.add(new MeshView(3, List.of()));
        permits.release(10);
        assertThat(List.of(next(), next(), next(), next(), next(), next(), next()))
                .containsExactly(
                        "view 1", "after", "view 2", "after", "view 3", "after", "message 5");
    }

    @Test
    void messagesBeyondTheBoundAreDroppedAndCounted() throws InterruptedException {
        inbox.add(new MeshView(1, List.of())); // keeps the listener busy
        inbox.add(FROM, new byte[400]);
        inbox.add(FROM, new byte[400]);
        inbox.add(FROM, new byte[400]);
        assertThat(inbox.dropped()).isEqualTo(1);
        assertThat(inbox.bytes()).isEqualTo(2 * (400 + Inbox.OVERHEAD_BYTES));
        permits.release(10);
        assertThat(List.of(next(), next(), next(), next()))
                .containsExactly("view 1", "after", "message 400", "message 400");
        assertThat(inbox.bytes()).isZero();
        assertThat(inbox.received()).isEqualTo(2);
    }

    @Test
    void aListenerThatFailsHearsTheNextEvent() throws InterruptedException {
        permits.release(10);
        inbox.add(new MeshView(13, List.of()));
        inbox.add(new MeshView(14, List.of()));
        assertThat(List.of(next(), next(), next())).containsExactly("view 13", "after", "view 14");
    }

    @Test
    void expulsionIsTheLastThatIsHeard() throws InterruptedException {
        permits.release(10);
        inbox.expelled("out");
        assertThat(next()).isEqualTo("out");
        inbox.add(new MeshView(2, List.of()));
        assertThat(heard.poll(50, TimeUnit.MILLISECONDS)).isNull();
    }
}
