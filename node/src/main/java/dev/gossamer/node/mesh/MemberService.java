package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.cache.SlotPage;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.RequestHandler;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What this member does for the others. Single keys are served on the loop that read the request;
 * whatever walks over slots leaves the loop for a worker thread.
 */
final class MemberService implements RequestHandler {
    private static final int PAGE_BYTES = 256 * 1024;
    private static final int KEYS_MAX = 10_000;

    private final Epochs epochs;
    private final Keyspace keyspace;
    private final Sync sync;
    private final Supplier<LoopRouter> router;
    private final Function<Holding, Long> flush;
    private final Function<Holding, @Nullable Bytes> randomKey;
    private final Executor workers;
    private final Inspection inspection;
    private final Stragglers stragglers;

    /**
     * @param router the calling loop's
     * @param workers threads that may wait
     */
    MemberService(
            Shared shared,
            Sync sync,
            Supplier<LoopRouter> router,
            Function<Holding, Long> flush,
            Function<Holding, @Nullable Bytes> randomKey,
            Executor workers) {
        this.epochs = shared.epochs();
        this.keyspace = shared.keyspace();
        this.sync = sync;
        this.router = router;
        this.flush = flush;
        this.randomKey = randomKey;
        this.workers = workers;
        this.inspection = new Inspection(shared.keyspace(), shared.near());
        this.stragglers = new Stragglers(shared.keyspace().tags());
    }

    @Override
    public long servedEpoch() {
        return epochs.served().epoch();
    }

    @Override
    public void handle(Request request, long epoch, Responder responder) {
        Holding holding = epochs.served();
        if (request instanceof Request.Ping) {
            responder.reply(new Reply.Alive(holding.epoch()));
            return;
        }
        if (request instanceof Request.Inspect asked) {
            responder.reply(inspection.answer(asked, epochs.latest()));
            return;
        }
        if (request instanceof Request.Recall recall) {
            work(responder, () -> recall(recall));
            return;
        }
        if (epoch != holding.epoch()) {
            responder.reply(new Reply.WrongEpoch(holding.epoch()));
            return;
        }
        try {
            serve(request, holding, responder);
        } catch (GossamerException e) {
            responder.reply(failed(e));
        }
    }

    private static Reply failed(GossamerException e) {
        return new Reply.Failed(e.code(), String.valueOf(e.getMessage()));
    }

    private void serve(Request request, Holding holding, Responder responder) {
        switch (request) {
            case Request.Read(var key) ->
                    router.get().read(key, Freshness.LATEST, false, new ReadReply(responder));
            case Request.Write(var operation, var id) ->
                    router.get().write(operation, id, false, new WriteReply(responder));
            case Request.AwaitLease(var key, var waitMillis) ->
                    LeaseWait.start(
                            router.get(), key, waitMillis, false, new LeaseReply(responder));
            case Request.Replicate replicate -> {
                Reply stored = store(replicate, holding);
                keyspace.tiers().lower().whenDurable(() -> responder.reply(stored));
            }
            case Request.Inspect asked -> responder.reply(inspection.answer(asked, holding));
            case Request.Recall recall -> work(responder, () -> recall(recall));
            case Request.Ping() -> responder.reply(new Reply.Alive(holding.epoch()));
            case Request.Bump bump ->
                    responder.reply(stragglers.serve(bump, responder.asker(), holding.epoch()));
            case Request.Fetch(var keys) -> work(responder, () -> fetch(keys, holding));
            case Request.Sync(var asked) -> sync.serve(asked, holding, responder);
            case Request.ListKeys list -> work(responder, () -> keys(list, holding));
            case Request.Count() -> work(responder, () -> new Reply.Counted(count(holding)));
            case Request.RandomKey() ->
                    work(responder, () -> new Reply.SomeKey(randomKey.apply(holding)));
            case Request.Flush() -> work(responder, () -> new Reply.Counted(flush.apply(holding)));
        }
    }

