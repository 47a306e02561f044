package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.protocol.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down what this node holds ({@link Past}) when a topology has come into force and when all
 * that it asked for is done, before the others hear of either. So when they go on to the next one
 * for it, what is written here is of this one, and directly before.
 *
 * <p>What is written is the latest there is by then; it says at least as much as what was to be
 * written before it. Nothing is written under a provisional topology: what counts when its time is
 * over is what this node held under the agreed one before.
 *
 * <p><b>Failure.</b> The others are told all the same: an old file costs copies and nothing else.
 *
 * <p><b>Threads.</b> Any may call; one worker at a time writes. <b>Bounds.</b> Each topology adds
 * two that wait, and a topology comes after its members have said that they are through with the
 * last.
 */
final class Diary {
    private static final Logger log = LoggerFactory.getLogger(Diary.class);

    private final Notary notary;
    private final Executor workers;
    private final Member self;
    private final long rules;

    private record Entry(Holding holding, Runnable then) {}

    /** Guarded by this. */
    private List<Entry> waiting = new ArrayList<>();

    private boolean running;

    /** Belongs to the running worker. */
    private Past written = Past.NONE;

    /**
     * @param replication of the mesh
     */
    Diary(Notary notary, Executor workers, Member self, Keyspace keyspace, int replication) {
        this.notary = notary;
        this.workers = workers;
        this.self = self;
        this.rules = Past.rulesOf(keyspace.caches(), replication);
    }

    /** What an earlier run of this member has written down, as far as it still means anything. */
    Past read() {
        return notary.past().under(rules);
    }

    /**
     * Writes down how far this node has come under that topology.
     *
     * @param then run on a worker when it is written, or cannot be, or need not be
     */
    void note(Holding holding, Runnable then) {
        synchronized (this) {
            waiting.add(new Entry(holding, then));
            if (running) {
                return;
            }
            running = true;
        }
        workers.execute(this::run);
    }

    private synchronized List<Entry> takeAll() {
        List<Entry> all = waiting;
        waiting = new ArrayList<>();
        running = !all.isEmpty();
        return all;
    }

    private void run() {
        for (List<Entry> all = takeAll(); !all.isEmpty(); all = takeAll()) {
            write(all.getLast().holding());
            all.forEach(each -> each.then().run());
        }
    }

    private void write(Holding holding) {
        if (!holding.isMember() || holding.topology().isProvisional()) {
            return;
        }
        Past past = Past.of(holding, self, rules);
        if (past.equals(written)) {
            return;
        }
        try {
            notary.keep(past);
            written = past;
        } catch (RuntimeException e) {
            log.warn(
                    "what this node holds can't be written down; after a restart it copies it anew",
                    e);
        }
    }

    /** Whether nothing is under way. */
    synchronized boolean isQuiet() {
        return !running;
    }
}
