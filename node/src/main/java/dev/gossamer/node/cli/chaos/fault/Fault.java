package dev.gossamer.node.cli.chaos.fault;

import dev.gossamer.node.cli.terminal.Figures;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * One injury to a mesh.
 *
 * @param victims numbers of the members that it takes out, wholly or in part
 * @param links what it does to the network
 * @param delay from the beginning of its round
 * @param length until it is undone; for {@link FaultKind#ROLLING}, until the next member's turn
 */
public record Fault(
        FaultKind kind,
        Set<Integer> victims,
        List<LinkRule> links,
        Duration delay,
        Duration length) {

    public Fault {
        victims = Set.copyOf(victims);
        links = List.copyOf(links);
        if (delay.isNegative() || length.isNegative()) {
            throw new IllegalArgumentException("a fault's times are not negative");
        }
    }

    /** In a few words: {@code kill 1 3 for 4.0 s}. */
    public String inWords() {
        StringBuilder words = new StringBuilder(kind.word());
        victims.stream().sorted().forEach(victim -> words.append(' ').append(victim));
        return words.append(" for ").append(Figures.elapsed(length)).toString();
    }
}
