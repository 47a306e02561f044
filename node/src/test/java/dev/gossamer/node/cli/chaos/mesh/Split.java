package dev.gossamer.node.cli.chaos.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.FormatMethod;
import dev.gossamer.node.cli.chaos.fault.LinkRule;
import dev.gossamer.node.cli.chaos.mesh.SideTraffic.Reading;
import dev.gossamer.node.cli.chaos.mesh.SideWriter.Result;
import dev.gossamer.node.cli.local.MeshFolder;
import dev.gossamer.node.cli.local.NodeProcess;
import dev.gossamer.protocol.Version;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Five members are split into three and two while clients of both sides work, and the network heals
 * (C9). A program: it runs where members are reached, and an exit code of 0 says that all held.
 */
final class Split implements AutoCloseable {
    static final int MEMBERS = 5;
    private static final List<Integer> MANY = List.of(0, 1, 2);
    private static final List<Integer> FEW = List.of(3, 4);
    private static final int REPLICATION = 3;
    private static final long MEMORY_BYTES = 64L << 20;

    /** {@code mesh.lease}, which is left as it is. */
    private static final Duration LEASE = Duration.ofSeconds(1);

    /** {@code mesh.request-timeout}, which is left as it is. */
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

    /** For a machine that does other things as well. */
    private static final Duration SLACK = Duration.ofMillis(1_500);

    private static final Duration SERVING_WITHIN = Duration.ofSeconds(60);
    private static final Duration WHOLE_WITHIN = Duration.ofSeconds(15);

    /** So many keys must have been written on both sides before the network heals. */
    private static final int CONTESTED_MIN = 200;

    private static final int STREAK_MIN = 200;

    /** So many calls the few must have refused that began when their leases were over. */
    private static final int REFUSED_MIN = 200;

    private final MeshPlan plan = new MeshPlan("split", MEMBERS, REPLICATION, MEMORY_BYTES);
    private final Network network;
    private final Members members;
    private final SideTraffic.Counters counters = new SideTraffic.Counters();
    private final SideTraffic many;
    private final SideTraffic few;
    private final HttpClient http = HttpClient.newHttpClient();
    private long splitNanos;

    private Split(Network network, Path folder) {
        this.network = network;
        this.members =
                new Members(plan, new MeshFolder(folder), network, NodeProcess.likeThisOne());
        this.many = new SideTraffic("many", MANY, port(), counters);
        this.few = new SideTraffic("few", FEW, port(), counters);
    }

    private int port() {
        return URI.create(plan.clientUri().replaceFirst(",.*", "")).getPort();
    }

