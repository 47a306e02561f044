package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Call;
import java.util.List;

/**
 * A promise that was broken.
 *
 * @param evidence the calls of this key that cannot all be true together
 */
public record Violation(Promise promise, String key, String sentence, List<Call> evidence) {

    public Violation {
        evidence = List.copyOf(evidence);
    }
}
