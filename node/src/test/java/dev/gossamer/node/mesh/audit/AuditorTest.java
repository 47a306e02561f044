package dev.gossamer.node.mesh.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.CacheSettings.Acks;
import dev.gossamer.node.mesh.audit.Violation.Kind;
import dev.gossamer.node.mesh.link.NearEvent;
import dev.gossamer.node.mesh.link.NearEvent.What;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.Sighting;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the auditor counts, and whom it accuses, in virtual time. */
class AuditorTest {
    private static final Bytes KEY = Bytes.utf8("k");
    private static final int SLOT = KEY.slotIndex();
    private static final long MILLI = 1_000_000;
    private static final Member SELF = member(1);
    private static final Member BACKUP = member(2);
    private static final Member READER = member(3);
    private static final Version OLD = new Version(1, 10, SELF.id());
    private static final Version NEW = new Version(1, 20, SELF.id());

    private final Mesh mesh = new Mesh();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Auditor auditor = auditor(mesh);

    private Auditor auditor(Mesh of) {
        Auditor made = new Auditor(SELF.id(), of, 10, 500, () -> 77, () -> of.nowNanos, () -> AT);
        AuditMeters.register(meters, made);
        return made;
    }

    private static final Instant AT = Instant.ofEpochMilli(1_700_000_000_000L);

    private static Member member(int id) {
        Member.Ports ports = new Member.Ports(1, 2, 3, 4, 5);
        return new Member(new MemberId(id), "n" + id, "z", 1, "127.0.0.1", ports, 1);
    }

    /** Three members, of which the test says what they have. */
    private static final class Mesh implements Surroundings {
        long nowNanos = 1_000 * MILLI;
        long epoch = 1;
        boolean agreed = true;
        boolean pending;
        boolean serving = true;
        Acks acks = Acks.ALL;

        /** How long an answer takes. */
        long answerNanos;

        final Map<MemberId, Version> held = new HashMap<>();
        final Map<MemberId, Sighting.Near> near = new HashMap<>();
        final List<MemberId> silent = new ArrayList<>();
        final List<Bytes> askedFor = new ArrayList<>();

        void near(Member at, Version version, Duration age) {
            near.put(at.id(), new Sighting.Near(version, 0, 1, SELF.id(), 5, age.toNanos()));
        }

        @Override
        public long epoch() {
            return epoch;
        }

        @Override
        public boolean isAgreed() {
            return agreed;
        }

        @Override
        public List<Member> members() {
            return List.of(SELF, BACKUP, READER);
        }

        @Override
        public boolean isServing(int slot) {
            return serving;
        }

        @Override
        public boolean isPending(int slot, Bytes key) {
            return pending;
        }

        @Override
        public CacheSettings settingsOf(Bytes key) {
            return new CacheSettings(
                    CacheSettings.DEFAULT_NAME,
                    Optional.empty(),
                    1 << 20,
                    2,
                    acks,
                    CacheSettings.Partition.AVAILABLE);
        }

        @Override
        public void ask(Member member, Request.Inspect question, Consumer<Reply> answer) {
            askedFor.addAll(question.keys());
            nowNanos += answerNanos;
            if (silent.contains(member.id())) {
                answer.accept(new Reply.Failed(ErrorCode.TIMEOUT, "no answer"));
                return;
            }
            List<Sighting> all =
                    question.keys().stream().map(_ -> look(member, question.events())).toList();
            answer.accept(new Reply.Inspected(epoch, all));
        }

        private Sighting look(Member member, boolean events) {
            Version version = held.get(member.id());
            return new Sighting(
                    members().indexOf(member) < 2 ? members().indexOf(member) : -1,
                    true,
                    version == null ? null : new Sighting.Held(version, false, false, true, 0, 1),
                    near.get(member.id()),
                    events
                            ? List.of(new NearEvent(3, What.UNHEEDED, SELF.id(), 6, 20))
                            : List.of());
        }
    }

    private void write(Version version) {
        mesh.held.put(SELF.id(), version);
        mesh.held.put(BACKUP.id(), version);
        auditor.listener().changed(SLOT, KEY, version);
    }

