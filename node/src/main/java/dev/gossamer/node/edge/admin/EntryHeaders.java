package dev.gossamer.node.edge.admin;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Version;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** The headers of the entry routes, read strictly and written. */
final class EntryHeaders {
    static final String VERSION = "Gossamer-Version";
    static final String TTL_MS = "Gossamer-Ttl-Ms";
    static final String TIER = "Gossamer-Tier";
    static final String AGE_MS = "Gossamer-Age-Ms";
    static final String ORIGIN = "Gossamer-Origin";
    static final String FRESHNESS = "Gossamer-Freshness";

    /** A hundred years. */
    static final long TTL_MILLIS_MAX = 100L * 365 * 86_400_000;

    private static final String ANY_VERSION = "*";

    private EntryHeaders() {}

    /**
     * @param unsaid what a read means that does not say
     */
    static Freshness freshness(HttpServerRequest request, Freshness unsaid) {
        String text = request.getHeader(FRESHNESS);
        if (text == null) {
            return unsaid;
        }
        String word = text.strip().toLowerCase(Locale.ROOT);
        return switch (word) {
            case "latest" -> Freshness.LATEST;
            case "any" -> Freshness.ANY;
            default ->
                    within(word)
                            .orElseThrow(() ->
                                    Problem.badRequest(
                                                    FRESHNESS
                                                            + " '"
                                                            + text
                                                            + "' is not latest, any or"
                                                            + " within=<n>ms or <n>s.")
                                            .raised());
        };
    }

    private static Optional<Freshness> within(String word) {
        if (!word.matches("within=\\d{1,9}(ms|s)")) {
            return Optional.empty();
        }
        String amount = word.substring("within=".length());
        long number = Long.parseLong(amount.replaceAll("[ms]", ""));
        Duration bound =
                amount.endsWith("ms") ? Duration.ofMillis(number) : Duration.ofSeconds(number);
        return Optional.of(new Freshness.Within(bound));
    }

    /** When the entry that a PUT stores expires. */
    static Operation.Expiry expiry(HttpServerRequest request) {
        String text = request.getHeader(TTL_MS);
        if (text == null) {
            return Operation.Expiry.CACHE_DEFAULT;
        }
        String word = text.strip().toLowerCase(Locale.ROOT);
        if (word.equals("none")) {
            return Operation.Expiry.NONE;
        }
        if (word.equals("keep")) {
            return Operation.Expiry.KEEP;
        }
        long millis = word.matches("\\d{1,18}") ? Long.parseLong(word) : 0;
        if (millis < 1 || millis > TTL_MILLIS_MAX) {
            throw Problem.badRequest(
                            TTL_MS
                                    + " '"
                                    + text
                                    + "' is not none, keep or a number of milliseconds in [1, "
                                    + TTL_MILLIS_MAX
                                    + "].")
                    .raised();
        }
        return new Operation.Expiry.After(millis);
    }

    /** What must hold for a PUT or DELETE to happen. */
    static Operation.Condition condition(HttpServerRequest request) {
        String match = request.getHeader(HttpHeaders.IF_MATCH);
        String noneMatch = request.getHeader(HttpHeaders.IF_NONE_MATCH);
        if (match != null && noneMatch != null) {
            throw Problem.badRequest("If-Match and If-None-Match exclude each other.").raised();
        }
        if (noneMatch != null) {
            if (!noneMatch.strip().equals(ANY_VERSION)) {
                throw Problem.badRequest("If-None-Match of a write can only be *.").raised();
            }
            return Operation.Condition.IF_ABSENT;
        }
        if (match == null) {
            return Operation.Condition.ALWAYS;
        }
        return match.strip().equals(ANY_VERSION)
                ? Operation.Condition.IF_PRESENT
                : new Operation.Condition.IfVersion(versionIn("If-Match", match));
    }

    /** Whether the caller of a GET holds this very version already. */
    static boolean holds(HttpServerRequest request, Version version) {
        String noneMatch = request.getHeader(HttpHeaders.IF_NONE_MATCH);
        return noneMatch != null
                && (noneMatch.strip().equals(ANY_VERSION)
                        || versionIn("If-None-Match", noneMatch).equals(version));
    }

    private static Version versionIn(String header, String text) {
        String stripped = text.strip();
        boolean quoted =
                stripped.length() > 2 && stripped.startsWith("\"") && stripped.endsWith("\"");
        try {
            return Version.parse(
                    quoted ? stripped.substring(1, stripped.length() - 1) : "unquoted");
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(
                            header + " " + text + " is not * or one version in double quotes.")
                    .raised();
        }
    }

    static void putVersion(HttpServerResponse response, Version version) {
        response.putHeader(VERSION, version.toString())
                .putHeader(HttpHeaders.ETAG, "\"" + version + "\"");
    }

    /** Nothing for an entry that never expires. */
    static void putTtl(HttpServerResponse response, Entry entry, long nowMillis) {
        if (entry.expiresAtMillis() != Entry.NEVER) {
            long leftMillis = Math.max(0, entry.expiresAtMillis() - nowMillis);
            response.putHeader(TTL_MS, Long.toString(leftMillis));
        }
    }
}
