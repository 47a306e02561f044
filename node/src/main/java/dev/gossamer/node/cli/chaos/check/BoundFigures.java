package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Source.Speaker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What became of all reads with one bound (C4).
 *
 * @param answers by who gave them; that there is nothing is always said by the owner
 * @param unanswered refused, or not heard of
 * @param oldestClaimed the greatest age that an answer gave itself
 * @param stalest how long before its read the value of an answer had been overwritten or removed,
 *     acknowledged and beyond doubt, at most; allowances not counted
 * @param allowed how many were older than their bound because the members were apart, and the cache
 *     is one of those that may then
 */
public record BoundFigures(
        Duration bound,
        Map<Speaker, Integer> answers,
        int unanswered,
        Duration oldestClaimed,
        Duration stalest,
        int allowed) {

    public BoundFigures {
        answers = Map.copyOf(answers);
    }

    /** How many reads a speaker answered. */
    public int answeredBy(Speaker speaker) {
        return answers.getOrDefault(speaker, 0);
    }

    /** All reads with this bound. */
    public int reads() {
        return unanswered + answers.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** In the shape that {@code --json} promises. */
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("boundMillis", bound.toMillis());
        map.put("reads", reads());
        map.put("fromL0", answeredBy(Speaker.L0));
        map.put("fromNearCopies", answeredBy(Speaker.NEAR_COPY));
        map.put("fromOwners", answeredBy(Speaker.OWNER));
        map.put("unanswered", unanswered);
        map.put("oldestClaimedSeconds", oldestClaimed.toNanos() / 1e9);
        map.put("stalestSeconds", stalest.toNanos() / 1e9);
        map.put("allowed", allowed);
        return map;
    }
}