    /** Only who holds the slot may say that it has a copy. */
    private Reply store(Request.Replicate replicate, Holding holding) {
        int slot = replicate.items().getFirst().key().slotIndex();
        return switch (holding.role(slot)) {
            case BACKUP, COPYING, FORMER -> {
                sync.store(slot, replicate, holding);
                yield Reply.STORED;
            }
            case PRIMARY, NONE -> new Reply.WrongEpoch(holding.epoch());
        };
    }

    private Reply recall(Request.Recall asked) {
        return new Reply.Recalled(
                keyspace.mutations().of(asked.key(), Set.copyOf(asked.tags())),
                keyspace.leases().runningOrNull(asked.key()));
    }

    private void work(Responder responder, Supplier<Reply> work) {
        workers.execute(() -> {
            Reply reply;
            try {
                reply = work.get();
            } catch (GossamerException e) {
                reply = failed(e);
            }
            responder.reply(reply);
        });
    }

    private record ReadReply(Responder responder) implements ReadAttempt.Answer {
        @Override
        public void found(@Nullable Entry entry, Whence whence) {
            responder.reply(new Reply.Found(entry, whence.at()));
        }

        @Override
        public void failed(ErrorCode code, String message) {
            responder.reply(new Reply.Failed(code, message));
        }

        @Override
        public void notHere(long epoch) {
            responder.reply(new Reply.WrongEpoch(epoch));
        }
    }

    private record LeaseReply(Responder responder) implements Mesh.Callback<Bytes> {
        @Override
        public void done(Bytes key) {
            responder.reply(Reply.LEASE_OVER);
        }

        @Override
        public void failed(ErrorCode code, String message) {
            responder.reply(new Reply.Failed(code, message));
        }
    }

    private record WriteReply(Responder responder) implements WriteAttempt.Answer {
        @Override
        public Caller caller() {
            return responder.asker();
        }

        @Override
        public void done(Outcome outcome) {
            responder.reply(new Reply.Done(outcome));
        }

        @Override
        public void failed(ErrorCode code, String message) {
            responder.reply(new Reply.Failed(code, message));
        }

        @Override
        public void notHere(long epoch, boolean maybeDone) {
            responder.reply(new Reply.WrongEpoch(epoch, maybeDone));
        }
    }

    private Reply fetch(List<Bytes> keys, Holding holding) {
        List<Item> items = new ArrayList<>(keys.size());
        for (Bytes key : keys) {
            Entry entry = keyspace.readOrNull(key);
            if (entry != null) {
                items.add(new Item(key, entry));
            }
        }
        int slot = keys.getFirst().slotIndex();
        return new Reply.Fetched(items, holding.holds(slot), holding.isDone(slot));
    }

    /** Keys of the slots that this node is primary of, from a position on. */
    Reply keys(Request.ListKeys list, Holding holding) {
        int keysMin = Math.clamp(list.keysMin(), 1, KEYS_MAX);
        List<Bytes> keys = new ArrayList<>();
        long position = list.position();
        int slot = list.slot();
        while (slot < Slot.COUNT && keys.size() < keysMin) {
            if (!holding.isPrimary(slot)) {
                position = 0;
                slot++;
                continue;
            }
            if (!holding.isServing(slot)) {
                return keys.isEmpty()
                        ? new Reply.Failed(ErrorCode.TRYAGAIN, holding.whyNotServing(slot))
                        : new Reply.Keys(keys, slot, position);
            }
            SlotPage page = keyspace.page(slot, position, keysMin, PAGE_BYTES);
            live(page.items(), keys);
            position = page.next() == SlotPage.END ? 0 : page.next();
            slot += page.next() == SlotPage.END ? 1 : 0;
        }
        return new Reply.Keys(keys, slot, position);
    }

    private void live(List<Item> items, List<Bytes> keys) {
        for (Item item : items) {
            if (!item.entry().isTombstone()) {
                keys.add(item.key());
            }
        }
    }

    /** Live entries of the slots that this node is primary of. */
    long count(Holding holding) {
        long count = 0;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (holding.isPrimary(slot)) {
                count += keyspace.tiers().liveCount(slot);
            }
        }
        return count;
    }
}
