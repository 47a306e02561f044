package dev.gossamer.node.edge.resp;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.resp.ReplyWriter;
import org.jspecify.annotations.Nullable;

/**
 * A command that waits for the mesh, and its place among its connection's replies. Most calls are
 * answered before their command returns and then cost no more than this object.
 *
 * <p><b>Threads.</b> The connection's event loop only.
 */
abstract class Call<T> implements Mesh.Callback<T> {
    private final Connection connection;
    private Replies.@Nullable Part partOrNull;
    private boolean finished;
    private int commandIndex;
    private long startedNanos;

    Call(Connection connection) {
        this.connection = connection;
        connection.opened(this);
    }

    /** Writes the reply. */
    abstract void reply(T answer, ReplyWriter out);

    @Override
    public final void done(T answer) {
        if (mayReply()) {
            reply(answer, out());
            settle();
        }
    }

    @Override
    public final void failed(ErrorCode code, String message) {
        if (mayReply()) {
            out().error(Refusal.line(code, message));
            settle();
        }
    }

    @Override
    public final Caller caller() {
        return connection.client().caller();
    }

    /** Once, and only while the connection is there: replies to nobody would pile up. */
    private boolean mayReply() {
        boolean first = !finished;
        finished = true;
        return first && !connection.isGone();
    }

    final boolean isFinished() {
        return finished;
    }

    /** Whatever comes now comes too late. */
    final void abandon() {
        finished = true;
    }

    /** The command has returned without a reply: this is where it will stand. */
    final void defer(Replies.Part part, int index, long sinceNanos) {
        partOrNull = part;
        commandIndex = index;
        startedNanos = sinceNanos;
    }

    /** Whether a reply is wanted yet. */
    final boolean isOpen() {
        return !finished && !connection.isGone();
    }

    /** The reply has been written already. */
    final void replied() {
        if (mayReply()) {
            settle();
        }
    }

    /** Where the reply goes. */
    final ReplyWriter out() {
        return partOrNull == null ? connection.out() : partOrNull.writer();
    }

    private void settle() {
        if (partOrNull != null) {
            connection.completed(partOrNull, commandIndex, startedNanos);
        }
    }
}
