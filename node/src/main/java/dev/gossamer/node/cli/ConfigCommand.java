package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.admin.JsonObject;
import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.node.cli.terminal.Table;
import dev.gossamer.node.cli.terminal.Table.Column;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.node.config.Configuration;
import dev.gossamer.node.config.Configuration.Effective;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer config}: every setting as it holds, and who said so. */
@Command(
        name = "config",
        description = "Show every setting's effective value and where it came from.",
        footer = {
            "",
            "docs/configuration.md lists all settings with their meaning.",
            "",
            "Examples:",
            "  gossamer config                         of the first node that answers",
            "  gossamer config memory                  only settings whose name contains 'memory'",
            "  gossamer config --config node.yaml      what would hold if this file were used",
            "  gossamer config --admin http://10.0.0.2:7579"
        })
final class ConfigCommand implements Callable<Integer> {
    @ParentCommand private @Nullable GossamerCommand root;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Read this file and the environment instead of asking a node.")
    private @Nullable Path file;

    @Option(names = "--json", description = "Print JSON: [{name, value, source, meaning}].")
    private boolean json;

    @Parameters(
            paramLabel = "NAME",
            arity = "0..1",
            defaultValue = "",
            description = "Only settings whose name contains this.")
    private String part = "";

    @Override
    public Integer call() {
        Terminal terminal = Commands.rootOf(root).terminal();
        List<Effective> settings =
                (file == null ? ofNode() : ofFile(file))
                        .stream().filter(setting -> setting.name().contains(part)).toList();
        if (settings.isEmpty()) {
            throw new CliException("no setting's name contains '" + part + "'");
        }
        if (json) {
            terminal.line(Json.text(settings.stream().map(ConfigCommand::toMap).toList()));
        } else {
            terminal.table(tableOf(settings));
        }
        return 0;
    }

    private static Table tableOf(List<Effective> settings) {
        Table table =
                new Table(
                        List.of(
                                Column.text("setting"),
                                Column.text("value"),
                                Column.text("source"),
                                Column.text("meaning").importance(10)));
        settings.forEach(setting ->
                table.row(setting.name(), setting.value(), setting.source(), setting.meaning()));
        return table;
    }

    private static Map<String, Object> toMap(Effective setting) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", setting.name());
        map.put("value", setting.value());
        map.put("source", setting.source());
        map.put("meaning", setting.meaning());
        return map;
    }

    private static List<Effective> ofFile(Path file) {
        return Configuration.read(Optional.of(file), System.getenv(), Map.of()).effective();
    }

    private List<Effective> ofNode() {
        Whereabouts.Reached reached = Commands.rootOf(root).whereabouts().reach();
        try {
            JsonObject answer = reached.api().object("/api/v1/config");
            return answer.objects("settings").stream()
                    .map(setting ->
                            new Effective(
                                    setting.text("name"),
                                    setting.text("value"),
                                    setting.text("source"),
                                    setting.text("description")))
                    .toList();
        } catch (IOException e) {
            throw new CliException("the configuration could not be read: " + e.getMessage(), e);
        }
    }
}
