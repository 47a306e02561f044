package dev.gossamer.gossip.invalidation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.gossip.invalidation.Dissemination.Effect;
import dev.gossamer.gossip.invalidation.Dissemination.Event;
import dev.gossamer.gossip.invalidation.Section.Claim;
import dev.gossamer.gossip.invalidation.Section.News;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** One machine, or two face to face; whole meshes are in {@link DisseminationTest}. */
class DisseminationUnitTest {
    private static final long MS = Mesh.MS;
    private static final MemberId A = new MemberId(1);
    private static final MemberId B = new MemberId(2);
    private static final MemberId C = new MemberId(3);
    private static final Members BOTH = Members.of(List.of(A, B));

    private final InvalidationLog logOfA = new InvalidationLog(A, 10, 64 * 1024, () -> {});
    private final Dissemination a = machine(logOfA);
    private final Dissemination b = machine(new InvalidationLog(B, 20, 64 * 1024, () -> {}));

    DisseminationUnitTest() {
        a.on(new Event.MembersChanged(0, BOTH));
        b.on(new Event.MembersChanged(0, BOTH));
    }

    private static Dissemination machine(InvalidationLog log) {
        return new Dissemination(log, DisseminationSettings.DEFAULT, new SplittableRandom(1));
    }

    private void append(long hash) {
        logOfA.append(Kind.KEY, (int) hash, hash, new Version(1, hash, A));
    }

    private static List<byte[]> sends(List<Effect> effects) {
        return effects.stream()
                .filter(Effect.Send.class::isInstance)
                .map(effect -> ((Effect.Send) effect).payload())
                .toList();
    }

    private static <T extends Effect> List<T> only(Class<T> kind, List<Effect> effects) {
        return effects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private static List<Section> sections(byte[] payload) {
        try {
            return Wire.decode(payload);
        } catch (MalformedException e) {
            throw new AssertionError(e);
        }
    }

    private List<Effect> hear(long now, byte[] payload) {
        return b.on(new Event.Received(now, A, payload));
    }

    @Test
    void aFirstInvalidationLeavesAtOnceAndLaterOnesTogetherWhenTheWindowEnds() {
        a.on(new Event.TimePassed(100 * MS));
        a.on(new Event.TimePassed(110 * MS));
        append(1);
        assertThat(sends(a.on(new Event.LogGrew(110 * MS)))).hasSize(1);
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            append(2 + i);
            sent.addAll(sends(a.on(new Event.LogGrew(111 * MS))));
        }
        assertThat(sent).isEmpty();
        byte[] rest = sends(a.on(new Event.TimePassed(112 * MS))).getFirst();
        News news = (News) sections(rest).getFirst();
        assertThat(news.entriesOrNull().count()).isEqualTo(100);
        assertThat(news.entriesOrNull().first()).isEqualTo(2);
    }

    @Test
    void theFirstThatIsHeardOfALifeVoidsAllAndDeliveryGoesOnFromThere() {
        append(1);
        append(2);
        List<Effect> heard = hear(0, sends(a.on(new Event.LogGrew(5 * MS))).getFirst());
        assertThat(only(Effect.Overrun.class, heard))
                .containsExactly(new Effect.Overrun(A, 10, 0, SlotSet.ALL));
        Effect.Deliver delivered = only(Effect.Deliver.class, heard).getFirst();
        assertThat(delivered.invalidations().last()).isEqualTo(2);
        assertThat(b.raced(A, new Position(10, 1), Kind.KEY, 2, 2)).isEqualTo(Raced.YES);
        assertThat(b.raced(A, new Position(10, 2), Kind.KEY, 2, 2)).isEqualTo(Raced.NO);
        assertThat(b.raced(C, new Position(10, 2), Kind.KEY, 2, 2)).isEqualTo(Raced.NOT_KNOWN);
    }

