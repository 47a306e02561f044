package dev.gossamer.client;

import static dev.gossamer.client.ScriptedMember.bulk;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.micrometer.MicrometerClientMetrics;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The near cache over real sockets, against a member that says what the test wants. */
@Timeout(60)
class NearIT {
    private static final Freshness AN_HOUR = new Freshness.Within(Duration.ofHours(1));
    private static final String K = "k";

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ScriptedMesh mesh = new ScriptedMesh(1);

    /** The member's log: its life, and its end. */
    private final AtomicLong incarnation = new AtomicLong(7);

    private final AtomicLong sequence = new AtomicLong(10);
    private final List<List<String>> followed = Collections.synchronizedList(new ArrayList<>());
    private final List<ScriptedMember.Peer> following =
            Collections.synchronizedList(new ArrayList<>());
    private volatile boolean proves = true;
    private Gossamer gossamer;
    private Cache<String, String> cache;

    @BeforeEach
    void open() {
        mesh.member(0).script = this::answer;
        gossamer =
                Gossamer.builder()
                        .uri(mesh.uri())
                        .requestTimeout(Duration.ofSeconds(2))
                        .nearBytesMax(1 << 20)
                        .metrics(new MicrometerClientMetrics(registry))
                        .connect();
        cache = gossamer.cache("default", Codec.utf8(), Codec.utf8()).withFreshness(AN_HOUR);
    }

    @AfterEach
    void close() {
        gossamer.close();
        mesh.close();
    }

    private Optional<String> answer(ScriptedMember.Peer peer, List<String> words) {
        return switch (words.get(0)) {
            case "GSM.FOLLOW" -> Optional.of(follow(peer, words));
            case "GSM.WATERMARK" ->
                    Optional.of(
                            "*4\r\n:"
                                    + (incarnation.get() + "\r\n:" + sequence.get())
                                    + ("\r\n:1\r\n#" + (proves ? "t" : "f") + "\r\n"));
            case "GSM.GET" ->
                    words.contains("NEAR") && mesh.store.containsKey(words.get(1))
                            ? Optional.of(near(peer, words.get(1)))
                            : Optional.empty();
            case "PEXPIRE" -> Optional.of(":1\r\n");
            default -> Optional.empty();
        };
    }

    private String follow(ScriptedMember.Peer peer, List<String> words) {
        followed.add(words);
        following.add(peer);
        boolean resumes = words.size() > 1 && Long.parseLong(words.get(1)) == incarnation.get();
        String from = resumes ? words.get(2) : Long.toString(sequence.get());
        return "*3\r\n" + bulk("0000000000000001") + ":" + incarnation + "\r\n:" + from + "\r\n";
    }

    private String near(ScriptedMember.Peer peer, String key) {
        Version version = versionOf(key);
        boolean known = following.contains(peer);
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("value", bulk(mesh.store.get(key)));
        fields.put("version", bulk(version.toString()));
        fields.put("tier", bulk("L1"));
        fields.put("origin", bulk("0000000000000001"));
        fields.put("expires_at", "_\r\n");
        fields.put("ttl", "_\r\n");
        fields.put("incarnation", known ? ":" + incarnation + "\r\n" : "_\r\n");
        fields.put("sequence", known ? ":" + sequence + "\r\n" : "_\r\n");
        return mesh.stamped(ScriptedMember.map(fields), version);
    }

    private Version versionOf(String key) {
        return mesh.versions.getOrDefault(key, ScriptedMesh.versionOf(Epoch.agreed(1), 1));
    }

    private void push(String text) {
        following.get(following.size() - 1).say(text);
    }

    /** Another client has written. */
    private String invalidation(String key, Version version) {
        byte[] bytes = key.getBytes(UTF_8);
        long next = sequence.incrementAndGet();
        return ">4\r\n"
                + bulk("gsm.invalidations")
                + (":" + incarnation + "\r\n:" + next + "\r\n*1\r\n*5\r\n:" + next + "\r\n")
                + bulk("key")
                + (":" + Slot.indexOf(bytes, 0, bytes.length) + "\r\n:")
                + (KeyHash.of(Bytes.utf8(key)) + "\r\n" + bulk(version.toString()));
    }

    private long reads(String key) {
        return mesh.member(0).heard("GSM.GET " + key).count();
    }

    private double count(String name, String... tags) {
        return registry.get("gossamer.client.near." + name).tags(tags).counter().count();
    }

