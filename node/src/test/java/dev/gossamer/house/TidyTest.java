package dev.gossamer.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Style beyond the formatter: lengths, banned idioms with what to write instead, links that lead
 * somewhere.
 */
class TidyTest {
    private static final Path ROOT = root();
    private static final int FILE_LINES_MAX = 500;
    private static final int METHOD_LINES_MAX = 60;

    private static final Map<Pattern, String> BANNED_EVERYWHERE =
            Map.of(
                    Pattern.compile("Thread\\.sleep\\("), "await a condition with a deadline",
                    Pattern.compile("catch \\(\\w+(?: \\| \\w+)* (?:ignore|ignored)\\)"),
                            "handle it, or name why not and use _",
                    Pattern.compile("\\b(?:TODO|FIXME|XXX)\\b(?! #\\d)"),
                            "name the issue: TODO #12",
                    Pattern.compile("new Random\\(\\)"), "take a seeded RandomGenerator",
                    Pattern.compile("printStackTrace\\(\\)"), "log it or let it be thrown");
    private static final Map<Pattern, String> BANNED_IN_MAIN =
            Map.of(
                    Pattern.compile("System\\.(?:out|err)\\b"),
                            "log it; only the command line prints",
                    Pattern.compile("throws Exception\\b"), "name the exceptions");

    /** The command line prints; JGroups' own signatures throw anything. */
    private static final Pattern TALKS_OTHERWISE =
            Pattern.compile("/node/cli/|/membership/jgroups/");

    private static final Pattern VAGUE_NAME =
            Pattern.compile("(?:Util|Utils|Helper|Helpers|Manager|Impl)\\.java$");

    /**
     * A line that may begin a method: four or eight blanks, then words and an opening parenthesis.
     */
    private static final Pattern METHOD =
            Pattern.compile("^(?: {4}| {8})[\\w@<][^=;]* \\w+\\([^;]*$");

    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)#]+)(?:#[^)]*)?\\)");

    @Test
    void filesAreShortEnoughToRead() {
        List<String> offenders = new ArrayList<>();
        sources()
                .forEach(file -> {
                    int lines = lines(file).size();
                    if (lines > FILE_LINES_MAX) {
                        offenders.add(
                                ROOT.relativize(file)
                                        + " has "
                                        + lines
                                        + " lines; split it by meaning");
                    }
                });
        assertThat(offenders).isEmpty();
    }

    @Test
    void methodsFitOnAScreen() {
        List<String> offenders = new ArrayList<>();
        sources().filter(TidyTest::isMain).forEach(file -> findLongMethods(file, offenders));
        assertThat(offenders).isEmpty();
    }

    private static void findLongMethods(Path file, List<String> offenders) {
        List<String> lines = lines(file);
        for (int start = 0; start < lines.size(); start++) {
            if (beginsMethod(lines, start)) {
                int end = closingLine(lines, start);
                if (end - start > METHOD_LINES_MAX) {
                    offenders.add(
                            ROOT.relativize(file)
                                    + ":"
                                    + (start + 1)
                                    + " runs for "
                                    + (end - start)
                                    + " lines");
                }
            }
        }
    }

    private static boolean beginsMethod(List<String> lines, int start) {
        String first = lines.get(start);
        if (!METHOD.matcher(first).find()
                || first.contains("->")
                || first.contains(" record ")
                || first.strip().startsWith("record ")) {
            return false;
        }
        for (int i = start; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.endsWith("{") || line.endsWith(";")) {
                return line.endsWith("{");
            }
        }
        return false;
    }

    private static int closingLine(List<String> lines, int start) {
        String first = lines.get(start);
        String closing = first.substring(0, first.length() - first.stripLeading().length()) + "}";
        int end = start + 1;
        while (end < lines.size() && !lines.get(end).equals(closing)) {
            end++;
        }
        return end;
    }

    @Test
    void bannedIdiomsHaveAReplacement() {
        List<String> offenders = new ArrayList<>();
        sources()
                .filter(file -> !file.endsWith("TidyTest.java"))
                .forEach(file -> {
                    find(file, BANNED_EVERYWHERE, offenders);
                    if (isMain(file) && !TALKS_OTHERWISE.matcher(file.toString()).find()) {
                        find(file, BANNED_IN_MAIN, offenders);
                    }
                });
        assertThat(offenders).isEmpty();
    }

    private static void find(Path file, Map<Pattern, String> banned, List<String> offenders) {
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            int number = i + 1;
            banned.forEach((pattern, instead) -> {
                if (pattern.matcher(line).find()) {
                    offenders.add(
                            ROOT.relativize(file)
                                    + ":"
                                    + number
                                    + ": "
                                    + line.strip()
                                    + " — "
                                    + instead);
                }
            });
        }
    }

    @Test
    void noTypeHasAVagueName() {
        assertThat(sources().filter(file -> VAGUE_NAME.matcher(file.toString()).find())).isEmpty();
    }

    @Test
    void linksInTheDocumentsLeadSomewhere() {
        List<String> dead = new ArrayList<>();
        files("")
                .filter(file -> file.toString().endsWith(".md"))
                .forEach(file -> findDeadLinks(file, dead));
        assertThat(dead).isEmpty();
    }

    private static void findDeadLinks(Path file, List<String> dead) {
        for (String line : lines(file)) {
            Matcher link = LINK.matcher(line);
            while (link.find()) {
                String target = link.group(1);
                if (!target.contains("://") && !Files.exists(file.resolveSibling(target))) {
                    dead.add(ROOT.relativize(file) + " → " + target);
                }
            }
        }
    }

    private static boolean isMain(Path file) {
        return file.toString().contains("/src/main/");
    }

    private static Stream<Path> sources() {
        return files("").filter(file -> file.toString().endsWith(".java"));
    }

    private static Stream<Path> files(String below) {
        try (Stream<Path> walk = Files.walk(ROOT.resolve(below))) {
            return walk
                    .filter(file ->
                            !ROOT.relativize(file)
                                    .toString()
                                    .matches("(?:.*/)?(?:target|\\.git|\\.gossamer)(?:/.*)?"))
                    .filter(Files::isRegularFile)
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
