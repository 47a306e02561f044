package dev.gossamer.membership.agreement;

import dev.gossamer.membership.MeshView;
import dev.gossamer.membership.ring.Placement;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** A few agreements on a network that is instant and perfect but where it is told not to be. */
final class CalmMesh {
    private static final ChangePlan.Placing PLACING = new LastPlacing(Placement::place);

    private record Letter(Node from, MemberId to, Message message) {}

    /** One member. */
    final class Node {
        Member self;
        Agreement agreement;
        AcceptorState disk = AcceptorState.none();
        final List<Effect> effects = new ArrayList<>();
        boolean deaf;
        boolean syncs = true;

        Node(Member self) {
            this.self = self;
            this.agreement = agreement();
        }

        private Agreement agreement() {
            return new Agreement(
                    self,
                    settings,
                    new Acceptor(settings, disk),
                    new Proposer(self.id(), settings, random.split()),
                    PLACING);
        }

        void restart() {
            self = self.withIncarnation(self.incarnation() + 1);
            agreement = agreement();
            effects.clear();
        }

        Topology topology() {
            return agreement.topology();
        }

        boolean hasLease() {
            return agreement.hasLease(nowNanos);
        }

        void tell(Event event) {
            for (Effect effect : agreement.on(event, nowNanos)) {
                effects.add(effect);
                switch (effect) {
                    case Effect.Send(var to, var message) ->
                            post.add(new Letter(this, to, message));
                    case Effect.Persist(var state) -> disk = state;
                    case Effect.Install(var topology) -> installed.add(this);
                    case Effect.LeaseChanged _, Effect.Estranged _ -> {}
                    case Effect.Bygone _, Effect.Drained _ -> {}
                }
            }
        }

        private void act() {
            tell(new Event.Installed(topology().epoch()));
            if (syncs) {
                tell(new Event.Synced(topology().epoch()));
            }
        }

        boolean saw(Class<? extends Effect> kind) {
            return effects.stream().anyMatch(kind::isInstance);
        }
    }

    final AgreementSettings settings;
    final List<Node> nodes = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(1);
    private final ArrayDeque<Letter> post = new ArrayDeque<>();
    private final ArrayDeque<Node> installed = new ArrayDeque<>();
    private final Set<Set<MemberId>> cut = new HashSet<>();
    private final Map<MemberId, Node> byId = new HashMap<>();
    private long views;
    long nowNanos;

    CalmMesh(AgreementSettings settings, int members) {
        this.settings = settings;
        Roster.of(members).forEach(this::add);
    }

    /** Founded by all of them at once. */
    static CalmMesh founded(int members) {
        return founded(members, 2);
    }

    static CalmMesh founded(int members, int replication) {
        CalmMesh mesh = new CalmMesh(AgreementSettings.of(replication), members);
        mesh.view(mesh.nodes);
        mesh.pass(Duration.ofSeconds(2));
        return mesh;
    }

    Node add(Member member) {
        Node node = new Node(member);
        nodes.add(node);
        byId.put(member.id(), node);
        return node;
    }

    Node node(int index) {
        return nodes.get(index);
    }

    void cut(Node a, Node b) {
        cut.add(Set.of(a.self.id(), b.self.id()));
    }

    void view(Node... members) {
        view(Arrays.asList(members));
    }

    /** All of these see one another now. */
    void view(List<Node> members) {
        views++;
        members.forEach(node -> see(node, members));
        deliver();
    }

    void viewOf(Node node, List<Node> members) {
        views++;
        see(node, members);
    }

    private void see(Node node, List<Node> members) {
        List<Member> seen = members.stream().map(each -> each.self).toList();
        node.tell(new Event.ViewChanged(new MeshView(views, seen)));
    }

    void pass(Duration time) {
        long until = nowNanos + time.toNanos();
        while (nowNanos < until) {
            nowNanos += settings.tick().toNanos();
            for (Node node : nodes) {
                if (!node.deaf) {
                    node.tell(new Event.Ticked());
                }
            }
            deliver();
        }
    }

    void deliver() {
        while (!post.isEmpty() || !installed.isEmpty()) {
            Letter letter = post.poll();
            if (letter == null) {
                installed.remove().act();
                continue;
            }
            Node to = byId.get(letter.to());
            MemberId from = letter.from().self.id();
            if (to != null && !to.deaf && !letter.from().deaf && !isCut(from, letter.to())) {
                to.tell(new Event.Received(from, letter.message()));
            }
        }
    }

    private boolean isCut(MemberId a, MemberId b) {
        return cut.contains(Set.of(a, b));
    }
}
