package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.load.Replay;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Table;
import dev.gossamer.node.cli.terminal.Table.Column;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.node.cli.trace.Belady;
import dev.gossamer.node.cli.trace.CaffeineReference;
import dev.gossamer.node.cli.trace.Trace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A replay's outcome beside what ideal caches reach on the same trace.
 *
 * @param entriesMax for how many entries there was room, each counted once
 * @param entryBytes what one takes of a node's memory
 */
record ReplayReport(
        String trace,
        long accesses,
        long reads,
        int keys,
        long entriesMax,
        double entryBytes,
        Replay.Result mesh,
        double hitRatio,
        double caffeineHitRatio,
        double optimumHitRatio) {

    static ReplayReport of(
            String name, Trace trace, long entriesMax, double entryBytes, Replay.Result mesh) {
        double reads = Math.max(1, trace.reads());
        return new ReplayReport(
                name,
                trace.length(),
                trace.reads(),
                trace.keyCount(),
                entriesMax,
                entryBytes,
                mesh,
                mesh.hits() / reads,
                CaffeineReference.hits(trace, entriesMax) / reads,
                Belady.hits(trace, entriesMax) / reads);
    }

    private double perSecond() {
        return accesses / (mesh.time().toNanos() / 1e9);
    }

    void print(Terminal terminal, boolean json) {
        if (json) {
            terminal.line(Json.text(toMap()));
            return;
        }
        terminal.line(
                trace
                        + ": "
                        + Figures.count(accesses)
                        + " accesses ("
                        + Figures.count(reads)
                        + " reads) of "
                        + Figures.count(keys)
                        + " keys");
        terminal.line(
                "capacity    "
                        + Figures.count(entriesMax)
                        + " entries of "
                        + Figures.bytes(Math.round(entryBytes))
                        + " ("
                        + Figures.percent((double) entriesMax / keys)
                        + " of the keys)");
        terminal.line(
                "throughput  "
                        + Figures.count(Math.round(perSecond()))
                        + " accesses/s over "
                        + Figures.elapsed(mesh.time()));
        terminal.line("latency     " + mesh.latencies().inWords());
        terminal.line("failures    " + Figures.count(mesh.failures()));
        terminal.line("");
        terminal.table(ratios());
    }

    private Table ratios() {
        Table table =
                new Table(
                        List.of(
                                Column.text("cache"),
                                Column.number("hit ratio"),
                                Column.number("against Caffeine")));
        table.row("this mesh", Figures.percent(hitRatio), points(hitRatio - caffeineHitRatio));
        mesh.hitsByTier()
                .forEach((tier, hits) ->
                        table.row("  from " + tier, Figures.percent(hits / (double) reads), ""));
        table.row("one Caffeine cache", Figures.percent(caffeineHitRatio), points(0));
        table.row(
                "Belady's optimum",
                Figures.percent(optimumHitRatio),
                points(optimumHitRatio - caffeineHitRatio));
        return table;
    }

    private static String points(double difference) {
        return String.format(Locale.ROOT, "%+.2f points", difference * 100);
    }

    private Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("trace", trace);
        map.put("accesses", accesses);
        map.put("reads", reads);
        map.put("keys", keys);
        map.put("capacityEntries", entriesMax);
        map.put("entryBytes", entryBytes);
        map.put("seconds", mesh.time().toNanos() / 1e9);
        map.put("accessesPerSecond", perSecond());
        map.put("latency", mesh.latencies().toMap());
        map.put("failures", mesh.failures());
        map.put("hitRatio", hitRatio);
        map.put("hitsByTier", mesh.hitsByTier());
        map.put("caffeineHitRatio", caffeineHitRatio);
        map.put("optimumHitRatio", optimumHitRatio);
        return map;
    }
}
