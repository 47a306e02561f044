package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import java.util.List;

/**
 * Brings what the others have of some keys to a primary whose slot is still filling, so that it
 * answers and writes as if it were complete. The likely holders are asked first; the first of them
 * that vouches for its answer is enough. When none does, everyone is asked.
 */
final class Fetching {
    private final Attempt attempt;
    private final Holding holding;
    private final List<Bytes> keys;
    private final Runnable then;
    private final List<Member> likely;
    private boolean askedAll;
    private int unanswered;
    private String trouble = "";
    private boolean over;

    private Fetching(Attempt attempt, Holding holding, List<Bytes> keys, Runnable then) {
        this.attempt = attempt;
        this.holding = holding;
        this.keys = keys;
        this.then = then;
        this.likely = holding.likelySources(attempt.slot);
    }

    /** Runs {@code then} when the keys are current here; else the attempt is parked or fails. */
    static void start(Attempt attempt, Holding holding, List<Bytes> keys, Runnable then) {
        LoopRouter router = attempt.router;
        // While others of the slot are being fetched for, this one must not overtake them.
        if (!router.isUnderWay(attempt.slot)
                && keys.stream().allMatch(key -> router.isOwnWrite(key, holding))) {
            then.run();
            return;
        }
        router.begin(attempt, holding.epoch());
        Fetching fetching = new Fetching(attempt, holding, keys, then);
        fetching.ask(fetching.likely);
    }

    private void ask(List<Member> members) {
        unanswered = members.size() + 1;
        for (Member member : members) {
            attempt.router.lane.send(
                    member,
                    new Request.Fetch(keys),
                    holding.epoch(),
                    attempt.deadlineNanos,
                    new Answer());
        }
        oneLess();
    }

    private final class Answer implements ReplyHandler {
        @Override
        public void replied(Reply reply) {
            if (reply instanceof Reply.Fetched(var items, var authoritative, var _)) {
                if (merged(items) && authoritative && !over) {
                    current();
                    return;
                }
            } else {
                trouble = "a holder of the slot answered " + reply;
            }
            oneLess();
        }

        private boolean merged(List<Item> items) {
            try {
                items.forEach(item -> attempt.router.keyspace.merge(item.key(), item.entry()));
                return true;
            } catch (GossamerException e) {
                trouble = String.valueOf(e.getMessage());
                return false;
            }
        }

        @Override
        public void lost(ErrorCode code, boolean maybeSent, String message) {
            trouble = message;
            oneLess();
        }
    }

    private void oneLess() {
        unanswered--;
        if (over || unanswered > 0) {
            return;
        }
        if (!askedAll) {
            askedAll = true;
            List<Member> rest =
                    holding.sources(attempt.slot).stream()
                            .filter(member -> !likely.contains(member))
                            .toList();
            ask(rest);
        } else if (trouble.isEmpty()) {
            current();
        } else {
            over = true;
            attempt.router.end(attempt);
            attempt.retryLater(trouble, false);
        }
    }

    private void current() {
        over = true;
        attempt.router.end(attempt);
        if (attempt.router.epochs.latest() == holding) {
            then.run();
        } else {
            attempt.retryLater("the topology changed", false);
        }
    }
}
