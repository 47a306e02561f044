package dev.gossamer.gossip.invalidation;

import dev.gossamer.protocol.MemberId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Whom this member tells what, in the view of the moment. */
final class Relay {
    private final MemberId self;
    private final DisseminationSettings settings;
    private final Mail mail;

    /** Origins with news that the lazy peers have not been told of; only in a star. */
    private final Set<MemberId> unannounced = new LinkedHashSet<>();

    private Tree tree;
    private List<MemberId> lazyPeers = List.of();

    Relay(MemberId self, DisseminationSettings settings, Mail mail) {
        this.self = self;
        this.settings = settings;
        this.mail = mail;
        this.tree = tree(Members.of(List.of(self)));
    }

    private Tree tree(Members members) {
        return new Tree(members, self, settings.starMax(), settings.fanout());
    }

    /** The view, with this member. */
    Members members() {
        return tree.members();
    }

    void changeMembers(Members members) {
        tree = tree(members.with(self));
        lazyPeers = tree.lazyPeers(settings.lazyLinks());
        mail.keepOnly(tree.members());
    }

    /** Passes {@code first} to {@code last} on; only the latest claim when there is none. */
    void passOn(MemberId origin, MemberId end, long first, long last, long now, long delayNanos) {
        for (Tree.Branch branch : tree.branches(end)) {
            Outbox outbox = mail.to(branch.child(), now, delayNanos);
            if (first <= last) {
                outbox.news(origin, branch.end(), first, last);
            } else {
                outbox.claim(origin, branch.end());
            }
        }
    }

    /** In a star the origin's next heartbeat is soon enough to show a loss. */
    void announce(MemberId origin, long now) {
        if (tree.isStar()) {
            unannounced.add(origin);
            return;
        }
        for (MemberId peer : lazyPeers) {
            mail.to(peer, now, 0).have(origin, false);
        }
    }

    /** Says to the lazy peers what a star has put off. */
    void announceRest(long now) {
        for (MemberId peer : lazyPeers) {
            for (MemberId origin : unannounced) {
                mail.to(peer, now, 0).have(origin, false);
            }
        }
        unannounced.clear();
    }
}
