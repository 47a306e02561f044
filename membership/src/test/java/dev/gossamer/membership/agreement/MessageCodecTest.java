package dev.gossamer.membership.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.membership.agreement.AcceptorState.Proposal;
import dev.gossamer.membership.agreement.ChangePlan.Situation;
import dev.gossamer.membership.ring.Placement;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageCodecTest {
    private static final Genesis GENESIS = new Genesis(1_700_000_000_000L, new MemberId(7));
    private static final Ballot BALLOT = new Ballot(3, new MemberId(-2));
    private static final Decree STEADY = decree(steady(5));
    private static final Decree COPYING = decree(copying(4));

    static List<Message> messages() {
        List<MemberId> two = List.of(new MemberId(1), new MemberId(-1));
        Report report =
                new Report(
                        9,
                        8,
                        Optional.of(GENESIS),
                        7,
                        6,
                        5,
                        4,
                        3,
                        true,
                        false,
                        false,
                        true,
                        Duration.ofSeconds(60),
                        two);
        Report empty =
                new Report(
                        1,
                        1,
                        Optional.empty(),
                        0,
                        0,
                        0,
                        0,
                        0,
                        false,
                        true,
                        true,
                        false,
                        Duration.ZERO,
                        List.of());
        return List.of(
                new Message.Prepare(Optional.of(GENESIS), 1 << 20, BALLOT, two),
                new Message.Prepare(Optional.empty(), 0, BALLOT, List.of()),
                new Message.Promise(5, BALLOT, Optional.empty(), 77),
                new Message.Promise(5, BALLOT, Optional.of(new Proposal(BALLOT, COPYING)), 0),
                new Message.Accept(BALLOT, STEADY),
                new Message.Accepted(5, BALLOT),
                new Message.Rejected(5, BALLOT, Ballot.NONE),
                new Message.Chosen(COPYING),
                new Message.Ask(Optional.of(GENESIS), 12),
                new Message.Heartbeat(report, 11),
                new Message.Heartbeat(empty, 0),
                new Message.HeartbeatAck(Optional.of(GENESIS), 4, 11, true));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void whatIsSentIsWhatIsHeard(Message message) {
        assertThat(Message.decode(message.encode())).isEqualTo(message);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void aMessageThatWasCutShortOrGoesOnIsRefused(Message message) {
        byte[] bytes = message.encode();
        int step = Math.max(1, bytes.length / 40);
        for (int length = 0; length < bytes.length; length += step) {
            byte[] cut = java.util.Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> Message.decode(cut))
                    .as("%d of %d bytes", length, bytes.length)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void garbageIsRefusedOrReadButNeverAnythingElse(Message message) {
        SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 60; round++) {
            byte[] bytes = message.encode();
            for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                assertThat(Message.decode(bytes)).isNotNull();
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageMatching("(?s).+");
            }
        }
    }

    @Test
    void theBytesOfAHeartbeatAreWhatTheyAlwaysWere() {
        Message ack = new Message.HeartbeatAck(Optional.of(GENESIS), 1 << 20, 5, true);
        assertThat(HexFormat.of().formatHex(ack.encode()))
                .isEqualTo(
                        "0209"
                                + "01"
                                + "0000018bcfe56800"
                                + "0000000000000007"
                                + "0000000000100000"
                                + "0000000000000005"
                                + "01");
    }

    @Test
    void aFewBytesThatInflateWithoutEndAreRefused() {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        try (var out = new java.util.zip.DeflaterOutputStream(bytes)) {
            out.write(new byte[40 << 20]);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        assertThatThrownBy(() -> DecreeCodec.decode(bytes.toByteArray()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 100})
    void aTopologyOfManyMembersIsSmall(int members) {
        int bytes = decree(steady(members)).encoded().length;
        assertThat(bytes).isBetween(1_000, 15_000 + members * 700);
        assertThat(bytes).isLessThan(DecreeCodec.BYTES_MAX / 5);
    }

    private static Decree decree(Topology topology) {
        return new Decree(GENESIS, topology.epoch() - Epoch.agreed(1), topology);
    }

    private static Topology steady(int members) {
        return next(Topology.none(3), Roster.of(members), 1);
    }

    private static Topology copying(int members) {
        List<Member> more = new ArrayList<>(Roster.of(members));
        more.add(Roster.member(members + 1, 5));
        return next(steady(members), more, 2);
    }

    private static Topology next(Topology present, List<Member> members, long epoch) {
        Situation situation = new Situation(present, members, Set.of(), Set.of(), Set.of(), 3);
        return ChangePlan.next(situation, Epoch.agreed(epoch), Placement::place).orElseThrow();
    }
}
