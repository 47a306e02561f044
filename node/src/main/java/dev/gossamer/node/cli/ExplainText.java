package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.JsonObject;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Table;
import dev.gossamer.node.cli.terminal.Table.Column;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.protocol.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What GSM.EXPLAIN answers, for people. */
final class ExplainText {
    private static final DateTimeFormatter WHEN =
            DateTimeFormatter.ofPattern("MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private ExplainText() {}

    static void show(JsonObject answer, Terminal terminal) {
        terminal.line(
                "slot "
                        + answer.number("slot")
                        + ", cache "
                        + answer.text("cache")
                        + ", epoch "
                        + Epoch.text(answer.number("epoch")));
        terminal.table(copies(answer));
        answer.objects("void").stream().map(ExplainText::voided).distinct().forEach(terminal::line);
        JsonObject lease = answer.object("lease");
        if (!lease.fields().isEmpty()) {
            terminal.line(lease(lease));
        }
        if (!answer.objects("mutations").isEmpty()) {
            terminal.line("");
            terminal.table(changes(answer));
        }
    }

    private static Table copies(JsonObject answer) {
        Table table =
                new Table(
                        List.of(
                                Column.text("member"),
                                Column.text("role"),
                                Column.text("slot").importance(10),
                                Column.text("entry"),
                                Column.number("bytes"),
                                Column.text("version").importance(20),
                                Column.text("expires").importance(30)));
        Set<String> voids =
                answer.objects("void").stream()
                        .map(each -> each.text("name"))
                        .collect(Collectors.toSet());
        for (JsonObject copy : answer.objects("copies")) {
            table.row(
                    copy.text("name"),
                    copy.text("role"),
                    copy.text("state"),
                    entryOf(copy, voids.contains(copy.text("name"))),
                    copy.text("bytes"),
                    copy.text("version"),
                    expiryOf(copy));
        }
        for (JsonObject near : answer.objects("near")) {
            table.row(
                    near.text("name"),
                    "near",
                    "",
                    nearOf(near),
                    near.text("bytes"),
                    near.text("version"),
                    "");
        }
        return table;
    }

    private static String entryOf(JsonObject copy, boolean isVoid) {
        if (!copy.text("problem").isEmpty()) {
            return "unknown: " + copy.text("problem");
        }
        if (isVoid) {
            return "void";
        }
        if (copy.flag("present")) {
            return copy.text("tier").equals("L2") ? "on SSD" : "present";
        }
        return copy.text("version").isEmpty() ? "absent" : "removed";
    }

    private static String expiryOf(JsonObject copy) {
        long millis = copy.number("expires_at");
        return millis > 0 ? Instant.ofEpochMilli(millis).toString() : "";
    }

    private static String nearOf(JsonObject near) {
        String age = Figures.elapsed(Duration.ofMillis(near.number("age_ms")));
        return "from "
                + near.text("origin")
                + ", proved "
                + age
                + " ago"
                + (near.flag("within_1s") ? "" : ", too old for 1 s");
    }

    private static String voided(JsonObject voided) {
        String what = voided.text("by") + (voided.text("tag").isEmpty() ? "" : " ");
        return "void since the invalidation of "
                + (what + voided.text("tag"))
                + " at "
                + WHEN.format(Instant.ofEpochMilli(voided.number("at")))
                + " UTC";
    }

    private static String lease(JsonObject lease) {
        return "loaded by "
                + caller(lease.object("holder"))
                + " for "
                + Figures.elapsed(Duration.ofMillis(lease.number("age_ms")))
                + ", "
                + Figures.elapsed(Duration.ofMillis(lease.number("left_ms")))
                + " left, "
                + lease.number("waiting")
                + " waiting";
    }

    private static Table changes(JsonObject answer) {
        Table table =
                new Table(
                        List.of(
                                Column.text("when (UTC)"),
                                Column.text("what"),
                                Column.text("by"),
                                Column.text("through"),
                                Column.text("on").importance(30),
                                Column.text("version").importance(20)));
        for (JsonObject change : answer.objects("mutations")) {
            table.row(
                    WHEN.format(Instant.ofEpochMilli(change.number("at"))),
                    what(change),
                    caller(change.object("by")),
                    change.text("through"),
                    places(change),
                    change.text("version"));
        }
        return table;
    }

    private static String what(JsonObject change) {
        String what = change.text("what").replace('_', ' ');
        boolean copy = List.of("copied", "transferred", "reconciled").contains(what);
        String tag = change.text("tag").isEmpty() ? "" : " " + change.text("tag");
        return (copy && change.flag("removal") ? what + " removal" : what) + tag;
    }

    private static String caller(JsonObject caller) {
        String means = caller.text("means").isEmpty() ? "" : " (" + caller.text("means") + ")";
        return switch (caller.text("way")) {
            case "resp" ->
                    words("client", caller.text("id"), caller.text("name"), caller.text("address"))
                            + means;
            case "http" -> words("HTTP", caller.text("name"), caller.text("address")) + means;
            case "member" -> "a client" + means;
            case "node" -> "itself" + means;
            default -> "unknown" + means;
        };
    }

    private static String words(String... words) {
        return List.of(words).stream()
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(" "));
    }

    private static String places(JsonObject change) {
        return change.find("on")
                .filter(List.class::isInstance)
                .map(places -> (List<?>) places)
                .map(places ->
                        places.stream().map(String::valueOf).collect(Collectors.joining(" ")))
                .orElse("");
    }
}
