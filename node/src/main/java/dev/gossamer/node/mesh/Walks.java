package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Keyspace.KeyVersion;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.SlotPage;
import dev.gossamer.node.mesh.Mesh.ScanPage;
import dev.gossamer.node.mesh.Mesh.Scope;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.SyncReply;
import dev.gossamer.node.mesh.link.SyncRequest;
import dev.gossamer.node.mesh.link.SyncRequest.Wanted;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What covers many slots: scan, size, flush, a random key, explain. Each asks all members at once
 * and asks again when the topology changed meanwhile. Runs on virtual threads and waits there.
 */
final class Walks {
    private static final long PAUSE_NANOS = 20_000_000;
    private static final int PATIENCE_FACTOR = 5;
    private static final int FLUSH_IN_FLIGHT_MAX = 256;
    private static final int FLUSH_PAGE_ENTRIES = 512;
    private static final int FLUSH_PAGE_BYTES = 1 << 20;
    private static final int FLUSH_SLOTS = 1024;
    private static final Duration FLUSH_PATIENCE = Duration.ofMinutes(1);

    private final Epochs epochs;
    private final Keyspace keyspace;
    private final MemberId self;
    private final MemberCalls calls;
    private final Function<Operation, CompletableFuture<?>> write;
    private final Workers workers;
    private final Duration timeout;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final Explainer explainer;

    /**
     * @param write removes on behalf of a flush, wherever the key's primary is
     * @param random guarded here
     */
    Walks(
            Epochs epochs,
            Keyspace keyspace,
            MemberId self,
            MemberCalls calls,
            Function<Operation, CompletableFuture<?>> write,
            Workers workers,
            Duration timeout,
            LongSupplier nanoClock,
            RandomGenerator random) {
        this.epochs = epochs;
        this.keyspace = keyspace;
        this.self = self;
        this.calls = calls;
        this.write = write;
        this.workers = workers;
        this.timeout = timeout;
        this.nanoClock = nanoClock;
        this.random = random;
        this.explainer = new Explainer(epochs, keyspace, calls, timeout);
    }

    private record Asked(Member member, Reply reply) {}

    /** Each member's answer, all under one topology. */
    private List<Asked> askAll(Request request, Scope scope, Duration patience) {
        long deadlineNanos = nanoClock.getAsLong() + patience.toNanos() * PATIENCE_FACTOR;
        while (true) {
            Holding holding = epochs.latest();
            List<Asked> answers = askOnce(request, scope, holding, patience);
            Reply trouble = troubleOrNull(answers);
            if (trouble == null && epochs.latest() == holding && !holding.topology().isEmpty()) {
                return answers;
            }
            if (nanoClock.getAsLong() >= deadlineNanos) {
                throw failure(trouble);
            }
            workers.pause(PAUSE_NANOS);
        }
    }

    private List<Asked> askOnce(Request request, Scope scope, Holding holding, Duration patience) {
        List<CompletableFuture<Asked>> asking = new ArrayList<>();
        for (Member member : holding.topology().members()) {
            if (scope == Scope.MESH || member.id().equals(self)) {
                asking.add(
                        calls.ask(member, request, holding.epoch(), patience)
                                .thenApply(reply -> new Asked(member, reply)));
            }
        }
        return asking.stream().map(CompletableFuture::join).toList();
    }

    private static @Nullable Reply troubleOrNull(List<Asked> answers) {
        for (Asked asked : answers) {
            if (asked.reply() instanceof Reply.Failed
                    || asked.reply() instanceof Reply.WrongEpoch) {
                return asked.reply();
            }
        }
        return null;
    }

    private static GossamerException failure(@Nullable Reply trouble) {
        if (trouble == null) {
            return new GossamerException(ErrorCode.TRYAGAIN, "the topology kept changing");
        }
        return trouble instanceof Reply.Failed(var code, var message)
                ? new GossamerException(code, message)
                : new GossamerException(
                        ErrorCode.TRYAGAIN, "the topology kept changing: " + trouble);
    }

