package dev.gossamer.node.edge.resp;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Version;
import dev.gossamer.protocol.resp.ReplyWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * GSM.LEASE.GET: a value, a lease to load it, or the news that somebody else loads it.
 *
 * <p><b>Waiting.</b> Over RESP3 the reply comes at once, and a push {@code gsm.lease <key>} when it
 * is worth asking again: replies on a connection keep their order, and a client that has one
 * connection for all of its callers could do nothing else while one of them waits. Over RESP2 there
 * are no pushes, and the reply itself waits. Either way a waiter is an object in the primary's
 * table and no thread, so a thousand of them cost some 160 KB, and are woken together by one fill.
 *
 * <p><b>Threads.</b> The connection's event loop only.
 */
final class LeaseCall extends Call<Outcome.Leased> {
    static final String PUSH_KIND = "gsm.lease";

    private final Connection connection;
    private final Mesh mesh;
    private final Bytes key;
    private final LeaseOptions options;
    private final long deadlineNanos;

    LeaseCall(Connection connection, Bytes key, LeaseOptions options) {
        super(connection);
        this.connection = connection;
        this.mesh = connection.context().mesh();
        this.key = key;
        this.options = options;
        this.deadlineNanos =
                connection.context().nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.waitMillis);
    }

    void ask() {
        Operation operation =
                new Operation.TakeLease(key, options.timeoutMillis, options.refreshMillis);
        options.session.write(mesh, operation, new Asked());
    }

    private final class Asked implements Mesh.Callback<Outcome> {
        @Override
        public Caller caller() {
            return LeaseCall.this.caller();
        }

        @Override
        public void done(Outcome outcome) {
            switch (outcome) {
                case Outcome.Leased leased -> answered(leased);
                case Outcome.Refused(var code, var message) -> LeaseCall.this.failed(code, message);
                case Outcome.Applied _, Outcome.Unchanged _ ->
                        throw new IllegalStateException("a lease was answered with " + outcome);
            }
        }

        @Override
        public void failed(ErrorCode code, String message) {
            LeaseCall.this.failed(code, message);
        }
    }

    private void answered(Outcome.Leased leased) {
        long leftNanos = deadlineNanos - connection.context().nanoTime();
        if (isFinished() || !isWait(leased) || options.waitMillis == 0 || leftNanos <= 0) {
            done(leased);
            return;
        }
        long leftMillis = TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1;
        if (connection.client().resp3) {
            done(leased);
            mesh.awaitLease(key, leftMillis, new Pushing());
        } else {
            mesh.awaitLease(key, leftMillis, new Waiting(leased));
        }
    }

    private boolean isWait(Outcome.Leased leased) {
        return leased.state() == Outcome.Leased.State.BUSY && !mayBeStale(leased);
    }

    private boolean mayBeStale(Outcome.Leased leased) {
        return leased.entry() != null && leased.ageMillis() <= options.staleMillis;
    }

    private final class Waiting implements Mesh.Callback<Bytes> {
        private final Outcome.Leased last;

        Waiting(Outcome.Leased last) {
            this.last = last;
        }

        @Override
        public void done(Bytes over) {
            if (!connection.isGone()) {
                ask();
            }
        }

        /** Nobody may wait here: the caller hears how things stand. */
        @Override
        public void failed(ErrorCode code, String message) {
            LeaseCall.this.done(last);
        }
    }

    private final class Pushing implements Mesh.Callback<Bytes> {
        @Override
        public void done(Bytes over) {
            connection.push(out -> {
                out.push(2);
                out.text(PUSH_KIND);
                out.bulk(over);
            });
        }

        @Override
        public void failed(ErrorCode code, String message) {
            // No room for so many who wait. The reply is on its way and says how long the lease
            // lasts: who hears no push asks again by then.
        }
    }

    @Override
    void reply(Outcome.Leased leased, ReplyWriter out) {
        options.session.begin(out);
        Entry shown = shownOrNull(leased);
        out.map(6);
        out.text("state");
        out.text(state(leased));
        out.text("value");
        if (shown == null) {
            out.nothing();
        } else {
            out.bulk(shown.value());
        }
        out.text("version");
        text(shown == null ? null : shown.version().toString(), out);
        out.text("age");
        out.integer(shown == null ? 0 : leased.ageMillis());
        out.text("token");
        text(leased.token().equals(Version.NONE) ? null : leased.token().toString(), out);
        out.text("left");
        out.integer(leased.leftMillis());
        options.session.end(mesh, key, leased.entry(), out);
    }

    private @Nullable Entry shownOrNull(Outcome.Leased leased) {
        return isWait(leased) ? null : leased.entry();
    }

    private String state(Outcome.Leased leased) {
        return switch (leased.state()) {
            case HIT -> "value";
            case LOAD, ABSENT -> leased.state().name().toLowerCase(Locale.ROOT);
            case BUSY -> mayBeStale(leased) ? "stale" : "wait";
        };
    }

    private static void text(@Nullable String text, ReplyWriter out) {
        if (text == null) {
            out.nothing();
        } else {
            out.text(text);
        }
    }
}
