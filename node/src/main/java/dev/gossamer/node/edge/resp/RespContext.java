package dev.gossamer.node.edge.resp;

import dev.gossamer.node.mesh.Mesh;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** What all connections of a server are given. */
record RespContext(
        RespSettings settings,
        Mesh mesh,
        CommandTable table,
        Connections connections,
        BufferBudget budget,
        Served served,
        TopologyWatch watch,
        About about,
        InstantSource clock,
        LongSupplier nanoClock) {

    /**
     * What INFO, HELLO and COMMAND say of this node beside its counters.
     *
     * @param version of Gossamer
     * @param transport what the event loops run on, and why
     * @param sinceNanos when the server was made, by the nanosecond clock
     */
    record About(String version, String transport, long sinceNanos) {}

    long nanoTime() {
        return nanoClock.getAsLong();
    }

    long nowMillis() {
        return clock.millis();
    }
}