    /** Ticks until so long after now. */
    private void pass(Duration time) {
        long end = mesh.nowNanos + time.toNanos();
        while (mesh.nowNanos < end) {
            mesh.nowNanos += Auditor.TICK.toNanos();
            auditor.tick();
        }
    }

    /** A write is taken only when the auditor has been at work for a while. */
    private void warmUp() {
        pass(Duration.ofMillis(200));
    }

    private List<Long> samples() {
        return auditor.report().windows().stream().map(AuditReport.Window::samples).toList();
    }

    private List<Long> current() {
        return auditor.report().windows().stream().map(AuditReport.Window::current).toList();
    }

    @Test
    void aWriteThatEveryCopyFollowsIsCurrentAtEveryWindow() {
        warmUp();
        write(NEW);
        mesh.near(READER, NEW, Duration.ZERO);
        pass(Duration.ofMillis(300));
        assertThat(samples()).containsExactly(1L, 0L, 0L, 0L);
        pass(Duration.ofSeconds(11));
        assertThat(samples()).containsExactly(1L, 1L, 1L, 0L);
        pass(Duration.ofMinutes(1));
        assertThat(samples()).containsExactly(1L, 1L, 1L, 1L);
        assertThat(current()).containsExactly(1L, 1L, 1L, 1L);
        assertThat(auditor.report().violations()).isZero();
        double counted =
                meters.get("gossamer.audit.samples")
                        .tag("window", "60000ms")
                        .functionCounter()
                        .count();
        assertThat(counted).isEqualTo(1);
    }

    @Test
    void anOlderNearCopyThatAdmitsItsAgeIsStaleAndNoViolation() {
        warmUp();
        write(NEW);
        mesh.near(READER, OLD, Duration.ofMillis(400));
        pass(Duration.ofMillis(300));
        mesh.near(READER, NEW, Duration.ZERO);
        pass(Duration.ofSeconds(2));
        assertThat(samples()).containsExactly(1L, 1L, 0L, 0L);
        assertThat(current()).containsExactly(0L, 1L, 0L, 0L);
        assertThat(auditor.report().violations()).isZero();
        assertThat(auditor.report().worstStaleness()).isEqualTo(Duration.ofMillis(100));
        assertThat(auditor.report().worstBeyond()).isZero();
        assertThat(ratio("100ms")).isZero();
        assertThat(ratio("1000ms")).isEqualTo(1);
    }

    private double ratio(String window) {
        return meters.get("gossamer.audit.consistency.ratio").tag("window", window).gauge().value();
    }

    @Test
    void anOlderNearCopyThatClaimsToBeYoungerThanTheWriteIsAViolationToldOnce() {
        warmUp();
        write(NEW);
        mesh.near(READER, OLD, Duration.ofMillis(30));
        pass(Duration.ofSeconds(70));
        AuditReport report = auditor.report();
        assertThat(report.nearViolations()).isEqualTo(1);
        assertThat(report.ownerViolations()).isZero();
        assertThat(report.worstBeyond()).isEqualTo(Duration.ofMillis(70));
        Violation told = report.recent().getFirst();
        assertThat(told.kind()).isEqualTo(Kind.NEAR);
        assertThat(told.key()).isEqualTo(KEY);
        assertThat(told.member()).isEqualTo(READER);
        assertThat(told.origin()).isEqualTo(SELF.id());
        assertThat(told.originSequence()).isEqualTo(5);
        assertThat(told.sequence()).isEqualTo(77);
        assertThat(told.version()).isEqualTo(NEW);
        assertThat(told.found()).isEqualTo(OLD);
        assertThat(told.atMillis()).isEqualTo(AT.toEpochMilli());
        assertThat(told.looks()).extracting(Look::member).containsExactly(SELF, BACKUP, READER);
        assertThat(told.events()).extracting(NearEvent::what).containsExactly(What.UNHEEDED);
        assertThat(current()).containsExactly(0L, 0L, 0L, 0L);
    }

