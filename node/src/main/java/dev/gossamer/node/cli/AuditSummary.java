package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.JsonObject;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Table;
import dev.gossamer.node.cli.terminal.Table.Column;
import dev.gossamer.node.cli.terminal.Terminal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What the auditors of all members have found, put together. */
final class AuditSummary {
    private final Map<String, JsonObject> reports;
    private final List<String> unreachable;

    /**
     * @param reports by the member's name what it answered
     * @param unreachable names of those that did not
     */
    AuditSummary(Map<String, JsonObject> reports, List<String> unreachable) {
        this.reports = reports;
        this.unreachable = unreachable;
    }

    /** So long after their writes. */
    record Window(long afterMillis, long samples, long current, long unanswered) {
        Window plus(Window other) {
            return new Window(
                    afterMillis,
                    samples + other.samples,
                    current + other.current,
                    unanswered + other.unanswered);
        }

        private Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("afterMs", afterMillis);
            map.put("samples", samples);
            map.put("current", current);
            map.put("unanswered", unanswered);
            return map;
        }

        /** How many nines the part has that was current, such as {@code 3.2} for 99.94 %. */
        String nines() {
            if (samples == 0) {
                return "";
            }
            return samples == current
                    ? "all"
                    : String.format(
                            Locale.ROOT, "%.1f", -Math.log10(1 - (double) current / samples));
        }

        /** Never rounded up to what would be a promise kept. */
        String part() {
            if (samples == 0) {
                return "";
            }
            double part = (double) current / samples;
            return samples == current
                    ? "100 %"
                    : String.format(Locale.ROOT, "%.4f %%", Math.floor(part * 1e6) / 1e4);
        }
    }

    boolean isGood() {
        return unreachable.isEmpty() && violations() == 0;
    }

    private long violations() {
        return sum("nearViolations") + sum("ownerViolations");
    }

    private long sum(String name) {
        return reports.values().stream().mapToLong(report -> report.number(name)).sum();
    }

    private double max(ToDoubleFunction<JsonObject> figure) {
        return reports.values().stream().mapToDouble(figure).max().orElse(0);
    }

    private static double decimal(JsonObject object, String name) {
        return object.find(name).map(value -> ((Number) value).doubleValue()).orElse(0.0);
    }

    Collection<Window> windows() {
        Map<Long, Window> all = new LinkedHashMap<>();
        for (JsonObject report : reports.values()) {
            for (JsonObject each : report.objects("windows")) {
                Window window =
                        new Window(
                                each.number("afterMs"),
                                each.number("samples"),
                                each.number("current"),
                                each.number("unanswered"));
                all.merge(window.afterMillis(), window, Window::plus);
            }
        }
        return all.values();
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("windows", windows().stream().map(Window::toMap).toList());
        for (String name : List.of("nearViolations", "ownerViolations")) {
            map.put(name, sum(name));
        }
        for (String name : List.of("worstStalenessMs", "worstBeyondMs")) {
            map.put(name, max(report -> decimal(report, name)));
        }
        for (String name : List.of("dropped", "abandoned")) {
            map.put(name, sum(name));
        }
        List<Map<String, Object>> violations = new ArrayList<>();
        reports.forEach((name, report) -> {
            for (JsonObject each : report.objects("violations")) {
                Map<String, Object> violation = new LinkedHashMap<>();
                violation.put("seenBy", name);
                violation.putAll(each.fields());
                violations.add(violation);
            }
        });
        map.put("violations", violations);
        map.put("unreachable", unreachable);
        return map;
    }

    void show(Terminal terminal) {
        terminal.table(table());
        terminal.line(
                "An older near copy stood for "
                        + millis(max(report -> decimal(report, "worstStalenessMs")))
                        + " after a write, at most.");
        long violations = violations();
        terminal.line(
                violations == 0
                        ? "No copy was older than it may be."
                        : Figures.count(violations)
                                + " copies were older than they may be, by up to "
                                + millis(max(report -> decimal(report, "worstBeyondMs")))
                                + ".");
        reports.forEach((name, report) ->
                report.objects("violations").forEach(each -> show(name, each, terminal)));
        unreachable.forEach(name -> terminal.note(name + " does not answer"));
    }

    private Table table() {
        Table table =
                new Table(
                        List.of(
                                Column.text("after"),
                                Column.number("writes"),
                                Column.number("current"),
                                Column.text("part"),
                                Column.text("nines"),
                                Column.number("not answered").importance(10)));
        for (Window window : windows()) {
            table.row(
                    timeOf(window),
                    Figures.count(window.samples()),
                    Figures.count(window.current()),
                    window.part(),
                    window.nines(),
                    Figures.count(window.unanswered()));
        }
        return table;
    }

    private static String timeOf(Window window) {
        long millis = window.afterMillis();
        return millis < 1_000 ? millis + " ms" : millis / 1_000 + " s";
    }

    private static String millis(double millis) {
        return Figures.latency((long) (millis * 1e6));
    }

    private static void show(String seenBy, JsonObject violation, Terminal terminal) {
        terminal.line("");
        terminal.line(
                Instant.ofEpochMilli(violation.number("atMs"))
                        + "  "
                        + violation.text("key")
                        + ": "
                        + violation.text("name")
                        + (violation.text("kind").equals("near") ? " answers " : " holds ")
                        + violation.text("found")
                        + claimOf(violation)
                        + ", "
                        + millis(decimal(violation, "afterMs"))
                        + " after "
                        + seenBy
                        + " acknowledged "
                        + violation.text("acknowledged"));
        violation.objects("looks").forEach(look -> terminal.line("  " + lookOf(look)));
        violation.objects("events").forEach(event -> terminal.line("  " + eventOf(event)));
    }

    private static String claimOf(JsonObject violation) {
        return violation.text("kind").equals("near")
                ? " of "
                        + violation.text("origin")
                        + " as of its "
                        + violation.number("originSequence")
                        + " as "
                        + millis(decimal(violation, "claimedMs"))
                        + " old"
                : "";
    }

    private static String lookOf(JsonObject look) {
        String what = "+" + millis(decimal(look, "afterMs")) + "  " + look.text("name");
        if (!look.flag("answered")) {
            return what + " does not answer";
        }
        String held = look.object("held").text("version");
        JsonObject near = look.object("near");
        return what
                + (held.isEmpty() ? "" : ", rank " + look.number("rank") + ", holds " + held)
                + (near.fields().isEmpty()
                        ? ""
                        : ", near copy "
                                + near.text("version")
                                + " as "
                                + millis(decimal(near, "ageMs"))
                                + " old")
                + (held.isEmpty() && near.fields().isEmpty() ? ", nothing" : "");
    }

    private static String eventOf(JsonObject event) {
        return "-"
                + millis(decimal(event, "agoMs"))
                + "  "
                + event.text("what").replace('_', ' ')
                + "  origin "
                + event.text("origin")
                + "  sequence "
                + event.number("sequence")
                + "  clock "
                + event.text("clock");
    }
}
