package dev.gossamer.node.cli.chaos;

import dev.gossamer.node.cli.chaos.fault.FaultKind;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.load.Availability;
import dev.gossamer.protocol.ErrorCode;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a campaign found, in numbers. Calls of the auditor are left out of all figures: it read when
 * all was over.
 */
public final class Report {
    private final CampaignResult result;
    private final List<Call> calls;

    /** Calls of one kind by how they ended. */
    record Ends(int answered, int refused, int unknown) {
        Ends plus(Answer answer) {
            return switch (answer) {
                case Answer.Refused _ -> new Ends(answered, refused + 1, unknown);
                case Answer.Unknown _ -> new Ends(answered, refused, unknown + 1);
                case Answer.Found _, Answer.Absent _, Answer.Done _, Answer.Declined _ ->
                        new Ends(answered + 1, refused, unknown);
            };
        }
    }

    /**
     * How the mesh took one kind of fault.
     *
     * @param recoveries how long keys that were hit went unanswered, in ascending order
     */
    record Hurt(int times, List<Duration> recoveries) {}

    public Report(CampaignResult result) {
        this.result = result;
        this.calls =
                result.history().calls().stream()
                        .filter(call -> call.client() != result.plan().auditor())
                        .toList();
    }

    CampaignResult result() {
        return result;
    }

    int count() {
        return calls.size();
    }

    /** By what was asked: {@code PUT}, {@code GET}, {@code GET_WITHIN_200_MS} … */
    Map<String, Ends> ends() {
        Map<String, Ends> ends = new TreeMap<>();
        for (Call call : calls) {
            Ends before = ends.getOrDefault(kindOf(call), new Ends(0, 0, 0));
            ends.put(kindOf(call), before.plus(call.answer()));
        }
        return ends;
    }

    private static String kindOf(Call call) {
        return call.action()
                + call.within()
                        .map(within -> "_WITHIN_" + within.bound().toMillis() + "_MS")
                        .orElse("");
    }

    Map<ErrorCode, Integer> failures() {
        Map<ErrorCode, Integer> failures = new EnumMap<>(ErrorCode.class);
        for (Call call : calls) {
            codeOf(call.answer()).ifPresent(code -> failures.merge(code, 1, Integer::sum));
        }
        return failures;
    }

    private static Optional<ErrorCode> codeOf(Answer answer) {
        return switch (answer) {
            case Answer.Refused(ErrorCode code) -> Optional.of(code);
            case Answer.Unknown(ErrorCode code) -> Optional.of(code);
            case Answer.Found _, Answer.Absent _, Answer.Done _, Answer.Declined _ ->
                    Optional.empty();
        };
    }

    Map<String, Double> availability() {
        return Availability.byCache(calls);
    }

    Map<FaultKind, Hurt> hurts() {
        Map<FaultKind, Hurt> hurts = new EnumMap<>(FaultKind.class);
        for (FaultKind kind : FaultKind.values()) {
            List<Injected> same =
                    result.faults().stream().filter(each -> each.fault().kind() == kind).toList();
            if (!same.isEmpty()) {
                List<Duration> waits =
                        same.stream()
                                .flatMap(each -> each.recoveries(calls).stream())
                                .sorted()
                                .toList();
                hurts.put(kind, new Hurt(same.size(), waits));
            }
        }
        return hurts;
    }

    /** The value below which half of an ascending list lies. */
    static Optional<Duration> median(List<Duration> ascending) {
        return ascending.isEmpty()
                ? Optional.empty()
                : Optional.of(ascending.get(ascending.size() / 2));
    }

    static Optional<Duration> longest(List<Duration> durations) {
        return durations.stream().max(Duration::compareTo);
    }

    /** The instant that evidence is told from: the first call. */
    long originNanos() {
        return result.history().calls().isEmpty()
                ? 0
                : result.history().calls().getFirst().startNanos();
    }

    /** The report in the shape that {@code --json} promises. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        CampaignPlan plan = result.plan();
        map.put("clean", result.clean());
        map.put("seed", plan.seed());
        map.put("nodes", plan.mesh().members());
        map.put("replication", plan.mesh().replication());
        map.put("downMax", plan.downMax());
        map.put("clients", plan.clients());
        map.put("keys", plan.keys());
        map.put("seconds", seconds(result.time()));
        map.put("calls", count());
        Map<String, Object> actions = new LinkedHashMap<>();
        ends().forEach((action, ends) -> actions.put(action, endsMap(ends)));
        map.put("byAction", actions);
        map.put("failuresByCode", failures());
        map.put("availability", availability());
        Map<String, Object> faults = new LinkedHashMap<>();
        hurts().forEach((kind, hurt) -> faults.put(kind.word(), hurtMap(hurt)));
        map.put("faults", faults);
        map.put("wholeAgain", spread(result.settlings().stream().sorted().toList()));
        map.putAll(result.findings().toMap(originNanos()));
        map.put("troubles", result.troubles());
        map.put("notes", result.notes());
        return map;
    }

    private static Map<String, Object> endsMap(Ends ends) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("answered", ends.answered());
        map.put("refused", ends.refused());
        map.put("unknown", ends.unknown());
        return map;
    }

    private static Map<String, Object> hurtMap(Hurt hurt) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("times", hurt.times());
        map.put("recovery", spread(hurt.recoveries()));
        return map;
    }

    private static Map<String, Object> spread(List<Duration> ascending) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("count", ascending.size());
        median(ascending).ifPresent(median -> map.put("p50Seconds", seconds(median)));
        longest(ascending).ifPresent(max -> map.put("maxSeconds", seconds(max)));
        return map;
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }
}
