package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the slots that this node has come to own from the members that have them. The new owner
 * pulls, many slots per request. A slot is complete when a member has given it whole that vouches
 * for it (an owner that is complete, or was one until this very change), or when every other member
 * has given what it has. A new topology ends this fill; the next plans anew.
 *
 * <p><b>Threads.</b> One virtual thread for the plan, and at most as many pages under way as the
 * settings say. <b>Memory.</b> That many pages.
 */
final class Fill {
    private static final Logger log = LoggerFactory.getLogger(Fill.class);
    private static final int SLOTS_PER_REQUEST = 512;
    private static final long PAUSE_NANOS = 20_000_000;

    private final Epochs epochs;
    private final Keyspace keyspace;
    private final MemberCalls calls;
    private final Workers workers;
    private final Duration patience;
    private final int pageBytes;
    private final Semaphore pages;
    private final TransferPace pace;
    private final Runnable progressed;
    private final LongAdder bytes = new LongAdder();
    private volatile boolean closed;

    /**
     * @param progressed told, perhaps often, when slots have become complete
     */
    Fill(
            Epochs epochs,
            Keyspace keyspace,
            MemberCalls calls,
            Workers workers,
            MeshSettings settings,
            TransferPace pace,
            Runnable progressed) {
        this.epochs = epochs;
        this.keyspace = keyspace;
        this.calls = calls;
        this.workers = workers;
        this.patience = settings.requestTimeout();
        this.pageBytes = settings.fillPageBytes();
        this.pages = new Semaphore(settings.fillParallelism());
        this.pace = pace;
        this.progressed = progressed;
    }

    /** Bytes of entries that were pulled since the node started. */
    long bytesPulled() {
        return bytes.sum();
    }

    void close() {
        closed = true;
    }

    /** Begins to fill what is not complete under {@code holding}. Returns at once. */
    void start(Holding holding) {
        if (holding.fillingCount() > 0) {
            workers.execute(() -> run(holding));
        }
    }

    private boolean isOver(Holding holding) {
        return closed || epochs.latest() != holding;
    }

    private void run(Holding holding) {
        int slots = holding.fillingCount();
        Map<Integer, Set<MemberId>> asked = new HashMap<>();
        for (Integer slot : holding.fillingSlots()) {
            asked.put(slot, new HashSet<>());
        }
        while (!asked.isEmpty() && !isOver(holding)) {
            if (round(holding, asked)) {
                workers.pause(PAUSE_NANOS);
            }
        }
        if (asked.isEmpty()) {
            log.info("epoch {}: {} slots are filled", holding.epoch(), slots);
        }
    }

    /** Asks for each slot one more member. @return whether something went wrong */
    private boolean round(Holding holding, Map<Integer, Set<MemberId>> asked) {
        List<CompletableFuture<Boolean>> running = new ArrayList<>();
        plan(holding, asked)
                .forEach((source, slots) -> {
                    for (int i = 0; i < slots.size(); i += SLOTS_PER_REQUEST) {
                        int end = Math.min(slots.size(), i + SLOTS_PER_REQUEST);
                        running.add(pull(holding, source, slots.subList(i, end), asked));
                    }
                });
        boolean trouble = false;
        for (CompletableFuture<Boolean> each : running) {
            trouble |= !each.join();
        }
        asked.keySet().removeIf(holding::isComplete);
        progressed.run();
        return trouble;
    }

    /** Per member the slots to ask it for next; slots that everyone has given become complete. */
    private Map<Member, List<Integer>> plan(Holding holding, Map<Integer, Set<MemberId>> asked) {
        Map<Member, List<Integer>> plan = new LinkedHashMap<>();
        asked.forEach((slot, done) -> {
            boolean found = false;
            for (Member source : holding.sources(slot)) {
                if (!done.contains(source.id())) {
                    plan.computeIfAbsent(source, _ -> new ArrayList<>()).add(slot);
                    found = true;
                    break;
                }
            }
            if (!found) {
                holding.markComplete(slot);
            }
        });
        return plan;
    }

    private CompletableFuture<Boolean> pull(
            Holding holding,
            Member source,
            List<Integer> slots,
            Map<Integer, Set<MemberId>> asked) {
        CompletableFuture<Boolean> whole = new CompletableFuture<>();
        workers.execute(() -> {
            boolean done = false;
            pages.acquireUninterruptibly();
            try {
                done = pullPages(holding, source, slots);
            } finally {
                pages.release();
                whole.complete(done);
            }
        });
        Set<Integer> given = Set.copyOf(slots);
        return whole.thenApply(whollyGiven -> {
            if (whollyGiven) {
                synchronized (asked) {
                    asked.forEach((slot, done) -> {
                        if (given.contains(slot)) {
                            done.add(source.id());
                        }
                    });
                }
            }
            return whollyGiven;
        });
    }

    private boolean pullPages(Holding holding, Member source, List<Integer> slots) {
        List<Integer> left = slots;
        long position = 0;
        boolean vouched = true;
        while (!left.isEmpty()) {
            if (isOver(holding)) {
                return false;
            }
            Request.Pull request = new Request.Pull(left, position, pageBytes);
            Reply reply = calls.ask(source, request, holding.epoch(), patience).join();
            if (!(reply instanceof Reply.Page page)) {
                log.debug("epoch {}: {} answered {}", holding.epoch(), source.name(), reply);
                return false;
            }
            if (!store(page.items(), holding)) {
                return false;
            }
            for (int i = 0; i < Math.min(page.slotsDone(), left.size()); i++) {
                if (page.authoritative().get(i) && (i > 0 || vouched)) {
                    holding.markComplete(left.get(i));
                }
            }
            // A slot that takes several pages must have been vouched for from the first on.
            vouched =
                    page.authoritative().get(page.slotsDone()) && (page.slotsDone() > 0 || vouched);
            vouched |= page.position() == 0;
            left = left.subList(Math.min(page.slotsDone(), left.size()), left.size());
            position = page.position();
        }
        return true;
    }

    /** Copies that this node is to have; a cache may want fewer of them than the mesh. */
    private boolean store(List<Item> items, Holding holding) {
        try {
            for (Item item : items) {
                int rank = holding.rankHere(item.key().slotIndex());
                if (rank >= 0 && rank < keyspace.settingsOf(item.key()).replication()) {
                    keyspace.merge(item.key(), item.entry());
                }
            }
        } catch (GossamerException e) {
            log.warn("epoch {}: an entry could not be copied: {}", holding.epoch(), e.getMessage());
            return false;
        }
        long weight = Request.weightOf(items);
        bytes.add(weight);
        pace.spend(weight);
        return true;
    }
}
