package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.RequestHandler.Responder;
import dev.gossamer.node.mesh.link.SyncReply;
import dev.gossamer.node.mesh.link.SyncRequest;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes, as the slots' primary, what a member brings from its side of a partition: merges it, gives
 * what won to all who are to have it, and then thanks. What was brought before is given to them
 * again, for the time before it may not have got so far.
 *
 * <p><b>Threads.</b> The lane of the errand.
 */
final class Reception {
    private final Errand errand;
    private final Keyspace keyspace;
    private final SyncRequest.Reconcile brought;
    private final Responder responder;
    private final Map<Member, List<Item>> winners = new LinkedHashMap<>();
    private int left;
    private boolean answered;

    Reception(Errand errand, SyncRequest.Reconcile brought, Responder responder) {
        this.errand = errand;
        this.keyspace = errand.keyspace;
        this.brought = brought;
        this.responder = responder;
    }

    /**
     * @param patienceNanos after which the member is told to try again, whatever has happened
     */
    void start(long patienceNanos) {
        errand.atLatest(patienceNanos, () -> refuse("not everybody has it yet"));
        if (areServed(brought.items()) && areServed(brought.blind())) {
            errand.change(this::merge, this::give, this::refuse);
        } else {
            refuse("not all of the slots are served here");
        }
    }

    private boolean areServed(List<Item> items) {
        return items.stream().allMatch(it -> errand.holding.isServing(it.key().slotIndex()));
    }

    /** On a worker. */
    private void merge() {
        merge(brought.items(), false);
        merge(brought.blind(), true);
    }

    private void merge(List<Item> items, boolean blind) {
        for (Item item : items) {
            keyspace.reconcile(item.key(), item.entry(), blind);
            Entry here = keyspace.peekOrNull(item.key());
            if (here != null && here.version().equals(item.entry().version())) {
                int replication = keyspace.settingsOf(item.key()).replication();
                errand.holding
                        .targets(item.key().slotIndex(), replication)
                        .forEach(target ->
                                winners.computeIfAbsent(target, _ -> new ArrayList<>()).add(item));
            }
        }
    }

    private void give() {
        left = winners.size();
        winners.forEach(this::give);
        thank();
    }

    private void give(Member target, List<Item> won) {
        errand.ask(
                target,
                new SyncRequest.Settle(won, List.of()),
                SyncReply.Done.class,
                _ -> {
                    left--;
                    thank();
                },
                why -> errand.retry(won.size(), why, () -> give(target, won)));
    }

    private void thank() {
        if (left == 0) {
            answer(new Reply.Synced(new SyncReply.Done()));
        }
    }

    private void refuse(String why) {
        answer(new Reply.Failed(ErrorCode.TRYAGAIN, why));
    }

    private void answer(Reply reply) {
        if (!answered) {
            answered = true;
            responder.reply(reply);
        }
    }
}