    @Test
    void aWatermarkWaitsForWhatIsMissing() {
        hear(0, news(0, 0, 1));
        List<Effect> gapped = hear(MS, news(3, 3, 2));
        assertThat(only(Effect.Watermark.class, gapped)).isEmpty();
        List<Effect> filled = hear(2 * MS, answer(1, 2, 2));
        assertThat(only(Effect.Watermark.class, filled))
                .containsExactly(new Effect.Watermark(A, 10, 3, 2, 7, ProvableAge.UNKNOWN));
        assertThat(only(Effect.Deliver.class, filled)).hasSize(1);
    }

    /** News of A up to {@code sequence} at A's {@code time}, with the entry at {@code first}. */
    private static byte[] news(long first, long sequence, long time) {
        Invalidations entries =
                first == 0 ? null : new Invalidations(first, new long[Invalidations.FIELDS]);
        Claim claim = new Claim(sequence, true, time, 7);
        return Wire.encode(List.of(new News(A, A, 10, claim, entries)));
    }

    private static byte[] answer(long first, int count, long time) {
        Invalidations entries = new Invalidations(first, new long[count * Invalidations.FIELDS]);
        Claim claim = new Claim(first + count - 1, true, time, 7);
        return Wire.encode(List.of(new News(A, null, 10, claim, entries)));
    }

    @Test
    void aGapIsAskedForAfterTheGraceAndAgainWhenNobodyAnswers() {
        hear(0, news(0, 0, 1));
        hear(10 * MS, news(3, 3, 2));
        assertThat(asks(b.on(new Event.TimePassed(10 * MS + MS / 2)))).isZero();
        assertThat(asks(b.on(new Event.TimePassed(11 * MS)))).isEqualTo(1);
        assertThat(asks(b.on(new Event.TimePassed(15 * MS)))).isZero();
        assertThat(asks(b.on(new Event.TimePassed(16 * MS)))).isEqualTo(1);
        hear(17 * MS, answer(1, 2, 2));
        assertThat(asks(b.on(new Event.TimePassed(40 * MS)))).isZero();
    }

    private static long asks(List<Effect> effects) {
        return sends(effects).stream()
                .flatMap(payload -> sections(payload).stream())
                .filter(Section.Ask.class::isInstance)
                .count();
    }

    @Test
    void heartbeatsCarryTheTimeOnlyWhileThereIsAuthority() {
        assertThat(claims(a.on(new Event.TimePassed(50 * MS)))).isEmpty();
        a.on(new Event.Authorized(60 * MS, 180 * MS, 7));
        assertThat(claims(a.on(new Event.TimePassed(100 * MS))))
                .containsExactly(new Claim(0, true, 100 * MS, 7));
        append(1);
        a.on(new Event.LogGrew(140 * MS));
        assertThat(claims(a.on(new Event.TimePassed(190 * MS))))
                .containsExactly(new Claim(1, false, 0, 7));
    }

    private static List<Claim> claims(List<Effect> effects) {
        return sends(effects).stream()
                .flatMap(payload -> sections(payload).stream())
                .filter(News.class::isInstance)
                .map(section -> ((News) section).claim())
                .toList();
    }

    @Test
    void anEchoProvesTheAgeOfWhatWasHeard() {
        hear(1_000 * MS, news(0, 0, 77 * MS));
        byte[] echo = Wire.encode(List.of(new Section.Echo(20, 1_001 * MS, 10, 79 * MS)));
        List<Effect> heard = hear(1_003 * MS, echo);
        long drift = Math.ceilDiv(2 * MS, 1_000_000) * 500;
        assertThat(only(Effect.Watermark.class, heard))
                .containsExactly(new Effect.Watermark(A, 10, 0, 77 * MS, 7, 999 * MS - drift));
    }

    @Test
    void anEchoForAnEarlierLifeOfEitherProvesNothing() {
        hear(1_000 * MS, news(0, 0, 77 * MS));
        byte[] toEarlier = Wire.encode(List.of(new Section.Echo(19, 1_001 * MS, 10, 79 * MS)));
        byte[] fromEarlier = Wire.encode(List.of(new Section.Echo(20, 1_001 * MS, 9, 79 * MS)));
        assertThat(only(Effect.Watermark.class, hear(1_003 * MS, toEarlier))).isEmpty();
        assertThat(only(Effect.Watermark.class, hear(1_003 * MS, fromEarlier))).isEmpty();
    }