    @ParameterizedTest
    @ValueSource(longs = {99, 100, 101, 5_000})
    void aClaimIsComparedWithTheTimeToTheSendingHoweverLongTheAnswerTakes(long ageMillis) {
        warmUp();
        write(NEW);
        mesh.near(READER, OLD, Duration.ofMillis(ageMillis));
        mesh.silent.add(SELF.id());
        mesh.answerNanos = 0;
        pass(Duration.ofMillis(50));
        assertThat(samples().getFirst()).isZero();
        long before = mesh.nowNanos;
        while (samples().getFirst() == 0) {
            mesh.nowNanos += MILLI;
            auditor.tick();
        }
        assertThat(mesh.nowNanos - before).isEqualTo(100 * MILLI);
        assertThat(auditor.report().nearViolations()).isEqualTo(ageMillis < 100 ? 1 : 0);
    }

    @Test
    void aClockThatMayBeSlowIsNotHeldAgainstItsMember() {
        Comparison comparison = new Comparison(mesh.settingsOf(KEY), NEW, 500);
        Sighting.Near near = new Sighting.Near(OLD, 0, 1, SELF.id(), 5, 10_000 * MILLI);
        assertThat(comparison.isLie(near, 10_000 * MILLI + 5 * MILLI)).isFalse();
        assertThat(comparison.isLie(near, 10_000 * MILLI + 6 * MILLI)).isTrue();
    }

    @Test
    void theSameWriteUnderALaterEpochIsNotOlder() {
        Comparison comparison = new Comparison(mesh.settingsOf(KEY), NEW, 500);
        Version restamped = new Version(0, NEW.clock(), NEW.member());
        assertThat(comparison.isStale(sighting(restamped))).isFalse();
        assertThat(comparison.isStale(sighting(OLD))).isTrue();
        assertThat(comparison.isStale(sighting(new Version(1, 30, SELF.id())))).isFalse();
    }

    private static Sighting sighting(Version near) {
        return new Sighting(
                -1, false, null, new Sighting.Near(near, 0, 1, SELF.id(), 5, 0), List.of());
    }

    @Test
    void anOwnerThatIsBehindAtTwoLooksIsAViolation() {
        warmUp();
        write(NEW);
        mesh.held.put(BACKUP.id(), OLD);
        pass(Duration.ofMillis(300));
        assertThat(current().getFirst()).isZero();
        assertThat(auditor.report().violations()).as("a copy may be on its way").isZero();
        pass(Duration.ofSeconds(1));
        assertThat(auditor.report().ownerViolations()).isEqualTo(1);
        Violation told = auditor.report().recent().getFirst();
        assertThat(told.kind()).isEqualTo(Kind.OWNER);
        assertThat(told.member()).isEqualTo(BACKUP);
        assertThat(told.found()).isEqualTo(OLD);
        assertThat(told.looks()).as("of both times").hasSize(6);
    }

    @Test
    void anOwnerThatCatchesUpHasEvictedOrNeedNotHaveItIsNone() {
        warmUp();
        write(NEW);
        mesh.held.put(BACKUP.id(), OLD);
        pass(Duration.ofMillis(300));
        mesh.held.remove(BACKUP.id());
        mesh.held.put(READER.id(), OLD);
        pass(Duration.ofSeconds(70));
        assertThat(auditor.report().violations()).isZero();
        assertThat(current()).containsExactly(0L, 1L, 1L, 1L);
        mesh.acks = Acks.PRIMARY;
        mesh.held.put(BACKUP.id(), OLD);
        mesh.held.put(SELF.id(), NEW);
        auditor.listener().changed(SLOT, KEY, NEW);
        pass(Duration.ofSeconds(2));
        assertThat(samples().getFirst()).isEqualTo(2);
        assertThat(auditor.report().violations()).isZero();
    }

