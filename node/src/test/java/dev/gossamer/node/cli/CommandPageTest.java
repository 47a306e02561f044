package dev.gossamer.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CommandPageTest {
    private static final Path PAGE = Path.of("..", "docs", "cli.md");
    private static final String BEGIN = "<!-- commands: written by CommandPageTest -->\n";
    private static final String END = "<!-- end of commands -->\n";
    private static final int COLUMNS = 100;

    @Test
    void thePageShowsTheHelpOfEveryCommand() throws IOException {
        String page = Files.readString(PAGE);
        String wanted =
                page.substring(0, page.indexOf(BEGIN) + BEGIN.length())
                        + helpOfAll()
                        + page.substring(page.indexOf(END));
        if (Boolean.getBoolean("update.docs")) {
            Files.writeString(PAGE, wanted);
        }
        assertThat(page)
                .as(
                        "docs/cli.md is behind the commands: ./mvnw -Pquick -pl node -am test"
                                + " -Dtest=CommandPageTest -Dsurefire.failIfNoSpecifiedTests=false -Dupdate.docs=true")
                .isEqualTo(wanted);
    }

    private static String helpOfAll() {
        ByteArrayOutputStream nowhere = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(nowhere, nowhere, COLUMNS, false, false);
        CommandLine root = GossamerCommand.commandLine((file, flags) -> {}, terminal);
        StringBuilder all = new StringBuilder();
        appendHelp(root, "", all);
        return all.toString();
    }

    private static void appendHelp(CommandLine parent, String before, StringBuilder all) {
        parent.getSubcommands()
                .forEach((name, command) -> {
                    if (!command.getCommandSpec().usageMessage().hidden()) {
                        all.append("### ").append(before).append(name).append("\n```\n");
                        all.append(helpOf(command)).append("\n```\n\n");
                        appendHelp(command, before + name + " ", all);
                    }
                });
    }

    private static String helpOf(CommandLine command) {
        return command.getUsageMessage(CommandLine.Help.Ansi.OFF)
                .lines()
                .map(String::stripTrailing)
                .reduce((left, right) -> left + "\n" + right)
                .orElse("");
    }
}
