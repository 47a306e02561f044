package dev.gossamer.node.cli;

import dev.gossamer.node.cli.local.NodeProcess;
import dev.gossamer.node.config.Configuration;
import dev.gossamer.node.config.Settings;
import dev.gossamer.node.config.StorageSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer node}: one node in this process, as in production. */
@Command(
        name = "node",
        description = "Run one node in the foreground, as in production.",
        footer = {
            "",
            "docs/configuration.md lists all settings. SIGTERM makes the node leave in order.",
            "",
            "Examples:",
            "  gossamer node --config /etc/gossamer/node.yaml",
            "  gossamer node --config node.yaml --set log.level=debug --set memory.max-bytes=2GiB"
        })
final class NodeCommand implements Callable<Integer> {
    /** A row of the index takes at most 24 bytes, and the record that it stands for at least 96. */
    private static final int DISK_BYTES_FOR_AN_INDEX_BYTE = 4;

    @ParentCommand private @Nullable GossamerCommand root;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            required = true,
            description = "The node's configuration (YAML).")
    private Path config = Path.of("gossamer.yaml");

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "A setting that overrides the file and the environment; may be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--until-stdin-ends",
            hidden = true,
            description =
                    "Stop when standard input ends: the process that started this one is gone.")
    private boolean untilStdinEnds;

    @Option(
            names = "--print-jvm-flags",
            hidden = true,
            description =
                    "Print the JVM flags that fit this node, one a line, and do nothing else.")
    private boolean printJvmFlags;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (printJvmFlags) {
            NodeProcess process = NodeProcess.likeThisOne();
            process.flags(needs(configuration())).forEach(Commands.rootOf(root).terminal()::line);
            return 0;
        }
        if (untilStdinEnds) {
            Thread watcher = new Thread(() -> exitWhenEnded(System.in), "parent-watch");
            watcher.setDaemon(true);
            watcher.start();
        }
        Commands.rootOf(root).nodeRunner().run(config, settings);
        return 0;
    }

    private Configuration configuration() {
        return Configuration.read(Optional.of(config), System.getenv(), settings);
    }

    static NodeProcess.Needs needs(Configuration configuration) {
        long memoryBytes = configuration.get(Settings.MEMORY_BYTES_MAX);
        long diskBytes = configuration.get(StorageSettings.BYTES_MAX);
        if (diskBytes == 0) {
            return NodeProcess.Needs.ofMemory(memoryBytes);
        }
        long indexBytes =
                Math.min(
                        configuration.get(StorageSettings.INDEX_BYTES_MAX),
                        diskBytes / DISK_BYTES_FOR_AN_INDEX_BYTE);
        long stagedBytes = configuration.get(StorageSettings.STAGING_BYTES_MAX);
        return new NodeProcess.Needs(
                memoryBytes + indexBytes + stagedBytes,
                configuration.get(StorageSettings.IO_PENDING_BYTES_MAX));
    }

    private static void exitWhenEnded(InputStream in) {
        try {
            in.transferTo(OutputStream.nullOutputStream());
            System.exit(0);
        } catch (IOException _) {
            System.exit(0); // a broken pipe says the same as its end
        }
    }
}
