package dev.gossamer.node.cli.chaos.mesh;

import dev.gossamer.node.cli.terminal.CliException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs short commands of the operating system and waits for their end. */
final class Shell {
    private Shell() {}

    /**
     * @param input what the command reads
     * @throws CliException with what it said, when it does not end with 0
     */
    static void run(List<String> command, String input) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                throw new CliException(
                        said.isBlank()
                                ? "'" + String.join(" ", command) + "' ended with " + code
                                : said.strip());
            }
        } catch (IOException e) {
            throw new CliException(
                    "'" + command.getFirst() + "' cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted while '" + command.getFirst() + "' ran", e);
        }
    }
}
