package dev.gossamer.node.edge.resp;

import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.resp.ReplyWriter;
import org.jspecify.annotations.Nullable;

/** Reads one key and replies with something made of its entry. */
final class ReadCall extends Call<Mesh.Read> {
    private final Form form;

    /** How an entry, or its absence, is told. */
    interface Form {
        void write(@Nullable Entry entry, ReplyWriter out);
    }

    ReadCall(Connection connection, Form form) {
        super(connection);
        this.form = form;
    }

    @Override
    void reply(Mesh.Read read, ReplyWriter out) {
        form.write(read.entry(), out);
    }
}
