package dev.gossamer.node.cli;

import dev.gossamer.node.cli.terminal.CliException;
import java.nio.file.Path;
import java.util.Map;

/** Where the command line meets the server. */
final class NodeEntry {
    private NodeEntry() {}

    static void run(Path configuration, Map<String, String> flags) {
        throw new CliException(
                "this build has no server in it, so " + configuration + flags + " cannot run");
    }
}
