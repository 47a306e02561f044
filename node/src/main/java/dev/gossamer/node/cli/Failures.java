package dev.gossamer.node.cli;

import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.node.cli.trace.TraceException;
import dev.gossamer.node.config.ConfigException;
import dev.gossamer.protocol.GossamerException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** How a command that failed tells it: one sentence, and an exit code. */
final class Failures {
    private Failures() {}

    static int ofUsage(ParameterException failure, String[] args) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("gossamer: " + failure.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(failure, err)) {
            err.println(
                    "Try '"
                            + command.getCommandSpec().qualifiedName()
                            + " --help' for what it takes.");
        }
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }

    static int ofExecution(Exception failure, CommandLine command, ParseResult parsed) {
        GossamerCommand root = command.getCommandSpec().root().commandLine().getCommand();
        root.terminal().note("gossamer: " + sentence(failure));
        if (root.verbose()) {
            root.terminal().note(traceOf(failure));
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static String traceOf(Throwable failure) {
        StringBuilder text = new StringBuilder(failure.toString());
        for (StackTraceElement element : failure.getStackTrace()) {
            text.append(System.lineSeparator()).append("    at ").append(element);
        }
        Throwable cause = failure.getCause();
        return cause == null
                ? text.toString()
                : text + System.lineSeparator() + "caused by " + traceOf(cause);
    }

    private static String sentence(Exception failure) {
        return switch (failure) {
            case CliException cli -> String.valueOf(cli.getMessage());
            case TraceException trace -> String.valueOf(trace.getMessage());
            case ConfigException config -> String.valueOf(config.getMessage());
            case GossamerException mesh ->
                    mesh.code() + ": " + mesh.getMessage() + ". " + mesh.recovery();
            default ->
                    "something unexpected failed: "
                            + failure
                            + "; run it again with --verbose and report what it shows";
        };
    }
}