    long size(Scope scope) {
        long sum = 0;
        for (Asked asked : askAll(new Request.Count(), scope, timeout)) {
            sum += asked.reply() instanceof Reply.Counted(var count) ? count : 0;
        }
        return sum;
    }

    /**
     * All members list the keys of their slots from the cursor on; the answer goes up to where the
     * first of them stopped. The cursor is {@code position × 16384 + slot}.
     */
    ScanPage scan(long cursor, int keysMin, Scope scope) {
        int slot = (int) (cursor & (Slot.COUNT - 1));
        long position = cursor / Slot.COUNT;
        if (cursor < 0) {
            throw new GossamerException(ErrorCode.ERR, "invalid cursor");
        }
        List<Asked> answers = askAll(new Request.ListKeys(slot, position, keysMin), scope, timeout);
        List<Reply.Keys> lists = answers.stream().map(asked -> (Reply.Keys) asked.reply()).toList();
        if (lists.isEmpty()) {
            return new ScanPage(List.of(), 0);
        }
        Reply.Keys first =
                lists.stream().min(Comparator.comparingInt(Reply.Keys::slot)).orElseThrow();
        // In the slot where the walk stopped only its primary has listed anything.
        List<Bytes> keys = new ArrayList<>();
        for (Reply.Keys list : lists) {
            list.keys().stream().filter(key -> key.slotIndex() <= first.slot()).forEach(keys::add);
        }
        boolean end = first.slot() >= Slot.COUNT;
        return new ScanPage(keys, end ? 0 : first.position() * Slot.COUNT + first.slot());
    }

    void flush(Scope scope, Caller caller) {
        keyspace.mutations().flushed(caller);
        long epoch;
        do {
            epoch = epochs.latest().epoch();
            askAll(new Request.Flush(), scope, FLUSH_PATIENCE);
        } while (epochs.latest().epoch() != epoch);
    }

