package dev.gossamer.node.cli.chaos.load;

import dev.gossamer.client.Gossamer;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Source;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Version;
import dev.gossamer.protocol.resp.Reply;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads within a bound that are asked of each member in turn, whether it owns the key or not, as by
 * a program that knows the protocol and one address: so most of them may be answered by a near
 * copy. The thin client would have asked the owner.
 *
 * <p>For one thread.
 */
final class AnyMember implements AutoCloseable {
    /** Who may take an older answer does not wait long for one. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Gossamer mesh;

    AnyMember(String uri) {
        this.mesh = Gossamer.builder().uri(uri).requestTimeout(PATIENCE).connect();
    }

    /**
     * What some member finds.
     *
     * @param key as the mesh knows it
     * @throws GossamerException when it cannot, or what it says makes no sense
     */
    Answer read(String key, Duration bound) {
        String millis = String.valueOf(bound.toMillis());
        Reply reply =
                mesh.execute(
                        List.of("GSM.GET", key, "FRESH", "WITHIN", millis, "META").stream()
                                .map(Bytes::utf8)
                                .toList());
        return switch (reply) {
            case Reply.Nil _ -> Answer.ABSENT;
            case Reply.Pairs pairs -> found(fields(pairs));
            default -> throw senseless(reply);
        };
    }

    private static Answer found(Map<String, Reply> fields) {
        Source.Tier tier = Source.Tier.valueOf(text(fields, "tier"));
        if (!(fields.get("age_ms") instanceof Reply.Whole age)) {
            throw senseless(fields);
        }
        return new Answer.Found(
                Session.writerOf(text(fields, "value")),
                Optional.of(Version.parse(text(fields, "version"))),
                Source.of(tier, age.value()));
    }

    private static Map<String, Reply> fields(Reply.Pairs pairs) {
        Map<String, Reply> fields = new HashMap<>();
        pairs.pairs().forEach(pair -> fields.put(text(pair.key()), pair.value()));
        return fields;
    }

    private static String text(Map<String, Reply> fields, String name) {
        Reply field = fields.get(name);
        if (field == null) {
            throw senseless(fields);
        }
        return text(field);
    }

    private static String text(Reply reply) {
        return switch (reply) {
            case Reply.Text(String text) -> text;
            case Reply.Blob blob -> blob.toUtf8();
            default -> throw senseless(reply);
        };
    }

    private static GossamerException senseless(Object reply) {
        return new GossamerException(ErrorCode.INTERNAL, "a read was answered with " + reply);
    }

    @Override
    public void close() {
        mesh.close();
    }
}
