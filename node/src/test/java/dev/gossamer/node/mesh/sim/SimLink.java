package dev.gossamer.node.mesh.sim;

import dev.gossamer.node.mesh.link.DeadlineWheel;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way from one lane to one peer, with the promises of the real {@code Link}: opened when first
 * needed and again after a pause; in order; whatever a lost connection leaves unanswered fails in
 * that order; a silent peer is cut off.
 */
final class SimLink {
    private static final long BACKOFF_MIN = 10_000_000;
    private static final long BACKOFF_MAX = 1_000_000_000;

    private final class Pending extends DeadlineWheel.Deadline {
        final int id;
        final Request request;
        final long epoch;
        final long sinceNanos;
        final ReplyHandler handler;
        boolean sent;

        Pending(int id, Request request, long epoch, long sinceNanos, ReplyHandler handler) {
            this.id = id;
            this.request = request;
            this.epoch = epoch;
            this.sinceNanos = sinceNanos;
            this.handler = handler;
        }

        @Override
        protected void expired() {
            late(this);
        }
    }

    private final SimLane home;
    private final Member peer;
    private final Map<Integer, Pending> pending = new LinkedHashMap<>();
    private final Deque<Pending> unsent = new ArrayDeque<>();
    private @Nullable Connection connection;
    private boolean open;
    private int nextId;
    private long heardAtNanos;
    private int failures;
    private long notBeforeNanos;
    private String lastTrouble = "";

    SimLink(SimLane home, Member peer) {
        this.home = home;
        this.peer = peer;
    }

    Member peer() {
        return peer;
    }

    SimLane home() {
        return home;
    }

    private Bugs bugs() {
        return home.process().hosts().bugs();
    }

    private long now() {
        return home.process().clock().nanoTime();
    }

    void send(Request asked, long epoch, long deadlineNanos, ReplyHandler handler) {
        Optional<Reply> unasked = bugs().answerUnasked(home.process(), asked);
        if (unasked.isPresent()) {
            home.execute(() -> handler.replied(unasked.get()));
            return;
        }
        Request request = bugs().sent(asked);
        if (connection == null && now() < notBeforeNanos) {
            handler.lost(ErrorCode.UNREACHABLE, false, peer.name() + ": " + lastTrouble);
            return;
        }
        Pending waiting = new Pending(nextId++, request, epoch, now(), handler);
        pending.put(waiting.id, waiting);
        home.wheel().add(waiting, deadlineNanos);
        Connection to = connection;
        if (to != null && open) {
            write(to, waiting);
        } else {
            unsent.add(waiting);
            if (to == null) {
                connection = new Connection(this);
            }
        }
    }

    private void write(Connection to, Pending waiting) {
        waiting.sent = true;
        to.request(waiting.id, waiting.request, waiting.epoch);
    }

    void opened(Connection opened) {
        if (connection != opened) {
            return;
        }
        open = true;
        failures = 0;
        heardAtNanos = now();
        for (Pending first = unsent.poll(); first != null; first = unsent.poll()) {
            if (pending.containsKey(first.id)) {
                write(opened, first);
            }
        }
    }

    void answered(Connection by, int id, Reply reply) {
        if (connection != by) {
            return;
        }
        heardAtNanos = now();
        Pending waiting = pending.get(id);
        if (waiting != null) {
            remove(waiting);
            waiting.handler.replied(bugs().heard(home.process(), waiting.request, reply));
        }
    }

    void closed(Connection by, String why) {
        if (connection != by) {
            return;
        }
        connection = null;
        open = false;
        unsent.clear();
        lastTrouble = why;
        failures++;
        long most = Math.min(BACKOFF_MAX, BACKOFF_MIN << Math.min(failures - 1, 10));
        notBeforeNanos = now() + most / 2 + home.process().world().between(0, most / 2 + 1);
        for (Pending orphan : List.copyOf(new ArrayList<>(pending.values()))) {
            remove(orphan);
            orphan.handler.lost(ErrorCode.UNREACHABLE, orphan.sent, peer.name() + ": " + why);
        }
    }

    private void late(Pending waiting) {
        boolean stalled = waiting.sent && heardAtNanos - waiting.sinceNanos < 0;
        remove(waiting);
        waiting.handler.lost(
                ErrorCode.TIMEOUT, waiting.sent, peer.name() + " did not answer in time");
        if (stalled) {
            cut();
        }
    }

    /** Ends the connection; {@link #closed} follows. */
    void cut() {
        Connection ended = connection;
        if (ended != null && open) {
            ended.cutByClient();
        }
    }

    private void remove(Pending waiting) {
        waiting.cancel();
        pending.remove(waiting.id);
    }
}