    @Test
    void aWriteCountsFromItsAcknowledgement() {
        warmUp();
        mesh.pending = true;
        write(NEW);
        mesh.near(READER, OLD, Duration.ofMillis(30));
        pass(Duration.ofSeconds(5));
        assertThat(samples()).containsOnly(0L);
        mesh.pending = false;
        pass(Duration.ofMillis(100));
        assertThat(samples()).containsOnly(0L);
        pass(Duration.ofMillis(100));
        assertThat(samples().getFirst()).isEqualTo(1);
        assertThat(auditor.report().worstStaleness()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void aWriteThatIsPerhapsAnothersToAcknowledgeIsAbandoned() {
        warmUp();
        write(NEW);
        mesh.epoch = 2;
        pass(Duration.ofSeconds(2));
        assertThat(samples()).containsOnly(0L);
        assertThat(auditor.report().abandoned()).isEqualTo(1);
    }

    @Test
    void nothingIsLookedAtWithoutAgreement() {
        warmUp();
        write(NEW);
        mesh.near(READER, OLD, Duration.ZERO);
        pass(Duration.ofMillis(100));
        mesh.agreed = false;
        pass(Duration.ofSeconds(2));
        assertThat(samples()).containsOnly(0L);
        assertThat(auditor.report().abandoned()).isEqualTo(1);
        assertThat(auditor.report().violations()).isZero();
    }

    @Test
    void whatOneMemberHadNotToStoreIsLookedAtUnderItsTopologyOnly() {
        mesh.acks = Acks.PRIMARY;
        warmUp();
        write(NEW);
        pass(Duration.ofMillis(300));
        mesh.epoch = 2;
        mesh.near(READER, OLD, Duration.ZERO);
        pass(Duration.ofSeconds(2));
        assertThat(samples()).containsExactly(1L, 0L, 0L, 0L);
        assertThat(auditor.report().violations()).isZero();
    }

    @Test
    void whoDoesNotAnswerLeavesTheQuestionOpen() {
        warmUp();
        write(NEW);
        mesh.silent.add(READER.id());
        pass(Duration.ofMillis(300));
        AuditReport.Window first = auditor.report().windows().getFirst();
        assertThat(first.samples()).isZero();
        assertThat(first.unanswered()).isEqualTo(1);
        assertThat(first.ratio()).isEqualTo(1);
    }

    @Test
    void onlyOwnWritesUnderTheTopologyInForceAreTaken() {
        warmUp();
        auditor.listener().changed(SLOT, KEY, new Version(1, 20, BACKUP.id()));
        auditor.listener().changed(SLOT, KEY, new Version(0, 20, SELF.id()));
        mesh.serving = false;
        auditor.listener().changed(SLOT, KEY, NEW);
        mesh.serving = true;
        pass(Duration.ofSeconds(1));
        assertThat(mesh.askedFor).isEmpty();
    }

    @Test
    void noMoreAreTakenThanAllowed() {
        warmUp();
        for (int i = 0; i < 1_000; i++) {
            Bytes key = Bytes.utf8("k" + i);
            auditor.listener().changed(key.slotIndex(), key, NEW);
            if (i % 10 == 9) {
                pass(Auditor.TICK);
            }
        }
        pass(Duration.ofSeconds(1));
        assertThat(samples().getFirst()).as("5 s of 10 each").isBetween(50L, 60L);
        assertThat(auditor.report().dropped()).isZero();
    }

    @Test
    void whatWouldTakeTooMuchRoomIsPassedOver() {
        Bytes large = Bytes.wrap(new byte[1 << 20]);
        warmUp();
        for (int i = 0; i < 60; i++) {
            auditor.listener().changed(large.slotIndex(), large, NEW);
            pass(Duration.ofMillis(150));
        }
        assertThat(auditor.report().dropped()).isEqualTo(60 - 3);
        pass(Duration.ofMinutes(2));
        auditor.listener().changed(large.slotIndex(), large, NEW);
        pass(Duration.ofSeconds(1));
        assertThat(auditor.report().dropped()).as("there is room again").isEqualTo(60 - 3);
        assertThat(samples().getFirst()).isEqualTo(4);
    }

    @Test
    void theLastViolationsAreKept() {
        warmUp();
        mesh.near(READER, OLD, Duration.ZERO);
        for (int i = 0; i < 40; i++) {
            write(new Version(1, 100 + i, SELF.id()));
            pass(Duration.ofMillis(200));
        }
        assertThat(auditor.report().nearViolations()).isBetween(38L, 40L);
        assertThat(auditor.report().recent()).hasSize(Tally.RECENT);
    }
}
