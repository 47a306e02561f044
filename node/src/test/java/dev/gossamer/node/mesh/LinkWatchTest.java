package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.membership.MeshView;
import dev.gossamer.membership.agreement.Event;
import dev.gossamer.node.mesh.RouterLab.Fate;
import dev.gossamer.protocol.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinkWatchTest {
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final RouterLab lab = RouterLab.of(3);
    private final List<Event> told = new ArrayList<>();
    private final LinkWatch watch =
            new LinkWatch(lab.node(1).member, lab.node(1), lab::nanoTime, PATIENCE, told::add);

    private void see(int... numbers) {
        List<Member> members = new ArrayList<>();
        for (int number : numbers) {
            members.add(lab.node(number).member);
        }
        watch.viewChanged(new MeshView(1, members));
    }

    private void cut(int number) {
        lab.network =
                (_, to, _) -> to.equals(lab.node(number).member) ? Fate.SWALLOWED : Fate.DELIVERED;
    }

    @Test
    void aLinkThatCarriesNothingIsToldOnceAndOnceMoreWhenItCarriesAgain() {
        see(1, 2, 3);
        watch.start();
        lab.pass(PATIENCE.multipliedBy(5));
        assertThat(told).isEmpty();
        cut(3);
        lab.pass(PATIENCE.multipliedBy(5));
        assertThat(told).containsExactly(new Event.LinkDown(lab.node(3).member.id()));
        lab.network = (_, _, _) -> Fate.DELIVERED;
        lab.pass(PATIENCE.multipliedBy(5));
        assertThat(told).hasSize(2).contains(new Event.LinkUp(lab.node(3).member.id()));
    }

    @Test
    void whoHasLeftTheViewIsNotAskedAndIsNewWhenItComesBack() {
        see(1, 3);
        watch.start();
        cut(3);
        lab.pass(PATIENCE.multipliedBy(5));
        see(1);
        lab.pass(PATIENCE.multipliedBy(5));
        see(1, 3);
        lab.pass(PATIENCE.multipliedBy(5));
        var down = new Event.LinkDown(lab.node(3).member.id());
        assertThat(told).containsExactly(down, down);
        watch.stop();
        lab.network = (_, _, _) -> Fate.DELIVERED;
        lab.pass(PATIENCE.multipliedBy(5));
        assertThat(told).hasSize(2);
    }
}
