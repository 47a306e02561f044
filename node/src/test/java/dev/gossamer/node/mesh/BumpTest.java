package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.RouterLab.Fate;
import dev.gossamer.node.mesh.RouterLab.Node;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.Request.Bump.Attempt;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology.Phase;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** C6, C8: an invalidation whose messages get lost, and come after all. */
class BumpTest {
    private static final long EPOCH = Epoch.agreed(1);
    private static final Bytes KEY = Bytes.utf8("k");
    private static final Duration A_WHILE = Duration.ofMillis(100);

    private final RouterLab lab = RouterLab.of(3);
    private final Node first = lab.node(1);
    private final Node second = lab.node(2);
    private final List<Request.Bump> sent = new ArrayList<>();
    private final List<Reply> replies = new ArrayList<>();

    @BeforeEach
    void start() {
        lab.install(lab.topology(EPOCH, Phase.STEADY, List.of(1, 2), List.of()));
        lab.network =
                (_, to, request) -> {
                    if (!(request instanceof Request.Bump bump) || !to.equals(second.member)) {
                        return Fate.DELIVERED;
                    }
                    sent.add(bump);
                    return sent.size() == 1 ? Fate.ANSWER_LOST : Fate.DELIVERED;
                };
    }

    private long[] tags() {
        return first.keyspace.tagsOf(KEY, List.of(Bytes.utf8("tag")));
    }

    private void put(String value) {
        RouterLab.Answer<Outcome> answer = new RouterLab.Answer<>();
        first.router.write(
                new Operation.Put(
                        KEY,
                        Bytes.utf8(value).array(),
                        Operation.Expiry.NONE,
                        Operation.Condition.ALWAYS,
                        false,
                        tags()),
                answer);
        lab.run();
        assertThat(answer.done).as(answer.message).isInstanceOf(Outcome.Applied.class);
    }

    private static String found(Node node) {
        Entry entry = node.keyspace.findOrNull(KEY);
        return entry == null ? "nothing" : Bytes.wrap(entry.value()).toUtf8();
    }

    private void invalidate() {
        CompletableFuture<Version> answer = new CompletableFuture<>();
        new Bump(
                        first.shared,
                        first,
                        first.member,
                        first.keyspace.settingsOf(KEY),
                        tags()[0],
                        answer)
                .start();
        lab.pass(A_WHILE);
        assertThat(answer).isCompleted();
        assertThat(found(first) + found(second)).isEqualTo("nothingnothing");
    }

    @Test
    void anAttemptThatArrivesAfterTheAcknowledgementVoidsNothingThatWasWrittenSince() {
        put("old");
        invalidate();
        assertThat(sent.stream().map(Request.Bump::attempt))
                .startsWith(Attempt.FIRST, Attempt.AGAIN);
        put("new");
        second.service.handle(sent.getFirst(), EPOCH, replies::add);
        assertThat(replies)
                .singleElement()
                .isInstanceOfSatisfying(
                        Reply.Failed.class,
                        failed -> assertThat(failed.code()).isEqualTo(ErrorCode.TRYAGAIN));
        assertThat(found(first) + found(second)).isEqualTo("newnew");
    }

    @Test
    void anInvalidationThatIsTakenForALateOneIsSentAgainAndDone() {
        put("old");
        sent.add(new Request.Bump(0, 0, Attempt.LATER));
        long later = first.keyspace.tags().begin() + 2;
        var ofAnotherTag = new Request.Bump(tags()[0] + 1, later, Attempt.AGAIN);
        second.service.handle(ofAnotherTag, EPOCH, replies::add);
        invalidate();
        assertThat(sent.get(1).clock()).as("turned away").isLessThan(later);
        assertThat(sent.get(2).clock()).as("done").isGreaterThanOrEqualTo(later);
    }

    @Test
    void whatOneMemberSendsAgainTurnsNobodyElseAwayAndNothingOfTheNextEpoch() {
        Stragglers stragglers = new Stragglers(second.keyspace.tags());
        Caller one = Caller.member(new MemberId(1));
        Caller other = Caller.member(new MemberId(3));
        long begun = second.keyspace.tags().begin();
        var early = new Request.Bump(tags()[0], begun, Attempt.FIRST);
        var again = new Request.Bump(tags()[0], begun + 1, Attempt.AGAIN);
        assertThat(stragglers.serve(again, one, EPOCH)).isInstanceOf(Reply.Bumped.class);
        assertThat(stragglers.serve(early, one, EPOCH)).isInstanceOf(Reply.Failed.class);
        assertThat(stragglers.serve(early, other, EPOCH)).isInstanceOf(Reply.Bumped.class);
        assertThat(stragglers.serve(early, one, Epoch.agreed(2))).isInstanceOf(Reply.Bumped.class);
    }
}
