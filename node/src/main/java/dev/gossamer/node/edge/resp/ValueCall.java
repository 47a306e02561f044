package dev.gossamer.node.edge.resp;

import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.store.ValueSink;
import dev.gossamer.protocol.resp.ReplyWriter;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one key and replies with its value, which is copied once where it lies in memory that the
 * SSD tier has locked: into the reply, see {@link ValueSink}.
 */
final class ValueCall extends Call<Mesh.Read> implements Mesh.ValueTaker {
    /** How much had been written before the value. */
    private int sizeBefore;

    ValueCall(Connection connection) {
        super(connection);
    }

    @Override
    void reply(Mesh.Read read, ReplyWriter out) {
        StringCommands.value(read.entry(), out);
    }

    @Override
    public Mesh.@Nullable ValueTaker takerOrNull() {
        return isOpen() ? this : null;
    }

    @Override
    public void value(ByteBuffer from, int at, int length) {
        ReplyWriter out = out();
        sizeBefore = out.size();
        out.bulk(from, at, length);
    }

    @Override
    public void takeBack() {
        out().truncate(sizeBefore);
    }

    @Override
    public void taken() {
        replied();
    }
}
