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
 * <p>What is merged stands here before the others have it, so it is pending like a write until they
 * do ({@link PendingWrites}): nobody is told of it who would miss it if this node died. When
 * another topology comes first, the member that brought it, which was not thanked, brings it again.
 *
 * <p><b>Threads.</b> The lane of the errand.
 */
final class Reception {
    private static final long LOOK_NANOS = 10_000_000;

    private final Errand errand;
    private final Keyspace keyspace;
    private final PendingWrites pending;
    private final SyncRequest.Reconcile brought;
    private final Responder responder;
    private final Map<Member, List<Item>> winners = new LinkedHashMap<>();
    private final List<PendingWrites.Write> merges = new ArrayList<>();
    private int left;
    private boolean answered;

    Reception(
            Errand errand,
            PendingWrites pending,
            SyncRequest.Reconcile brought,
            Responder responder) {
        this.errand = errand;
        this.keyspace = errand.keyspace;
        this.pending = pending;
        this.brought = brought;
        this.responder = responder;
    }

    /**
     * @param patienceNanos after which the member is told to try again, whatever has happened
     */
    void start(long patienceNanos) {
        errand.atLatest(patienceNanos, () -> refuse("not everybody has it yet"));
        if (areServed(brought.items()) && areServed(brought.blind())) {
            brought.items().forEach(item -> merges.add(pending.beginMerge(item.key())));
            brought.blind().forEach(item -> merges.add(pending.beginMerge(item.key())));
            endWithTheErrand();
            errand.change(this::merge, this::give, this::mergedInPart);
        } else {
            refuse("not all of the slots are served here");
        }
    }

    private boolean areServed(List<Item> items) {
        return items.stream().allMatch(it -> errand.holding.isServing(it.key().slotIndex()));
    }

    /** Nothing that is asked for an errand hears of its end. */
    private void endWithTheErrand() {
        errand.atLatest(
                LOOK_NANOS,
                () -> {
                    if (errand.isOver()) {
                        end(false);
                    } else if (!merges.isEmpty()) {
                        endWithTheErrand();
                    }
                });
    }

    private void end(boolean everywhere) {
        merges.forEach(merge -> pending.end(merge, everywhere));
        merges.clear();
    }

    /** On a worker. */
    private void merge() {
        merge(brought.items(), false);
        merge(brought.blind(), true);
    }

    private void merge(List<Item> items, boolean blind) {
        for (Item item : items) {
            keyspace.reconcile(item.key(), item.entry(), blind);
            Entry here = keyspace.standingOrNull(item.key());
            if (here != null && here.version().equals(item.entry().version())) {
                int replication = keyspace.settingsOf(item.key()).replication();
                errand.holding
                        .targets(item.key().slotIndex(), replication)
                        .forEach(target ->
                                winners.computeIfAbsent(target, _ -> new ArrayList<>()).add(item));
            }
        }
    }

    /** What was merged is visible and has to be given. */
    private void mergedInPart(String why) {
        refuse(why);
        give();
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
            end(true);
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
