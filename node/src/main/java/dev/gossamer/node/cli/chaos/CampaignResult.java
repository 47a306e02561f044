package dev.gossamer.node.cli.chaos;

import dev.gossamer.node.cli.chaos.check.Findings;
import dev.gossamer.node.cli.chaos.history.History;
import java.time.Duration;
import java.util.List;

/**
 * What came of a campaign.
 *
 * @param settlings how long the mesh took to be whole after each round
 * @param troubles what went wrong beside broken promises: a mesh that did not become whole, a
 *     member that ended by itself
 * @param notes what a reader must know to judge it
 */
public record CampaignResult(
        CampaignPlan plan,
        Duration time,
        History history,
        List<Injected> faults,
        List<Duration> settlings,
        Findings findings,
        List<String> troubles,
        List<String> notes) {

    public CampaignResult {
        faults = List.copyOf(faults);
        settlings = List.copyOf(settlings);
        troubles = List.copyOf(troubles);
        notes = List.copyOf(notes);
    }

    /** Whether every promise held and nothing else went wrong. */
    public boolean clean() {
        return findings.clean() && troubles.isEmpty();
    }
}
