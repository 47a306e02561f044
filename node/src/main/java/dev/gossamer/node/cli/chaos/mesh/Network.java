package dev.gossamer.node.cli.chaos.mesh;

import dev.gossamer.node.cli.chaos.fault.LinkRule;
import dev.gossamer.node.cli.terminal.CliException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Network namespaces joined by a bridge: one for each member, one for the clients. The script
 * {@code net.sh} beside this class does the work and says what it needs: Linux, root, iproute2,
 * iptables.
 *
 * <p><b>Threads.</b> Any; the kernel orders rules that are set at once.
 */
public final class Network {
    private static final String NAME = "gossamer";
    private static final String SCRIPT = "net.sh";

    private final Path script;
    private final String prefix;

    private Network(Path script, String prefix) {
        this.script = script;
        this.prefix = prefix;
    }

    /**
     * Makes the namespaces, named after this process; removes those of processes that are gone.
     *
     * @param folder where the script is put
     * @param members how many
     * @throws CliException when the machine lacks something, with what to do
     */
    public static Network create(Path folder, int members) {
        Network network = new Network(extract(folder), NAME + "-" + ProcessHandle.current().pid());
        try {
            network.script("check");
        } catch (CliException e) {
            throw new CliException(
                    "a campaign needs network namespaces of its own: " + e.getMessage(), e);
        }
        network.script("forget", NAME);
        boolean up = false;
        try {
            network.script("up", network.prefix, String.valueOf(members));
            up = true;
        } finally {
            if (!up) {
                network.remove();
            }
        }
        return network;
    }

    /** The network that another process has made. */
    public static Network existing(Path folder, String prefix) {
        return new Network(folder.resolve(SCRIPT), prefix);
    }

    private static Path extract(Path folder) {
        Path script = folder.resolve(SCRIPT);
        try (InputStream source =
                Objects.requireNonNull(Network.class.getResourceAsStream(SCRIPT), SCRIPT)) {
            Files.createDirectories(folder);
            Files.write(script, source.readAllBytes());
            return script;
        } catch (IOException e) {
            throw new CliException("cannot write " + script + ": " + e.getMessage(), e);
        }
    }

    /** By which {@link #existing} finds it. */
    public String prefix() {
        return prefix;
    }

    /** Where a member is reached. */
    public static String addressOf(int member) {
        return "10.77.0." + (member + 1);
    }

    /** What makes a command run as on a member's host. */
    public List<String> onMember(int member) {
        return inside(String.valueOf(member));
    }

    /** What makes a command run as on the clients' host. */
    public List<String> onClient() {
        return inside("c");
    }

    private List<String> inside(String host) {
        return List.of("nsenter", "--net=/run/netns/" + prefix + "-" + host);
    }

    /** Applies all rules, one right after the other. */
    public void apply(List<LinkRule> rules) {
        setRules(rules.stream().map(rule -> line("", rule)).collect(Collectors.joining()));
    }

    /** Takes back what {@link #apply} did with the same rules. */
    public void undo(List<LinkRule> rules) {
        setRules(rules.stream().map(rule -> line("un", rule)).collect(Collectors.joining()));
    }

    private static String line(String undo, LinkRule rule) {
        return switch (rule) {
            case LinkRule.Drop(int from, int to) -> undo + "drop " + from + " " + to + "\n";
            case LinkRule.Lose(int from, int to, int percent) ->
                    undo + "lose " + from + " " + to + " " + percent + "\n";
            case LinkRule.Slow(int member, int kilobits) ->
                    undo + "slow " + member + " " + kilobits + "\n";
        };
    }

    private void setRules(String rules) {
        Shell.run(List.of("bash", script.toString(), "rules", prefix), rules);
    }

    /** Lets everything flow again. */
    public void heal() {
        script("heal", prefix);
    }

    /** Ends what still runs in the namespaces, and removes them. */
    public void remove() {
        script("down", prefix);
    }

    private void script(String command, String... arguments) {
        List<String> words = new ArrayList<>(List.of("bash", script.toString(), command));
        words.addAll(List.of(arguments));
        Shell.run(words, "");
    }
}
