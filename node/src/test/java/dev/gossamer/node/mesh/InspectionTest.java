package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.gossip.invalidation.Dissemination.Effect;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.mesh.RouterLab.Node;
import dev.gossamer.node.mesh.link.NearEvent;
import dev.gossamer.node.mesh.link.NearEvent.What;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.Sighting;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a member tells of its copies when it is asked to look. */
class InspectionTest {
    private static final Bytes KEY = Bytes.utf8("k");
    private static final Freshness SECOND = new Freshness.Within(Duration.ofSeconds(1));

    private final RouterLab lab = RouterLab.of(3);
    private final Node owner = lab.node(1);
    private final Node backup = lab.node(2);
    private final Node reader = lab.node(3);

    @BeforeEach
    void theReaderHasANearCopy() {
        lab.install(topology(1, 1));
        owner.put("k", "old");
        lab.run();
        reader.get("k", SECOND);
        lab.run();
    }

    private Topology topology(int epoch, int primary) {
        return lab.topology(
                Epoch.agreed(epoch), Phase.STEADY, List.of(primary, 3 - primary), List.of());
    }

    private Sighting look(Node node, long epoch) {
        List<Reply> replies = new ArrayList<>();
        node.service.handle(new Request.Inspect(List.of(KEY), true), epoch, replies::add);
        assertThat(replies).hasSize(1);
        return ((Reply.Inspected) replies.getFirst()).sightings().getFirst();
    }

    private Sighting look(Node node) {
        return look(node, Epoch.agreed(1));
    }

    private static List<What> whats(Sighting sighting) {
        return sighting.events().stream().map(NearEvent::what).toList();
    }

    @Test
    void ownersTellTheirVersionAndTheirRank() {
        Sighting first = look(owner);
        Sighting second = look(backup);
        assertThat(first.rank()).isZero();
        assertThat(second.rank()).isEqualTo(1);
        assertThat(first.complete()).isTrue();
        assertThat(second.held()).isEqualTo(first.held());
        assertThat(first.held().removed()).isFalse();
        assertThat(first.held().valid()).isTrue();
        assertThat(first.held().valueBytes()).isEqualTo(3);
        assertThat(first.near()).isNull();
        Operation removal = new Operation.Remove(KEY, Operation.Condition.ALWAYS, false);
        owner.router.write(removal, new RouterLab.Answer<>());
        lab.run();
        assertThat(look(backup).held().removed()).isTrue();
    }

    @Test
    void whoOwnsNoneTellsItsNearCopyAndHowYoungAReadItWouldAnswer() {
        lab.pass(Duration.ofMillis(200));
        Sighting seen = look(reader);
        assertThat(seen.rank()).isEqualTo(-1);
        assertThat(seen.held()).isNull();
        assertThat(seen.near().version()).isEqualTo(look(owner).held().version());
        assertThat(seen.near().origin()).isEqualTo(owner.member.id());
        assertThat(seen.near().sequence()).isEqualTo(1);
        assertThat(seen.near().ageNanos()).isGreaterThanOrEqualTo(200_000_000L);
        long proven = lab.nanoTime() - 7_000_000;
        reader.near.proven(new Effect.Watermark(owner.member.id(), 1, 9, 0, 1, proven));
        assertThat(look(reader).near().ageNanos()).isBetween(7_000_000L, 7_000_009L);
    }

    @Test
    void whatRestsOnTheSsdOnlyIsToldByItsVersionAndAsResting() {
        Bytes cold = Bytes.utf8("cold");
        Version version = new Version(Epoch.agreed(1), 77, owner.member.id());
        owner.keyspace.merge(cold, Entry.of(new byte[1], version, Entry.NEVER));
        owner.below().sink(owner.keyspace.tiers().memory(), cold);
        List<Reply> replies = new ArrayList<>();
        owner.service.handle(
                new Request.Inspect(List.of(cold, KEY), false), Epoch.agreed(1), replies::add);
        var sightings = ((Reply.Inspected) replies.getFirst()).sightings();
        assertThat(sightings.getFirst().held()).isEqualTo(Sighting.Held.resting(version));
        assertThat(sightings.getLast().held().onDisk()).as("it stands in memory").isFalse();
    }

    @Test
    void theEventsSayWhatBecameOfTheCopies() {
        assertThat(whats(look(reader))).endsWith(What.KEPT);
        long before = owner.log.position().sequence();
        owner.put("k", "new");
        lab.run();
        reader.near.invalidated(
                new Effect.Deliver(owner.member.id(), 1, owner.log.after(before).orElseThrow()));
        assertThat(look(reader).near()).isNull();
        assertThat(whats(look(reader))).endsWith(What.KEPT, What.VOIDED);
        assertThat(look(reader).events().getLast().clock())
                .isEqualTo(look(owner).held().version().clock());
        reader.put("k", "mine");
        lab.run();
        assertThat(whats(look(reader))).endsWith(What.WRITTEN);
    }

    @Test
    void anEarlierEpochIsAnsweredToo() {
        lab.install(topology(2, 2));
        Sighting seen = look(backup, Epoch.agreed(1));
        assertThat(seen.rank()).isZero();
        assertThat(look(reader).near()).as("its primary is another one now").isNull();
        assertThat(whats(look(reader))).endsWith(What.OWNERS_CHANGED);
    }

    @Test
    void noNearCopyIsToldOfThatNoReaderWouldBeAnsweredFrom() {
        lab.install(
                lab.topology(
                        Epoch.provisional(Epoch.agreed(1), 1),
                        Phase.STEADY,
                        List.of(1, 2),
                        List.of()));
        assertThat(look(reader).near()).isNull();
    }
}
