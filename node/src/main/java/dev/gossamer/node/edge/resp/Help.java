package dev.gossamer.node.edge.resp;

import dev.gossamer.protocol.resp.ReplyWriter;

/** The list of a command's subcommands, as HELP tells it. */
final class Help {
    private Help() {}

    static void write(ReplyWriter out, String command, String... subcommands) {
        out.array(subcommands.length + 1);
        out.simple(command + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        for (String subcommand : subcommands) {
            out.simple(subcommand);
        }
    }
}
