package dev.gossamer.membership.jgroups;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.EmptyMessage;
import org.jgroups.Message;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.stack.Protocol;
import org.jgroups.util.MessageBatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SealTest {
    private static final short GMS_ID = ClassConfigurator.getProtocolId(GMS.class);
    private static final Address A = MemberAddress.of(ViewReaderTest.member(1, "a"), 11);
    private static final Address B = MemberAddress.of(ViewReaderTest.member(2, "b"), 21);

    /** Keeps what reaches it from either side. */
    private static final class End extends Protocol {
        private final List<Message> reached = new ArrayList<>();

        @Override
        public @Nullable Object down(Message message) {
            reached.add(message);
            return null;
        }

        @Override
        public @Nullable Object up(Message message) {
            reached.add(message);
            return null;
        }

        @Override
        public void up(MessageBatch batch) {
            batch.forEach(reached::add);
        }
    }

    /** A seal between two ends. */
    private static final class Stack {
        private final End wire = new End();
        private final End above = new End();
        private final Seal seal;

        Stack(Address self, String cluster, String password) {
            seal = new Seal(cluster, password);
            seal.setDownProtocol(wire);
            seal.setUpProtocol(above);
            seal.setAddress(self);
        }

        Message sealed(Message message) {
            seal.down(message);
            return wire.reached.removeLast();
        }
    }

    private final Stack sender = new Stack(A, "mesh", "correct horse");
    private final Stack receiver = new Stack(B, "mesh", "correct horse");

    @Test
    void aMessageArrivesWithItsHeadersAndNothingOfItShowsOnTheWire() {
        Message wire =
                sender.sealed(
                        new BytesMessage(B, "payload".getBytes(StandardCharsets.UTF_8))
                                .setFlag(Message.Flag.OOB)
                                .putHeader(GMS_ID, new GMS.GmsHeader(GMS.GmsHeader.JOIN_REQ, A)));
        assertThat(wire.getHeaders()).isEmpty();
        assertThat(new String(wire.getArray(), StandardCharsets.ISO_8859_1))
                .doesNotContain("payload");
        assertThat(wire.isFlagSet(Message.Flag.OOB)).isTrue();

        receiver.seal.up(wire);
        Message opened = receiver.above.reached.getFirst();
        assertThat(
                        new String(
                                opened.getArray(),
                                opened.getOffset(),
                                opened.getLength(),
                                StandardCharsets.UTF_8))
                .isEqualTo("payload");
        assertThat(opened.getSrc()).isEqualTo(A);
        assertThat(opened.<GMS.GmsHeader>getHeader(GMS_ID).getType())
                .isEqualTo(GMS.GmsHeader.JOIN_REQ);
    }

    @Test
    void aBatchKeepsWhatOpensAndDropsTheRest() {
        Message good = sender.sealed(new BytesMessage(B, new byte[] {1}));
        Message foreign =
                new Stack(A, "mesh", "wrong horse").sealed(new BytesMessage(B, new byte[] {2}));
        MessageBatch batch = new MessageBatch(3).setSender(A);
        batch.add(foreign).add(good).add(new BytesMessage(B, new byte[] {3}).setSrc(A));
        receiver.seal.up(batch);
        assertThat(receiver.above.reached).hasSize(1);
        assertThat(receiver.seal.refused()).isEqualTo(2);
    }

    @Test
    void anotherPasswordOrAnotherMeshOpensNothing() {
        Message empty = new EmptyMessage(B).putHeader(GMS_ID, new GMS.GmsHeader((byte) 1, A));
        refuses(new Stack(A, "mesh", "wrong horse").sealed(empty));
        refuses(new Stack(A, "other mesh", "correct horse").sealed(empty));
    }

    @Test
    void aMessageWithoutASealIsRefusedEvenWithoutPayload() {
        refuses(new EmptyMessage(B).setSrc(A));
        refuses(new BytesMessage(B, new byte[10]).setSrc(A));
        refuses(new BytesMessage(B, new byte[100]).setSrc(A));
    }

    @Test
    void aSingleFlippedBitIsRefused() {
        Message wire = sender.sealed(new BytesMessage(B, new byte[40]));
        wire.getArray()[wire.getOffset() + 30] ^= 1;
        refuses(wire);
    }

    @Test
    void aMessageThatNamesAnotherSenderIsRefused() {
        refuses(sender.sealed(new BytesMessage(B, new byte[4])).setSrc(B));
    }

    @Test
    void theSamePlainTextIsNeverSealedTheSameWay() {
        byte[] first = sender.sealed(new BytesMessage(B, new byte[4])).getArray();
        byte[] second = sender.sealed(new BytesMessage(B, new byte[4])).getArray();
        assertThat(first).isNotEqualTo(second);
    }

    private void refuses(Message message) {
        long before = receiver.seal.refused();
        receiver.seal.up(message);
        assertThat(receiver.above.reached).isEmpty();
        assertThat(receiver.seal.refused()).isEqualTo(before + 1);
    }
}
