package dev.gossamer.node.cli.chaos;

import dev.gossamer.node.cli.chaos.check.Evidence;
import dev.gossamer.node.cli.chaos.check.Findings;
import dev.gossamer.node.cli.chaos.check.Promise;
import dev.gossamer.node.cli.chaos.check.Violation;
import dev.gossamer.node.cli.chaos.history.Source.Speaker;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Table;
import dev.gossamer.node.cli.terminal.Table.Column;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.node.cli.terminal.Terminal.Mood;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A campaign's report for a person. */
public final class ReportText {
    private final Terminal terminal;

    public ReportText(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Shows all of it, the verdict last. */
    public void show(Report report) {
        CampaignResult result = report.result();
        terminal.line(
                "Seed "
                        + result.plan().seed()
                        + ": "
                        + Figures.count(report.count())
                        + " calls and "
                        + result.faults().size()
                        + " faults in "
                        + Figures.elapsed(result.time()));
        terminal.line("");
        terminal.table(calls(report));
        terminal.line("");
        terminal.table(faults(report));
        terminal.line("");
        showService(report);
        result.notes().forEach(note -> terminal.line("Note: " + note));
        show(result.findings(), report.originNanos());
        result.troubles().forEach(trouble -> terminal.line(terminal.coloured(trouble, Mood.BAD)));
        terminal.line(
                result.clean()
                        ? terminal.coloured("All promises held.", Mood.GOOD)
                        : terminal.coloured("Not all promises held.", Mood.BAD));
    }

    private void showService(Report report) {
        report.availability()
                .forEach((cache, part) ->
                        terminal.line(
                                "Cache "
                                        + cache
                                        + " served "
                                        + Figures.percent(part)
                                        + " of the 100 ms windows in which it was asked"));
        List<Duration> settlings = report.result().settlings().stream().sorted().toList();
        terminal.line(
                "Whole again after a round's faults: p50 "
                        + time(Report.median(settlings))
                        + ", max "
                        + time(Report.longest(settlings)));
        String failures =
                report.failures().entrySet().stream()
                        .map(each -> each.getKey() + " " + Figures.count(each.getValue()))
                        .collect(Collectors.joining(", "));
        terminal.line("Failures by code: " + (failures.isEmpty() ? "none" : failures));
        terminal.line("");
    }

    private static Table calls(Report report) {
        Table table =
                new Table(
                        List.of(
                                Column.text("call"),
                                Column.number("answered"),
                                Column.number("refused"),
                                Column.number("unknown")));
        report.ends()
                .forEach((action, ends) ->
                        table.row(
                                action.toLowerCase(Locale.ROOT).replace('_', ' '),
                                Figures.count(ends.answered()),
                                Figures.count(ends.refused()),
                                Figures.count(ends.unknown())));
        return table;
    }

    private static Table faults(Report report) {
        Table table =
                new Table(
                        List.of(
                                Column.text("fault"),
                                Column.number("times"),
                                Column.number("keys hit"),
                                Column.number("answer p50"),
                                Column.number("answer max")));
        report.hurts()
                .forEach((kind, hurt) ->
                        table.row(
                                kind.word(),
                                Figures.count(hurt.times()),
                                Figures.count(hurt.recoveries().size()),
                                time(Report.median(hurt.recoveries())),
                                time(Report.longest(hurt.recoveries()))));
        return table;
    }

    private static String time(Optional<Duration> time) {
        return time.map(known -> Figures.latency(known.toNanos())).orElse("–");
    }

    /**
     * Shows what the checks found.
     *
     * @param originNanos the instant that times are shown from
     */
    public void show(Findings findings, long originNanos) {
        terminal.line(
                "Checked "
                        + Figures.count(findings.keys())
                        + " keys, of "
                        + Figures.count(findings.linearizable())
                        + " also whether one order explains all calls");
        if (!findings.bounds().isEmpty()) {
            terminal.table(bounds(findings));
            terminal.line("");
        }
        for (Promise promise : Promise.values()) {
            int count = findings.counts().getOrDefault(promise, 0);
            terminal.line(
                    "  "
                            + promise
                            + " "
                            + promise.sentence()
                            + ": "
                            + (count == 0 ? "held" : Figures.count(count) + " violations"));
            findings.smallest(promise).ifPresent(violation -> show(violation, originNanos));
        }
        if (!findings.undecided().isEmpty()) {
            terminal.line(
                    "  undecided, for the search grew too large: "
                            + String.join(", ", findings.undecided()));
        }
    }

    private static Table bounds(Findings findings) {
        Table table =
                new Table(
                        List.of(
                                Column.text("read within"),
                                Column.number("from L0"),
                                Column.number("near copies"),
                                Column.number("owners"),
                                Column.number("unanswered"),
                                Column.number("oldest claimed"),
                                Column.number("stalest"),
                                Column.number("allowed")));
        findings.bounds()
                .forEach(bound ->
                        table.row(
                                bound.bound().toMillis() + " ms",
                                Figures.count(bound.answeredBy(Speaker.L0)),
                                Figures.count(bound.answeredBy(Speaker.NEAR_COPY)),
                                Figures.count(bound.answeredBy(Speaker.OWNER)),
                                Figures.count(bound.unanswered()),
                                Figures.latency(bound.oldestClaimed().toNanos()),
                                Figures.latency(bound.stalest().toNanos()),
                                Figures.count(bound.allowed())));
        return table;
    }

    private void show(Violation violation, long originNanos) {
        terminal.line("");
        Evidence.lines(violation, originNanos).forEach(line -> terminal.line("    " + line));
        terminal.line("");
    }
}
