package dev.gossamer.node.cli.chaos.fault;

import java.util.List;
import java.util.stream.Collectors;

/** Faults that last at the same time; the mesh must be whole before the next round. */
public record Round(List<Fault> faults) {

    public Round {
        faults = List.copyOf(faults);
        if (faults.isEmpty()) {
            throw new IllegalArgumentException("a round has at least one fault");
        }
    }

    /** How many members are out at once at most. */
    public int down() {
        return faults.stream().mapToInt(fault -> fault.victims().size()).sum();
    }

    /** In a few words. */
    public String inWords() {
        return faults.stream().map(Fault::inWords).collect(Collectors.joining(" + "));
    }
}