    @Test
    void malformedBytesAreRejectedAndChangeNothing() {
        byte[] whole = news(1, 1, 1);
        byte[] cut = Arrays.copyOf(whole, whole.length - 1);
        List<Effect> effects = hear(MS, cut);
        assertThat(only(Effect.Rejected.class, effects)).hasSize(1);
        assertThat(only(Effect.Overrun.class, effects)).isEmpty();
        assertThat(b.raced(A, new Position(10, 1), Kind.KEY, 0, 0)).isEqualTo(Raced.NOT_KNOWN);
        b.on(new Event.TimePassed(60 * MS));
        assertThat(b.figures().rejected()).isEqualTo(1);
    }

    @Test
    void messagesFromOutsideOfTheViewAreDropped() {
        assertThat(only(Effect.Overrun.class, b.on(new Event.Received(MS, C, news(1, 1, 1)))))
                .isEmpty();
    }

    @Test
    void anOriginThatLeftIsStillDeliveredButGetsNoWatermark() {
        Members all = Members.of(List.of(A, B, C));
        b.on(new Event.MembersChanged(MS, all));
        hear(MS, news(1, 1, 1));
        b.on(new Event.MembersChanged(2 * MS, Members.of(List.of(B, C))));
        List<Effect> heard = b.on(new Event.Received(3 * MS, C, news(2, 2, 2)));
        assertThat(only(Effect.Deliver.class, heard)).hasSize(1);
        assertThat(only(Effect.Watermark.class, heard)).isEmpty();
        List<Effect> back = b.on(new Event.MembersChanged(4 * MS, all));
        assertThat(only(Effect.Watermark.class, back)).hasSize(1);
    }

    @Test
    void whoLeftLongAgoIsForgottenAndSaidToBe() {
        hear(MS, news(1, 1, 1));
        b.on(new Event.MembersChanged(2 * MS, Members.of(List.of(B))));
        long later = Duration.ofMinutes(10).toNanos() + 3 * MS;
        assertThat(only(Effect.Overrun.class, b.on(new Event.TimePassed(later / 2)))).isEmpty();
        assertThat(only(Effect.Overrun.class, b.on(new Event.TimePassed(later))))
                .containsExactly(new Effect.Overrun(A, 10, 1, SlotSet.ALL));
        assertThat(b.raced(A, new Position(10, 1), Kind.KEY, 0, 0)).isEqualTo(Raced.NOT_KNOWN);
    }

    @Test
    void whoKnowsThatTheLogGoesFurtherThanWasToldDoesNotMakeItBeginAgain() {
        append(1);
        append(2);
        byte[] have = Wire.encode(List.of(new Section.Have(A, 10, 2, false)));
        List<Effect> heard = a.on(new Event.Received(MS, B, have));
        assertThat(only(Effect.Renewed.class, heard)).isEmpty();
        byte[] more = Wire.encode(List.of(new Section.Have(A, 10, 3, false)));
        assertThat(only(Effect.Renewed.class, a.on(new Event.Received(MS, B, more))))
                .containsExactly(new Effect.Renewed(11));
    }

    @Test
    void impossibleSettingsAreRefusedByName() {
        DisseminationSettings d = DisseminationSettings.DEFAULT;
        assertThatThrownBy(() ->
                        new DisseminationSettings(
                                d.window(),
                                Duration.ofMillis(101),
                                d.watermarkDelay(),
                                d.starMax(),
                                d.fanout(),
                                d.lazyLinks(),
                                d.grace(),
                                d.askAgain(),
                                d.digest(),
                                d.messageBytesMax(),
                                d.receivedBytesMax(),
                                d.forgetAfter(),
                                d.driftPpm()))
                .hasMessageContaining("heartbeat of PT0.101S");
    }
}