    /** Reads until the answer needs no network. */
    private void keep(String key) {
        Eventually.await(
                key + " to be read from here",
                () -> cache.getEntry(key).filter(entry -> entry.tier().equals("L0")).isPresent());
    }

    @Test
    void whatWasReadIsReadAgainWithoutTheNetwork() {
        mesh.store.put(K, "v");
        keep(K);
        long before = reads(K);
        for (int i = 0; i < 100; i++) {
            assertThat(cache.get(K)).contains("v");
        }
        assertThat(cache.async().get(K)).isCompletedWithValue(Optional.of("v"));
        assertThat(cache.getOrLoad(K, key -> "no", Duration.ofMinutes(1))).isEqualTo("v");
        assertThat(reads(K)).isEqualTo(before);
        assertThat(count("reads", "outcome", "hit")).isGreaterThan(101);
        assertThat(count("reads", "outcome", "miss")).isPositive();
        assertThat(registry.get("gossamer.client.near.bytes").gauge().value()).isPositive();
    }

    @Test
    void theLatestIsAlwaysAskedFor() {
        mesh.store.put(K, "v");
        keep(K);
        long before = reads(K);
        assertThat(cache.get(K, Freshness.LATEST)).contains("v");
        assertThat(reads(K)).isEqualTo(before + 1);
        assertThat(cache.get(K, Freshness.ANY)).contains("v");
        assertThat(reads(K)).isEqualTo(before + 1);
    }

    @Test
    void aLaterVersionThatWasAnsweredTakesTheCopysPlace() {
        mesh.store.put(K, "v");
        keep(K);
        mesh.store.put(K, "v2");
        mesh.versions.put(K, ScriptedMesh.versionOf(1, 2));
        assertThat(cache.get(K)).as("nobody has said anything").contains("v");
        assertThat(cache.get(K, Freshness.LATEST)).contains("v2");
        assertThat(cache.get(K)).contains("v2");
    }

    @Test
    void anInvalidationEndsTheCopy() {
        mesh.store.put(K, "v");
        keep(K);
        mesh.store.put(K, "v2");
        Version next = ScriptedMesh.versionOf(1, 2);
        mesh.versions.put(K, next);
        push(invalidation(K, next));
        Eventually.await("the new value", () -> cache.get(K).equals(Optional.of("v2")));
        assertThat(count("voided")).isEqualTo(1);
    }

    @Test
    void ownWritesAreSeenAtOnce() {
        mesh.store.put(K, "v");
        keep(K);
        cache.put(K, "v2");
        assertThat(cache.get(K)).contains("v2");
        keep(K);
        assertThat(cache.remove(K)).isTrue();
        assertThat(cache.get(K)).isEmpty();
        mesh.store.put(K, "v3");
        mesh.versions.put(K, ScriptedMesh.versionOf(1L << 40, 1L << 40));
        keep(K);
        long before = reads(K);
        assertThat(cache.expire(K, Duration.ofMillis(1))).isTrue();
        assertThat(cache.get(K)).contains("v3");
        assertThat(reads(K)).as("its time to live is another now").isEqualTo(before + 1);
    }

    @Test
    void withoutProofNoReadWithinABoundIsAnsweredHere() {
        proves = false;
        mesh.store.put(K, "v");
        cache.get(K);
        Eventually.await("a copy", () -> !following.isEmpty());
        cache.get(K);
        long before = reads(K);
        cache.get(K);
        assertThat(reads(K)).isEqualTo(before + 1);
        assertThat(cache.getEntry(K, Freshness.ANY).orElseThrow().tier()).isEqualTo("L0");
    }

    @Test
    void aMemberThatFallsSilentIsBelievedNoLongerThanTheBound() {
        mesh.store.put(K, "v");
        keep(K);
        ScriptedMember.Script talks = mesh.member(0).script;
        mesh.member(0).script =
                (peer, words) ->
                        words.get(0).equals("GSM.TOPOLOGY")
                                ? Optional.empty()
                                : Optional.of(ScriptedMember.SILENCE);
        Freshness soon = new Freshness.Within(Duration.ofMillis(300));
        long end = System.nanoTime() + Duration.ofMillis(400).toNanos();
        assertThatThrownBy(
                        () -> {
                            while (System.nanoTime() < end) {
                                cache.get(K, soon);
                            }
                            cache.get(K, soon);
                        })
                .isInstanceOf(GossamerException.class);
        assertThat(cache.get(K)).as("within an hour it is").contains("v");
        mesh.member(0).script = talks;
    }

