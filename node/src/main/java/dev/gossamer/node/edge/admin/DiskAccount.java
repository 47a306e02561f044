package dev.gossamer.node.edge.admin;

import io.vertx.core.json.JsonObject;

/**
 * How a node's SSD tier is, for people.
 *
 * @param state {@code loading}, {@code closed} (it is used), {@code open} (it is not, for it
 *     failed), {@code half_open} (it is being tried) or {@code stopped}
 * @param trouble why it is not used, or empty
 * @param loaded how much of what an earlier run left is known, from 0 to 1
 * @param bytes that it takes on the disk
 * @param bytesMax its budget
 * @param lackingBytes of the budget, for which the file system has no room
 * @param entries that rest there, those included that memory has as well
 * @param liveRatio the part of those bytes that can still be read, from 0 to 1
 * @param writeAmplification bytes written for each byte of new records
 * @param backend how operations reach the kernel, in lower case
 * @param why it is that one
 */
public record DiskAccount(
        String state,
        String trouble,
        double loaded,
        long bytes,
        long bytesMax,
        long lackingBytes,
        long entries,
        double liveRatio,
        double writeAmplification,
        String backend,
        String why) {

    JsonObject json() {
        return new JsonObject()
                .put("state", state)
                .put("trouble", trouble)
                .put("loadedRatio", loaded)
                .put("bytes", bytes)
                .put("bytesMax", bytesMax)
                .put("lackingBytes", lackingBytes)
                .put("entries", entries)
                .put("liveRatio", liveRatio)
                .put("writeAmplification", writeAmplification)
                .put("backend", backend)
                .put("why", why);
    }
}
