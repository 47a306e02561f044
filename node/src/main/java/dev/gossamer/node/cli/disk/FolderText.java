package dev.gossamer.node.cli.disk;

import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Table;
import dev.gossamer.node.cli.terminal.Table.Column;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.node.cli.terminal.Terminal.Mood;
import dev.gossamer.node.store.disk.format.Manifest;
import dev.gossamer.node.store.disk.format.RecordKind;
import dev.gossamer.node.store.disk.format.SegmentHeader;
import java.time.Duration;
import java.util.List;

/** What {@code disk inspect} shows a person. */
public final class FolderText {
    private final FolderReport report;
    private final Terminal terminal;
    private final long nowMillis;

    public FolderText(FolderReport report, Terminal terminal, long nowMillis) {
        this.report = report;
        this.terminal = terminal;
        this.nowMillis = nowMillis;
    }

    public void show() {
        terminal.line(String.valueOf(report.folder().path()));
        report.folder().manifest().ifPresent(this::showManifest);
        report.folder()
                .manifestFlaw()
                .ifPresent(flaw -> terminal.line(bad("the manifest can't be read: " + flaw)));
        report.snapshotBytes()
                .ifPresent(
                        bytes -> terminal.line("snapshot of the index: " + Figures.bytes(bytes)));
        terminal.line("");
        terminal.table(segments());
        terminal.line("");
        if (!report.caches().isEmpty()) {
            terminal.table(caches());
            terminal.line("");
        }
        terminal.line(totals());
        if (report.quarantinedBytes() > 0) {
            terminal.line(
                    bad(
                            Figures.bytes(report.quarantinedBytes())
                                    + " can't be read; 'gossamer disk verify' lists what"));
        }
    }

    private String bad(String text) {
        return terminal.coloured(text, Mood.BAD);
    }

    private void showManifest(Manifest manifest) {
        terminal.line(
                "log %s of member %s, segments of %s, the next is %d"
                        .formatted(
                                manifest.logId(),
                                manifest.member(),
                                Figures.bytes(manifest.segmentBytes()),
                                manifest.nextSegment()));
        terminal.line(
                manifest.isClean()
                        ? "stopped in order"
                        : "in use, or its node did not stop in order");
    }

    private Table segments() {
        Table table =
                new Table(
                        List.of(
                                Column.number("segment"),
                                Column.text("state"),
                                Column.number("age").importance(40),
                                Column.number("values"),
                                Column.number("tombstones").importance(20),
                                Column.number("erasures").importance(10),
                                Column.number("live"),
                                Column.number("live bytes").importance(50),
                                Column.number("of").importance(30),
                                Column.number("share")));
        for (SegmentReport segment : report.segments()) {
            table.row(
                    String.valueOf(segment.file().number()),
                    segment.state(),
                    age(segment),
                    Figures.count(segment.count(RecordKind.VALUE)),
                    Figures.count(segment.count(RecordKind.TOMBSTONE)),
                    Figures.count(segment.erasures()),
                    Figures.count(segment.liveEntries()),
                    Figures.bytes(segment.liveBytes()),
                    Figures.bytes(segment.file().bytes()),
                    share(segment.liveBytes(), segment.file().bytes()));
        }
        return table;
    }

    private String age(SegmentReport segment) {
        return segment.scanned()
                .header()
                .map(SegmentHeader::createdAtMillis)
                .map(created -> age(Duration.ofMillis(Math.max(0, nowMillis - created))))
                .orElse("?");
    }

    /** In the two largest units. */
    static String age(Duration age) {
        if (age.toDays() > 0) {
            return age.toDays() + " d " + age.toHoursPart() + " h";
        }
        return age.toHours() > 0
                ? age.toHours() + " h " + age.toMinutesPart() + " min"
                : Figures.elapsed(age);
    }

    private static String share(long part, long whole) {
        return whole == 0 ? "" : Figures.percent((double) part / whole);
    }

    private Table caches() {
        Table table =
                new Table(
                        List.of(
                                Column.text("cache"),
                                Column.number("entries"),
                                Column.number("bytes")));
        report.caches()
                .forEach((name, cache) ->
                        table.row(
                                name,
                                Figures.count(cache.entries()),
                                Figures.bytes(cache.bytes())));
        return table;
    }

    private String totals() {
        return "%s entries and %s tombstones count, in %s of %s (%s)"
                .formatted(
                        Figures.count(report.liveEntries()),
                        Figures.count(report.liveTombstones()),
                        Figures.bytes(report.liveBytes()),
                        Figures.bytes(report.bytes()),
                        report.bytes() == 0 ? "empty" : share(report.liveBytes(), report.bytes()));
    }
}