    @Test
    void aBrokenConnectionCostsNothingThatDidNotChange() {
        mesh.store.put(K, "v");
        mesh.store.put("other", "v");
        keep(K);
        keep("other");
        sequence.addAndGet(5);
        Eventually.await("a watermark", () -> count("reads", "outcome", "hit") > 0);
        long before = reads("other");
        Version next = ScriptedMesh.versionOf(1, 2);
        mesh.member(0).hangUp();
        mesh.store.put(K, "v2");
        mesh.versions.put(K, next);
        Eventually.await("to be followed again", () -> count("resumed") == 1);
        List<String> resumption = followed.get(1);
        assertThat(resumption.get(1)).isEqualTo("7");
        assertThat(Long.parseLong(resumption.get(2))).isBetween(10L, 15L);
        byte[] slots = resumption.get(4).getBytes(StandardCharsets.ISO_8859_1);
        assertThat(BitSet.valueOf(slots).cardinality()).isEqualTo(2);
        push(invalidation(K, next));
        Eventually.await("what was missed", () -> cache.get(K).equals(Optional.of("v2")));
        assertThat(cache.getEntry("other").orElseThrow().tier()).isEqualTo("L0");
        assertThat(reads("other")).isEqualTo(before);
    }

    @Test
    void anOverrunEndsTheCopiesOfTheSlotsThatChanged() {
        mesh.store.put(K, "v");
        mesh.store.put("other", "v");
        keep(K);
        keep("other");
        BitSet changed = new BitSet();
        changed.set(Bytes.utf8(K).slotIndex());
        byte[] bitmap = Arrays.copyOf(changed.toByteArray(), 2048);
        mesh.store.put(K, "v2");
        push(
                ">4\r\n"
                        + bulk("gsm.overrun")
                        + (":7\r\n:" + sequence.addAndGet(1000) + "\r\n")
                        + bulk(new String(bitmap, StandardCharsets.ISO_8859_1)));
        Eventually.await("the new value", () -> cache.get(K).equals(Optional.of("v2")));
        assertThat(cache.getEntry("other").orElseThrow().tier()).isEqualTo("L0");
        assertThat(count("overrun.slots")).isEqualTo(1);
    }

    @Test
    void aNewLifeOfTheMemberEndsAllItsCopies() {
        mesh.store.put(K, "v");
        keep(K);
        incarnation.set(8);
        sequence.set(3);
        mesh.store.put(K, "v2");
        mesh.member(0).hangUp();
        Eventually.await("the new value", () -> cache.get(K).equals(Optional.of("v2")));
        keep(K);
        assertThat(count("resumed")).isZero();
    }

    @Test
    void nonsenseEndsTheConnectionAndItsCopies() {
        mesh.store.put(K, "v");
        keep(K);
        mesh.store.put(K, "v2");
        push(">4\r\n" + bulk("gsm.invalidations") + ":7\r\n:11\r\n:12\r\n");
        Eventually.await("the new value", () -> cache.get(K).equals(Optional.of("v2")));
        keep(K);
    }

    @Test
    void manyAreAnsweredPartlyFromHere() {
        mesh.store.put(K, "v");
        mesh.store.put("far", "away");
        keep(K);
        long before = reads(K);
        assertThat(cache.getAll(List.of(K, "far", "none")))
                .isEqualTo(Map.of(K, "v", "far", "away"));
        assertThat(reads(K)).isEqualTo(before);
    }

    @Test
    void nobodyIsAskedForProofWhileThereAreNoCopies() {
        mesh.store.put(K, "v");
        keep(K);
        assertThat(mesh.member(0).heard("GSM.WATERMARK")).isNotEmpty();
        cache.remove(K);
        Eventually.await("the questions to end", this::isQuiet);
        mesh.store.put(K, "v2");
        mesh.versions.put(K, ScriptedMesh.versionOf(1L << 40, 1L << 40));
        keep(K);
    }

    /** Whether nothing is asked in the time of two questions. */
    private boolean isQuiet() {
        long before = mesh.member(0).heard("GSM.WATERMARK").count();
        LockSupport.parkNanos(250_000_000);
        return mesh.member(0).heard("GSM.WATERMARK").count() == before;
    }

    @Test
    void theAgeOfTheProofIsShown() {
        mesh.store.put(K, "v");
        keep(K);
        proves = false;
        Eventually.await(
                "the watermark to age",
                () -> registry.get("gossamer.client.near.watermark.age").gauge().value() > 0.3);
    }
}