    /**
     * Removes what this node is primary of, a bounded number at a time, and then what only others
     * have of it still.
     *
     * @return how many
     */
    long flushHere(Holding holding) {
        keyspace.leases().overtakeAll(holding::isPrimary);
        Semaphore inFlight = new Semaphore(FLUSH_IN_FLIGHT_MAX);
        List<String> failures = new ArrayList<>(1);
        long removed = 0;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (holding.isPrimary(slot)) {
                removed += flushSlot(slot, inFlight, failures);
            }
        }
        for (Map.Entry<Member, List<Wanted>> copies : copiesOfOwnSlots(holding).entrySet()) {
            removed += flushCopies(copies.getKey(), copies.getValue(), holding, inFlight, failures);
        }
        inFlight.acquireUninterruptibly(FLUSH_IN_FLIGHT_MAX);
        synchronized (failures) {
            if (!failures.isEmpty()) {
                throw new GossamerException(ErrorCode.NOREPLICAS, failures.getFirst());
            }
        }
        return removed;
    }

    private long flushSlot(int slot, Semaphore inFlight, List<String> failures) {
        long removed = 0;
        long position = 0;
        do {
            SlotPage page = keyspace.page(slot, position, FLUSH_PAGE_ENTRIES, FLUSH_PAGE_BYTES);
            for (Item item : page.items()) {
                if (!item.entry().isTombstone()) {
                    remove(item.key(), inFlight, failures);
                    removed++;
                }
            }
            position = page.next();
        } while (position != SlotPage.END);
        return removed;
    }

    private void remove(Bytes key, Semaphore inFlight, List<String> failures) {
        inFlight.acquireUninterruptibly();
        var _ =
                write.apply(new Operation.Remove(key, Operation.Condition.ALWAYS, false))
                        .whenComplete((_, failure) -> flushed(failure, inFlight, failures));
    }

    private static Map<Member, List<Wanted>> copiesOfOwnSlots(Holding holding) {
        Map<Member, List<Wanted>> slots = new LinkedHashMap<>();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (holding.isPrimary(slot)) {
                for (Member holder : holding.targets(slot, Integer.MAX_VALUE)) {
                    slots.computeIfAbsent(holder, _ -> new ArrayList<>())
                            .add(new Wanted(slot, 0, 0));
                }
            }
        }
        return slots;
    }

    /** Removes what another holder has and this node, the primary, has evicted (C8). */
    private long flushCopies(
            Member holder,
            List<Wanted> slots,
            Holding holding,
            Semaphore inFlight,
            List<String> failures) {
        long removed = 0;
        long position = 0;
        int at = 0;
        while (at < slots.size()) {
            List<Wanted> some = slots.subList(at, Math.min(slots.size(), at + FLUSH_SLOTS));
            SyncReply.Listing listing = listing(holder, some, position, holding);
            for (KeyVersion each : listing.items()) {
                if (keyspace.standingOrNull(each.key()) == null) {
                    remove(each.key(), inFlight, failures);
                    removed++;
                }
            }
            at += Math.min(listing.slotsDone(), some.size());
            position = listing.position();
        }
        return removed;
    }

    private SyncReply.Listing listing(
            Member holder, List<Wanted> slots, long position, Holding holding) {
        var versions = new SyncRequest.Versions(slots, position, FLUSH_PAGE_BYTES, false);
        Reply reply =
                calls.ask(holder, new Request.Sync(versions), holding.epoch(), timeout).join();
        if (reply instanceof Reply.Synced(SyncReply.Listing listing)
                && (listing.slotsDone() > 0 || listing.position() > position)) {
            return listing;
        }
        throw failure(reply);
    }

    private static void flushed(
            @Nullable Throwable failure, Semaphore inFlight, List<String> failures) {
        if (failure != null) {
            synchronized (failures) {
                if (failures.isEmpty()) {
                    failures.add("some entries could not be removed: " + failure.getMessage());
                }
            }
        }
        inFlight.release();
    }

    /** Some member that has keys is drawn, then a key of it. */
    @Nullable Bytes randomKey() {
        List<Member> members = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        long sum = 0;
        for (Asked asked : askAll(new Request.Count(), Scope.MESH, timeout)) {
            if (asked.reply() instanceof Reply.Counted(var count) && count > 0) {
                members.add(asked.member());
                counts.add(count);
                sum += count;
            }
        }
        if (sum == 0) {
            return null;
        }
        long drawn = draw(sum);
        int index = 0;
        while (drawn >= counts.get(index)) {
            drawn -= counts.get(index++);
        }
        Reply reply =
                calls.ask(
                                members.get(index),
                                new Request.RandomKey(),
                                epochs.latest().epoch(),
                                timeout)
                        .join();
        if (reply instanceof Reply.SomeKey(var key)) {
            return key;
        }
        throw failure(reply);
    }

    /** Some live key of this node's primary slots, or null. */
    @Nullable Bytes randomKeyHere(Holding holding) {
        int start = (int) draw(Slot.COUNT);
        for (int i = 0; i < Slot.COUNT; i++) {
            int slot = (start + i) & (Slot.COUNT - 1);
            if (holding.isPrimary(slot) && keyspace.tiers().liveCount(slot) > 0) {
                List<Bytes> keys = keysInSlot(slot, FLUSH_PAGE_ENTRIES);
                if (!keys.isEmpty()) {
                    return keys.get((int) draw(keys.size()));
                }
            }
        }
        return null;
    }

    private long draw(long bound) {
        synchronized (random) {
            return random.nextLong(bound);
        }
    }

    List<Bytes> keysInSlot(int slot, int keysMax) {
        List<Bytes> keys = new ArrayList<>();
        Set<Bytes> seen = new HashSet<>();
        long position = 0;
        while (position != SlotPage.END && keys.size() < keysMax) {
            SlotPage page = keyspace.page(slot, position, keysMax, FLUSH_PAGE_BYTES);
            for (Item item : page.items()) {
                if (!item.entry().isTombstone() && keys.size() < keysMax && seen.add(item.key())) {
                    keys.add(item.key());
                }
            }
            position = page.next();
        }
        return keys;
    }

    Explanation explain(Bytes key) {
        return explainer.explain(key);
    }
}
