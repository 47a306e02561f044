package dev.gossamer.node.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * docs/configuration.md lists what {@link Settings} has; {@code -Dupdate.docs=true} writes the
 * tables anew.
 */
class ConfigurationPageTest {
    private static final Path PAGE = Path.of("..", "docs", "configuration.md");
    private static final String BEGIN = "<!-- settings: written by ConfigurationPageTest -->\n";
    private static final String END = "<!-- end of settings -->\n";

    @Test
    void thePageListsEverySettingWithItsDefaultAndMeaning() throws IOException {
        String page = Files.readString(PAGE);
        String wanted = replaceTables(page);
        if (Boolean.getBoolean("update.docs")) {
            Files.writeString(PAGE, wanted);
        }
        assertThat(page)
                .as(
                        "docs/configuration.md is behind Settings: ./mvnw -Pquick -pl node -am test"
                                + " -Dtest=ConfigurationPageTest -Dsurefire.failIfNoSpecifiedTests=false -Dupdate.docs=true")
                .isEqualTo(wanted);
    }

    private static String replaceTables(String page) {
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        return page.substring(0, begin) + tables() + page.substring(page.indexOf(END));
    }

    private static String tables() {
        return table("", Settings.ALL)
                + "\nUnder `caches.<name>`:\n\n"
                + table("", Settings.OF_CACHES);
    }

    private static String table(String prefix, List<Setting<?>> settings) {
        StringBuilder table =
                new StringBuilder("| setting | default | meaning |\n| --- | --- | --- |\n");
        for (Setting<?> setting : settings) {
            String shown = setting.defaultText().isEmpty() ? "" : "`" + setting.defaultText() + "`";
            table.append(
                    "| `%s%s` | %s | %s |\n"
                            .formatted(prefix, setting.name(), shown, setting.meaning()));
        }
        return table.toString();
    }
}
