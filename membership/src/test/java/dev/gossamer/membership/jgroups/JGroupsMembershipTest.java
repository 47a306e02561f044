package dev.gossamer.membership.jgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.membership.Membership;
import dev.gossamer.membership.MembershipSettings;
import dev.gossamer.membership.MembershipSettings.Contacts;
import dev.gossamer.membership.MembershipSettings.FailureDetection;
import dev.gossamer.membership.MembershipSettings.Merge;
import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jgroups.protocols.DISCARD;
import org.jgroups.protocols.SHARED_LOOPBACK;
import org.jgroups.protocols.SHARED_LOOPBACK_PING;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Members inside one process, on JGroups' in-memory wire, with fast failure detection. */
class JGroupsMembershipTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final List<Node> nodes = new ArrayList<>();

    /** A member and what its listener hears. */
    private static final class Node implements Membership.Listener {
        private final Member self;
        private final DISCARD discard = new DISCARD();
        private final JGroupsMembership membership;
        private final BlockingQueue<MeshView> views = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> expelled = new LinkedBlockingQueue<>();

        Node(long id, String name, Optional<String> password) {
            this.self = ViewReaderTest.member(id, name);
            discard.excludeItself(true);
            this.membership =
                    new JGroupsMembership(
                            settings(self, password),
                            new SplittableRandom(),
                            System::nanoTime,
                            List.of(new SHARED_LOOPBACK(), discard, new SHARED_LOOPBACK_PING()),
                            false);
        }

        private static MembershipSettings settings(Member self, Optional<String> password) {
            return new MembershipSettings(
                    "in-memory",
                    self,
                    "127.0.0.1",
                    new Contacts.Hosts(List.of()),
                    new FailureDetection(
                            Duration.ofMillis(100), Duration.ofMillis(600), Duration.ofMillis(200)),
                    Duration.ofMillis(300),
                    Duration.ofSeconds(10),
                    new Merge(Duration.ofMillis(200), Duration.ofMillis(500)),
                    MembershipSettings.OUTBOUND_BYTES_MAX_DEFAULT,
                    MembershipSettings.INBOUND_BYTES_MAX_DEFAULT,
                    password);
        }

        @Override
        public void onView(MeshView view) {
            views.add(view);
        }

        @Override
        public void onMessage(MemberId from, byte[] payload) {
            messages.add(from + ":" + payload.length);
        }

        @Override
        public void onExpelled(String reason) {
            expelled.add(reason);
        }

        MeshView awaitView(Predicate<MeshView> wanted) throws InterruptedException {
            while (true) {
                MeshView view = views.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                assertThat(view).as("the view that is waited for at " + self.name()).isNotNull();
                if (wanted.test(view)) {
                    return view;
                }
            }
        }

        void awaitMembers(Node... members) throws InterruptedException {
            List<Member> expected = java.util.stream.Stream.of(members).map(n -> n.self).toList();
            awaitView(view -> view.members().equals(expected));
        }
    }

    private Node node(long id, String name) {
        Node node = new Node(id, name, Optional.empty());
        nodes.add(node);
        return node;
    }

    private Node started(long id, String name) {
        Node node = node(id, name);
        node.membership.start(node);
        return node;
    }

    @AfterEach
    void closeAll() {
        nodes.forEach(node -> node.membership.close());
    }

    @Test
    void membersSeeEachOtherWithAllTheirParticularsAndTalk() throws InterruptedException {
        Node a = started(1, "a");
        Node b = started(2, "b");
        a.awaitMembers(a, b);
        b.awaitMembers(a, b);
        assertThat(a.membership.send(b.self.id(), new byte[Membership.PAYLOAD_BYTES_MAX])).isTrue();
        assertThat(b.messages.poll(10, TimeUnit.SECONDS))
                .isEqualTo(a.self.id() + ":" + Membership.PAYLOAD_BYTES_MAX);
        assertThat(a.membership.stats().messagesSent()).isEqualTo(1);
        assertThat(b.membership.stats().messagesReceived()).isEqualTo(1);
        assertThat(b.membership.stats().members()).isEqualTo(2);
    }

    @Test
    void aMessageToNobodyIsRefusedAndCounted() {
        Node a = started(1, "a");
        assertThat(a.membership.send(new MemberId(99), new byte[1])).isFalse();
        assertThat(a.membership.stats().outboundDropped()).isEqualTo(1);
        assertThatThrownBy(() ->
                        a.membership.send(
                                new MemberId(99), new byte[Membership.PAYLOAD_BYTES_MAX + 1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aMemberThatIsCutOffLeavesTheViewAndComesBackWhenHealed() throws InterruptedException {
        Node a = started(1, "a");
        Node b = started(2, "b");
        a.awaitMembers(a, b);
        b.discard.discardAll(true);
        a.awaitMembers(a);
        b.discard.discardAll(false);
        a.awaitMembers(a, b);
        b.awaitMembers(b);
        b.awaitMembers(a, b);
        assertThat(a.membership.send(b.self.id(), new byte[3])).isTrue();
        assertThat(b.messages.poll(10, TimeUnit.SECONDS)).isEqualTo(a.self.id() + ":3");
    }

    @Test
    void aSecondMemberWithTheSameIdIsRefusedAtTheDoor() {
        Node a = started(1, "a");
        Node copy = node(1, "copy");
        assertThatThrownBy(() -> copy.membership.start(copy))
                .isInstanceOf(GossamerException.class)
                .hasMessageContaining("'a'")
                .hasMessageContaining("a data folder of its own");
        assertThat(a.membership.stats().refusedJoins()).isPositive();
        assertThat(a.membership.stats().members()).isEqualTo(1);
    }

    @Test
    void ofTwoWithOneIdThatAMergeBringsTogetherOneIsExpelled() throws InterruptedException {
        Node a = started(1, "a");
        Node copy = node(1, "copy");
        copy.discard.discardAll(true);
        copy.membership.start(copy);
        copy.discard.discardAll(false);
        String reason = null;
        for (int i = 0; i < 150 && reason == null; i++) {
            reason = a.expelled.poll(50, TimeUnit.MILLISECONDS);
            reason = reason == null ? copy.expelled.poll(50, TimeUnit.MILLISECONDS) : reason;
        }
        assertThat(reason).contains("a data folder of its own");
    }

    @Test
    void withAPasswordOnlyThoseWhoKnowItMeet() throws InterruptedException {
        Node a = new Node(1, "a", Optional.of("correct horse"));
        Node b = new Node(2, "b", Optional.of("correct horse"));
        Node rogue = new Node(3, "rogue", Optional.empty());
        nodes.addAll(List.of(a, b, rogue));
        a.membership.start(a);
        b.membership.start(b);
        a.awaitMembers(a, b);
        rogue.membership.start(rogue);
        rogue.awaitMembers(rogue);
        assertThat(a.views).isEmpty();
        assertThat(a.membership.send(b.self.id(), new byte[5])).isTrue();
        assertThat(b.messages.poll(10, TimeUnit.SECONDS)).isEqualTo(a.self.id() + ":5");
    }

    @Test
    void closingTwiceAndBeforeTheStartDoesNoHarm() {
        Node a = node(1, "a");
        a.membership.close();
        a.membership.close();
        assertThat(a.membership.send(new MemberId(2), new byte[1])).isFalse();
    }
}