    /**
     * Runs it.
     *
     * @param arguments folder, prefix of the network, how long the members are apart at least
     */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        try (Split split = new Split(Network.existing(folder, arguments[1]), folder)) {
            split.run(Duration.parse(arguments[2]));
        }
    }

    private void run(Duration atLeast) throws Exception {
        for (int member = 0; member < MEMBERS; member++) {
            members.start(member);
        }
        await("a whole mesh", SERVING_WITHIN, members::whole);
        divide(atLeast);
        network.heal();
        Duration whole = await("one mesh after the heal", WHOLE_WITHIN, members::whole);
        say("one mesh %d ms after the heal", whole.toMillis());
        requireRefusals();
        requireMajority();
        requireMerge();
    }

    private void divide(Duration atLeast) throws Exception {
        network.apply(cuts());
        splitNanos = System.nanoTime();
        many.start();
        many.startCounting();
        few.start();
        await(
                "service on both sides",
                SERVING_WITHIN,
                () ->
                        bothWrote().size() >= CONTESTED_MIN
                                && many.streak() >= STREAK_MIN
                                && ofFewWithoutLease().count() >= REFUSED_MIN);
        say("both sides serve %d ms after the split", millisSince(splitNanos));
        await(
                "the end of the split",
                SERVING_WITHIN,
                () -> System.nanoTime() - splitNanos >= atLeast.toNanos());
        many.end();
        few.end();
    }

    private static List<LinkRule> cuts() {
        List<LinkRule> rules = new ArrayList<>();
        for (int left : MANY) {
            for (int right : FEW) {
                rules.add(new LinkRule.Drop(left, right));
                rules.add(new LinkRule.Drop(right, left));
            }
        }
        return rules;
    }

    /**
     * The few: nothing is acknowledged, and what begins when their leases are over is refused. What
     * was sent to one of the many until then has an outcome that nobody knows.
     */
    private void requireRefusals() {
        assertThat(few.own.values().stream().filter(Result.Done.class::isInstance))
                .as("acknowledged on the smaller side")
                .isEmpty();
        assertThat(ofFewWithoutLease().filter(result -> !isRefusal(result)))
                .as("not refused, or not in time, on the smaller side")
                .isEmpty();
        say(
                "the few refused %d calls of the consistent cache, each within %d ms",
                ofFewWithoutLease().count(),
                ofFewWithoutLease().mapToLong(Split::millis).max().orElseThrow());
    }

    /** What came of the few's calls to the consistent cache that began without a lease. */
    private Stream<Result> ofFewWithoutLease() {
        return Stream.concat(few.own.values().stream(), few.readings.stream().map(Reading::result))
                .filter(result -> result.startNanos() - splitNanos > LEASE.plus(SLACK).toNanos());
    }

    private static boolean isRefusal(Result result) {
        return result instanceof Result.Failed failed
                && failed.code().retryable()
                && millis(failed) < REQUEST_TIMEOUT.toMillis();
    }

    private static long millis(Result result) {
        return Duration.ofNanos(result.endNanos() - result.startNanos()).toMillis();
    }

    /** The many: what was acknowledged is there, what was refused is not, no read was stale. */
    private void requireMajority() {
        assertThat(Stream.concat(many.readings.stream(), few.readings.stream()))
                .noneMatch(Reading::stale);
        try (SideWriter reader = new SideWriter(FEW.getFirst(), port())) {
            many.own.forEach((key, result) -> requireFits(reader, key, result, "many"));
            few.own.forEach((key, result) -> requireFits(reader, key, result, "few"));
            for (int i = 0; i < SideTraffic.Counters.COUNT; i++) {
                String key = SideTraffic.Counters.key(i);
                assertThat(read(reader, key).map(Long::parseLong).orElse(0L))
                        .as(key)
                        .isGreaterThanOrEqualTo(counters.acknowledged(key));
            }
        }
        say(
                "the many acknowledged %d writes to the consistent cache, and failed %d",
                many.own.values().stream().filter(Result.Done.class::isInstance).count(),
                many.own.values().stream().filter(Result.Failed.class::isInstance).count());
    }

    private static void requireFits(SideWriter reader, String key, Result result, String value) {
        switch (result) {
            case Result.Done _ -> assertThat(read(reader, key)).as(key).contains(value);
            case Result.Failed failed when failed.code().retryable() ->
                    assertThat(read(reader, key)).as(key + " " + failed).isEmpty();
            case Result.Failed _ -> {} // nobody knows
        }
    }

    private static Optional<String> read(SideWriter reader, String key) {
        Result result = reader.read(key);
        assertThat(result).as(key).isInstanceOf(Result.Done.class);
        return ((Result.Done) result).value();
    }

    /** Of each key that both sides wrote, the later write is there and the other is listed. */
    private void requireMerge() throws IOException, InterruptedException {
        Map<String, Set<Version>> lost = new HashMap<>();
        Map<String, Version> kept = new HashMap<>();
        for (String key : bothWrote()) {
            Version ofMany = version(many.contested.get(key));
            Version ofFew = version(few.contested.get(key));
            boolean manyWin = ofMany.compareTo(ofFew) > 0;
            lost.put(key, Set.of(manyWin ? ofFew : ofMany));
            kept.put(key, manyWin ? ofMany : ofFew);
        }
        Set<String> doubtful = new HashSet<>(doubtful(many.contested));
        doubtful.addAll(doubtful(few.contested));
        Map<String, Set<Version>> listed = ledgers();
        listed.keySet().removeAll(doubtful);
        assertThat(differences(lost, listed)).as("keys listed wrongly, or not at all").isEmpty();
        requireWinners(kept);
        say("%d keys were written on both sides, and lost one of the writes", lost.size());
    }

    private List<String> differences(
            Map<String, Set<Version>> expected, Map<String, Set<Version>> listed) {
        Set<String> keys = new TreeSet<>(expected.keySet());
        keys.addAll(listed.keySet());
        return keys.stream()
                .filter(key -> !Objects.equals(expected.get(key), listed.get(key)))
                .map(key ->
                        "%s: expected %s, listed %s; many: %s; few: %s"
                                .formatted(
                                        key,
                                        expected.get(key),
                                        listed.get(key),
                                        inWords(many.contested.get(key)),
                                        inWords(few.contested.get(key))))
                .toList();
    }

    private String inWords(@Nullable Result result) {
        return result == null
                ? "not asked"
                : "%s, from %d to %d ms after the split"
                        .formatted(
                                result,
                                (result.startNanos() - splitNanos) / 1_000_000,
                                (result.endNanos() - splitNanos) / 1_000_000);
    }

    private void requireWinners(Map<String, Version> kept) {
        try (SideWriter reader = new SideWriter(MANY.getFirst(), port())) {
            kept.forEach((key, version) -> {
                boolean manyWin = version.equals(version(many.contested.get(key)));
                assertThat(read(reader, key)).as(key).contains(manyWin ? "many" : "few");
            });
            for (SideTraffic side : List.of(many, few)) {
                side.contested.forEach((key, result) -> {
                    if (result instanceof Result.Done) {
                        assertThat(read(reader, key)).as(key).isPresent();
                    }
                });
            }
        }
    }

    private List<String> bothWrote() {
        return many.contested.entrySet().stream()
                .filter(one -> one.getValue() instanceof Result.Done)
                .map(Map.Entry::getKey)
                .filter(key -> few.contested.get(key) instanceof Result.Done)
                .toList();
    }

    private static Version version(Result result) {
        return ((Result.Done) result).version().orElseThrow();
    }

    private static Collection<String> doubtful(Map<String, Result> results) {
        return results.entrySet().stream()
                .filter(one ->
                        one.getValue() instanceof Result.Failed failed
                                && !failed.code().retryable())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** By key, the versions that lost, as all members together list them. */
    private Map<String, Set<Version>> ledgers() throws IOException, InterruptedException {
        Map<String, Set<Version>> lost = new HashMap<>();
        for (int member = 0; member < MEMBERS; member++) {
            URI address = URI.create(plan.adminOf(member) + "/api/v1/ledger");
            HttpRequest request =
                    HttpRequest.newBuilder(address)
                            .header("Accept", "application/x-ndjson")
                            .timeout(Duration.ofSeconds(30))
                            .build();
            http.send(request, HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .map(JsonObject::new)
                    .forEach(loss ->
                            lost.computeIfAbsent(loss.getString("key"), _ -> new HashSet<>())
                                    .add(lostVersion(loss)));
        }
        return lost;
    }

    private static Version lostVersion(JsonObject loss) {
        return Version.parse(loss.getJsonObject("lost").getString("version"));
    }

    private Duration await(String what, Duration patience, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
            if (elapsed.compareTo(patience) > 0) {
                throw new AssertionError(
                        what
                                + " did not come about within "
                                + patience
                                + ": "
                                + members.accounts()
                                + "; "
                                + bothWrote().size()
                                + " keys written on both sides, "
                                + many.streak()
                                + " writes of the many in a row, "
                                + ofFewWithoutLease().count()
                                + " calls of the few without a lease");
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static long millisSince(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos).toMillis();
    }

    @FormatMethod
    private static void say(String format, Object... values) {
        System.out.println(format.formatted(values));
    }

    @Override
    public void close() throws Exception {
        try {
            many.end();
            few.end();
        } finally {
            members.endAll();
            http.close();
        }
    }
}
