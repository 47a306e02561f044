package dev.gossamer.node.mesh.sim;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.RequestHandler;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** One connection from one lane of a member to one lane of another's present life. */
final class Connection {
    private static final long CONNECT_RETRY = 100_000_000;
    private static final long CONNECT_TIMEOUT = 1_000_000_000;

    private record Asked(int id, Request request, long epoch) {}

    private final SimLink client;
    private final SimProcess from;
    private final Caller asker;
    private final World world;
    private final int to;
    private final long begunNanos;
    private final Pipe out;
    private final Pipe back;

    /** Requests that came and cannot be served yet. */
    private final Deque<Asked> waiting = new ArrayDeque<>();

    private @Nullable SimProcess server;
    private @Nullable SimLane serverLane;
    private boolean closed;

    Connection(SimLink client) {
        this.client = client;
        this.from = client.home().process();
        this.asker = Caller.member(from.member().id());
        this.world = from.world();
        this.to = Names.numberOf(client.peer().id());
        this.begunNanos = world.nowNanos();
        this.out = new Pipe(world, from.network(), from.number(), to);
        this.back = new Pipe(world, from.network(), to, from.number());
        from.lanes().opening(this);
        world.after(roundTrip(), this::connect);
    }

    private long roundTrip() {
        return from.network().delay() + from.network().delay();
    }

    private void connect() {
        if (closed) {
            return;
        }
        SimProcess peer = from.hosts().runningOrNull(to);
        boolean reachable = from.network().isOpenBothWays(from.number(), to);
        if (reachable && peer == null) {
            tellClosed("connection refused");
        } else if (reachable && !peer.member().id().equals(client.peer().id())) {
            tellClosed("another member listens there");
        } else if (reachable && !peer.life().isPaused() && peer.listens()) {
            serverLane = peer.lanes().some();
            server = peer;
            peer.lanes().accepted(this);
            onClient(() -> client.opened(this));
        } else if (world.nowNanos() - begunNanos > CONNECT_TIMEOUT) {
            tellClosed("cannot connect in time");
        } else {
            world.after(CONNECT_RETRY, this::connect);
        }
    }

    private void onClient(Runnable work) {
        from.life().run(client.home(), work);
    }

    private void tellClosed(String why) {
        closed = true;
        from.lanes().ended(this);
        onClient(() -> client.closed(this, why));
    }

    void request(int id, Request request, long epoch) {
        out.send(() -> onServer(() -> arrived(new Asked(id, request, epoch))));
    }

    private void onServer(Runnable work) {
        SimProcess peer = server;
        if (peer != null) {
            peer.life().run(serverLane, work);
        }
    }

    private void arrived(Asked asked) {
        waiting.add(asked);
        drain();
    }

    /** Offers what waited for a later epoch again. */
    void wake() {
        SimLane lane = serverLane;
        if (lane != null) {
            lane.execute(this::drain);
        }
    }

    private void drain() {
        SimProcess peer = server;
        if (peer == null) {
            return;
        }
        RequestHandler handler = peer.lanes().handler();
        while (!waiting.isEmpty() && waiting.peek().epoch() <= handler.servedEpoch()) {
            Asked asked = waiting.remove();
            world.note(to, "request", Names.of(from.number(), asked.epoch(), asked.request()));
            handler.handle(asked.request(), asked.epoch(), new Answering(asked));
        }
    }

    private final class Answering implements RequestHandler.Responder {
        private final Asked asked;

        Answering(Asked asked) {
            this.asked = asked;
        }

        @Override
        public void reply(Reply reply) {
            answer(asked, reply);
        }

        @Override
        public Caller asker() {
            return asker;
        }
    }

    private void answer(Asked asked, Reply reply) {
        SimLane lane = serverLane;
        if (lane == null) {
            return;
        }
        if (lane.isHere()) {
            answerHere(asked, reply);
        } else {
            lane.execute(() -> answerHere(asked, reply));
        }
    }

    private void answerHere(Asked asked, Reply reply) {
        if (!closed) {
            back.send(() -> onClient(() -> client.answered(this, asked.id(), reply)));
        }
    }

    /** The client ends it: what is under way may arrive or not, and answers are not heard. */
    void cutByClient() {
        if (closed) {
            return;
        }
        closed = true;
        out.breakOff();
        back.breakOff();
        ended();
        client.home().execute(() -> client.closed(this, "cut"));
    }

    /** The client's process is gone: what it has sent may arrive. */
    void clientDied() {
        closed = true;
        out.breakOff();
        ended();
    }

    /** The server's process is gone: what it has answered arrives, then the news. */
    void serverDied() {
        if (closed) {
            return;
        }
        out.breakOff();
        back.send(() -> tellClosed("connection reset"));
        back.close();
    }

    /** Something between the two breaks it: each end hears of it in its time. */
    void reset() {
        if (closed || server == null) {
            return;
        }
        out.breakOff();
        back.breakOff();
        world.after(from.network().delay(), () -> tellClosed("connection reset"));
        ended();
    }

    private void ended() {
        from.lanes().ended(this);
        SimProcess peer = server;
        if (peer != null) {
            peer.lanes().ended(this);
            world.after(from.network().delay(), waiting::clear);
        }
    }

    boolean isBetween(int one, int other) {
        return (from.number() == one && to == other) || (from.number() == other && to == one);
    }
}
