package dev.gossamer.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.gossip.Gossip.Effect;
import dev.gossamer.gossip.Gossip.Event;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GossipTest {
    private static final MemberId A = new MemberId(1);
    private static final MemberId B = new MemberId(2);
    private static final MemberId C = new MemberId(3);

    /** Thirty fresh seeds a run; {@code -Dseed=N} replays one. */
    static LongStream seeds() {
        Long one = Long.getLong("seed");
        return one == null ? new SplittableRandom().longs(30) : LongStream.of(one);
    }

    private static Simulator.Network hostile(SplittableRandom random) {
        return new Simulator.Network(
                random.nextDouble(0.5), random.nextDouble(0.3), random.nextInt(1, 40));
    }

    private static Simulator mesh(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int size = random.nextInt(10) == 0 ? random.nextInt(50, 101) : random.nextInt(2, 20);
        Simulator mesh = new Simulator(seed, size, GossipSettings.DEFAULT, hostile(random));
        for (MemberId id : mesh.ids()) {
            mesh.say(id, "epoch", "1");
            mesh.say(id, "state", "joining");
        }
        return mesh;
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyoneKnowsEverythingEvenWhenHalfOfAllMessagesAreLost(long seed) {
        Simulator mesh = mesh(seed);
        mesh.rounds(2);
        mesh.ids().forEach(id -> mesh.say(id, "state", "ready"));
        assertThat(mesh.roundsUntilAllKnow(60)).isLessThanOrEqualTo(60);
        assertThat(mesh.rejected()).isZero();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aPartitionThatHealsLeavesNoTrace(long seed) {
        Simulator mesh = mesh(seed);
        mesh.split();
        mesh.rounds(5);
        mesh.ids().forEach(id -> mesh.say(id, "epoch", "2"));
        mesh.rounds(5);
        mesh.heal();
        assertThat(mesh.roundsUntilAllKnow(60)).isLessThanOrEqualTo(60);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aRestartedMemberReplacesWhatItsEarlierLifeSaid(long seed) {
        Simulator mesh = mesh(seed);
        mesh.rounds(5);
        MemberId restarted = mesh.ids().get(mesh.random().nextInt(mesh.ids().size()));
        mesh.start(restarted, 2);
        mesh.say(restarted, "epoch", "9");
        assertThat(mesh.roundsUntilAllKnow(60)).isLessThanOrEqualTo(60);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aMemberWhoseClockWasSetBackOutlivesItsOwnPast(long seed) {
        Simulator mesh = mesh(seed);
        assertThat(mesh.roundsUntilAllKnow(60)).isLessThanOrEqualTo(60);
        MemberId restarted = mesh.ids().get(0);
        mesh.start(restarted, 7);
        mesh.say(restarted, "epoch", "8");
        assertThat(mesh.roundsUntilAllKnow(60)).isLessThanOrEqualTo(60);
        mesh.start(restarted, 3);
        mesh.say(restarted, "epoch", "9");
        assertThat(mesh.roundsUntilAllKnow(60)).isLessThanOrEqualTo(60);
        assertThat(mesh.node(restarted).incarnation()).isEqualTo(8);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void noMessageIsLargerThanItsLimitAndYetAllArrives(long seed) {
        GossipSettings tight = new GossipSettings(Duration.ofMillis(200), 2, 3, 8, 8 * 1024);
        SplittableRandom random = new SplittableRandom(seed);
        Simulator mesh = new Simulator(seed, 6, tight, hostile(random));
        for (MemberId id : mesh.ids()) {
            for (int key = 0; key < 12; key++) {
                byte[] value = new byte[random.nextInt(4_097)];
                random.nextBytes(value);
                mesh.say(id, "key-" + key, Bytes.wrap(value));
            }
        }
        assertThat(mesh.roundsUntilAllKnow(400)).isLessThanOrEqualTo(400);
        assertThat(mesh.largestBytes()).isLessThanOrEqualTo(8 * 1024);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void mutilatedMessagesAreRejectedOrHarmlessAndNeverThrow(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Gossip sender = gossip(A, 1);
        sender.on(new Event.MembersChanged(Set.of(A, B)));
        byte[] whole = sends(sender.on(new Event.FactChanged("k", Bytes.utf8("value")))).get(0);
        for (int i = 0; i < 300; i++) {
            Gossip receiver = gossip(B, 1);
            receiver.on(new Event.MembersChanged(Set.of(A, B)));
            byte[] bad = Arrays.copyOf(whole, random.nextInt(whole.length + 8));
            for (int flips = random.nextInt(6); flips > 0 && bad.length > 0; flips--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            receiver.on(new Event.Received(A, bad));
            receiver.on(new Event.RoundStarted());
        }
        Gossip receiver = gossip(B, 1);
        receiver.on(new Event.MembersChanged(Set.of(A, B)));
        byte[] cut = Arrays.copyOf(whole, whole.length - 1);
        assertThat(receiver.on(new Event.Received(A, cut)))
                .singleElement()
                .isInstanceOf(Effect.Rejected.class);
        assertThat(receiver.facts().members()).containsOnlyKeys(B);
    }

    @Test
    void aChangedFactIsPushedAtOnceAndAnUnchangedOneIsNot() {
        Gossip a = gossip(A, 1);
        a.on(new Event.MembersChanged(Set.of(A, B, C)));
        assertThat(sends(a.on(new Event.FactChanged("k", Bytes.utf8("1"))))).hasSize(2);
        assertThat(a.on(new Event.FactChanged("k", Bytes.utf8("1")))).isEmpty();
    }

    @Test
    void pushesBetweenTwoRoundsAreBounded() {
        Gossip a = gossip(A, 1);
        a.on(new Event.MembersChanged(Set.of(A, B)));
        int sent = 0;
        for (int i = 0; i < 100; i++) {
            sent += a.on(new Event.FactChanged("k", Bytes.utf8("" + i))).size();
        }
        assertThat(sent).isEqualTo(8);
        a.on(new Event.RoundStarted());
        assertThat(a.on(new Event.FactChanged("k", Bytes.utf8("new")))).hasSize(1);
    }

    @Test
    void aDoubledOrOldMessageTeachesNothing() {
        Gossip a = gossip(A, 1);
        Gossip b = gossip(B, 1);
        a.on(new Event.MembersChanged(Set.of(A, B)));
        b.on(new Event.MembersChanged(Set.of(A, B)));
        byte[] first = sends(a.on(new Event.FactChanged("k", Bytes.utf8("1")))).get(0);
        byte[] second = sends(a.on(new Event.FactChanged("k", Bytes.utf8("2")))).get(0);
        assertThat(b.on(new Event.Received(A, second)))
                .containsExactly(new Effect.Learned(A, "k", Bytes.utf8("2")));
        assertThat(b.on(new Event.Received(A, second))).isEmpty();
        assertThat(b.on(new Event.Received(A, first))).isEmpty();
        assertThat(b.facts().find(A, "k")).contains(Bytes.utf8("2"));
    }

    @Test
    void whoeverLeavesTheViewIsForgottenAndItsLateNewsIsIgnored() {
        Gossip a = gossip(A, 1);
        Gossip b = gossip(B, 1);
        a.on(new Event.MembersChanged(Set.of(A, B)));
        b.on(new Event.MembersChanged(Set.of(A, B)));
        byte[] news = sends(a.on(new Event.FactChanged("k", Bytes.utf8("1")))).get(0);
        b.on(new Event.Received(A, news));
        assertThat(b.on(new Event.MembersChanged(Set.of(B)))).containsExactly(new Effect.Forgot(A));
        assertThat(b.on(new Event.Received(A, news))).isEmpty();
        assertThat(b.facts().members()).isEqualTo(Map.of(B, new Facts.OfMember(1, 0, Map.of())));
    }

    @Test
    void aSnapshotDoesNotChangeUnderItsReader() {
        Gossip a = gossip(A, 1);
        Facts before = a.facts();
        a.on(new Event.FactChanged("k", Bytes.utf8("1")));
        assertThat(before.find(A, "k")).isEmpty();
        assertThat(a.facts().find(A, "k")).contains(Bytes.utf8("1"));
    }

    @Test
    void whatCannotBeSaidIsRefused() {
        Gossip a = gossip(A, 1);
        assertThatThrownBy(() -> new Event.FactChanged("", Bytes.EMPTY)).hasMessageContaining("0");
        assertThatThrownBy(() -> new Event.FactChanged("k", Bytes.wrap(new byte[4_097])))
                .hasMessageContaining("4097");
        for (int i = 0; i < 64; i++) {
            a.on(new Event.FactChanged("k" + i, Bytes.EMPTY));
        }
        assertThatThrownBy(() -> a.on(new Event.FactChanged("more", Bytes.EMPTY)))
                .hasMessageContaining("64");
        assertThatThrownBy(() -> gossip(A, 0)).hasMessageContaining("incarnation 0");
        assertThatThrownBy(() -> new GossipSettings(Duration.ofMillis(200), 0, 3, 8, 32_768))
                .hasMessageContaining("fanout 0");
    }

    /** Measures the table of docs/gossip.md, and writes it to target/gossip-table.md. */
    @Test
    void theMeasuredTableStaysWithinTheBar() throws IOException {
        StringBuilder table =
                new StringBuilder(
                        "| members | loss | rounds mean | max | KiB per member and round |\n| --- | --- | --- | --- | --- |\n");
        for (int size : new int[] {2, 3, 10, 30, 100}) {
            for (double loss : new double[] {0, 0.1, 0.5}) {
                int sum = 0;
                int max = 0;
                double kib = 0;
                for (int seed = 0; seed < 5; seed++) {
                    Simulator mesh =
                            new Simulator(
                                    seed,
                                    size,
                                    GossipSettings.DEFAULT,
                                    new Simulator.Network(loss, 0.05, 3));
                    mesh.rounds(20);
                    kib += mesh.sentBytes() / 1024.0 / size / 20;
                    mesh.ids().forEach(id -> mesh.say(id, "epoch", "2"));
                    int rounds = mesh.roundsUntilAllKnow(60);
                    sum += rounds;
                    max = Math.max(max, rounds);
                }
                assertThat(max).isLessThanOrEqualTo(30);
                table.append(
                        "| %d | %.0f %% | %.1f | %d | %.2f |%n"
                                .formatted(size, loss * 100, sum / 5.0, max, kib / 5));
            }
        }
        Files.writeString(Path.of("target", "gossip-table.md"), table);
    }

    private static Gossip gossip(MemberId id, long incarnation) {
        return new Gossip(id, incarnation, GossipSettings.DEFAULT, new SplittableRandom(1));
    }

    private static List<byte[]> sends(List<Effect> effects) {
        return effects.stream()
                .filter(Effect.Send.class::isInstance)
                .map(effect -> ((Effect.Send) effect).payload())
                .toList();
    }
}
