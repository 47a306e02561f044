package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.membership.Membership;
import dev.gossamer.protocol.MemberId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private static final MemberId PEER = new MemberId(5);

    private final List<byte[]> sent = new ArrayList<>();
    private final List<String> heard = new ArrayList<>();

    private final Membership way =
            new Membership() {
                @Override
                public void start(Listener listener) {}

                @Override
                public boolean send(MemberId to, byte[] payload) {
                    sent.add(payload);
                    return true;
                }

                @Override
                public void close() {}
            };

    private void deliver(byte[] payload) {
        Mailbox.deliver(
                PEER,
                payload,
                (_, content) -> heard.add("gossip " + content.length),
                (_, content) -> heard.add("agreement " + content.length),
                (_, content) -> heard.add("invalidation " + content.length));
    }

    @Test
    void eachKindArrivesWhereItBelongsAsItWasSent() {
        Mailbox mailbox = new Mailbox(way);
        mailbox.send(Mailbox.Kind.GOSSIP, PEER, new byte[3]);
        mailbox.send(Mailbox.Kind.AGREEMENT, PEER, new byte[4]);
        mailbox.send(Mailbox.Kind.INVALIDATION, PEER, new byte[5]);
        sent.forEach(this::deliver);
        assertThat(heard).containsExactly("gossip 3", "agreement 4", "invalidation 5");
    }

    @Test
    void whatHasNoKindIsLeftToTheGossipToReject() {
        deliver(new byte[0]);
        deliver(new byte[] {77, 1});
        assertThat(heard).containsExactly("gossip 0", "gossip 1");
    }
}
