package dev.gossamer.node.cli.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A member's SSD tier, as it tells of it.
 *
 * @param state {@code loading}, {@code closed}, {@code open}, {@code half_open} or {@code stopped}
 * @param trouble why it is not used, or empty
 * @param loaded how much of what an earlier run left is known, from 0 to 1
 * @param bytes that it takes on the disk
 * @param bytesMax its budget
 * @param lackingBytes of the budget, for which the file system has no room
 * @param liveRatio the part of those bytes that can still be read, from 0 to 1
 * @param writeAmplification bytes written for each byte of new records
 * @param backend how operations reach the kernel
 * @param why it is that one
 */
public record DiskReport(
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

    /** Empty for a member that has none, or that did not tell. */
    static Optional<DiskReport> of(JsonObject disk) {
        return disk.fields().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new DiskReport(
                                disk.text("state"),
                                disk.text("trouble"),
                                disk.decimal("loadedRatio"),
                                disk.number("bytes"),
                                disk.number("bytesMax"),
                                disk.number("lackingBytes"),
                                disk.number("entries"),
                                disk.decimal("liveRatio"),
                                disk.decimal("writeAmplification"),
                                disk.text("backend"),
                                disk.text("why")));
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("state", state);
        map.put("trouble", trouble);
        map.put("loadedRatio", loaded);
        map.put("bytes", bytes);
        map.put("bytesMax", bytesMax);
        map.put("lackingBytes", lackingBytes);
        map.put("entries", entries);
        map.put("liveRatio", liveRatio);
        map.put("writeAmplification", writeAmplification);
        map.put("backend", backend);
        map.put("why", why);
        return map;
    }
}
